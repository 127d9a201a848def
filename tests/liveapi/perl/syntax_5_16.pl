# Complains about syntax that Perl 5.16 does not know.
#
#     perl syntax_5_16.pl FILE
#
# Newer words (try, isa, fc, signatures …) are switched on by `use feature` or by the version a
# file asks for; so both are held back, and only syntax that is always on is looked for.

use 5.014;
use strict;
use warnings;

use Perl::MinimumVersion;
use PPI;

my $newest   = version->parse('5.16.0');
my $document = PPI::Document->new( $ARGV[0] ) or die "cannot read $ARGV[0]\n";
my @found;

my $needed = Perl::MinimumVersion->new($document)->minimum_version;
push @found, 'needs Perl ' . $needed->normal if $needed > $newest;

for my $include ( @{ $document->find('PPI::Statement::Include') || [] } ) {
    push @found, $include->content if $include->pragma =~ /\A(?:feature|experimental)\z/;
}
for my $token ( @{ $document->find('PPI::Token') || [] } ) {
    my $text = $token->content;
    my $next = $token->snext_sibling;
    my $newer =
        $token->isa('PPI::Token::Cast')    ? $text =~ /[*]\z/
      : $token->isa('PPI::Token::HereDoc') ? $text =~ /\A<<~/
      : $token->isa('PPI::Token::Symbol')  ? $text =~ /\A%/ && $next && $next->isa('PPI::Structure')
      :                                      0;
    push @found, $text if $newer;
}
say for @found;
exit( @found ? 1 : 0 );
