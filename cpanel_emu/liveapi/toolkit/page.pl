# Prints one page of a theme that is written for Template Toolkit.
#
# The page's world comes as JSON on standard input; its calls go over the LiveAPI socket.
# Exit status: 0, and the page is on standard output; 3, and it holds the error of a template;
# 4, Template Toolkit is not installed.

use 5.014;
use strict;
use warnings;

use JSON::PP ();

my $TEMPLATE_ERROR = 3;
my $NOT_INSTALLED  = 4;

eval { require Template; require Template::Plugins; require Template::Stash; 1 } or exit $NOT_INSTALLED;
require CpanelEmu::Escapes;
require CpanelEmu::Files;
require CpanelEmu::World;

binmode STDIN;
binmode STDOUT;

# Not told that these bytes are UTF-8, the decoder leaves them as they are: ready to print.
my $given = JSON::PP->new->decode( do { local $/; readline STDIN } );
my $files = CpanelEmu::Files->new( { THEME => $given->{theme} } );
my $world = CpanelEmu::World->new( $given, $files );

{
    no warnings 'once';

    # Rows have members such as "_count", and there is nothing to hide from a page.
    $Template::Stash::PRIVATE = undef;

    # Plugins that do not reach beyond the page; those for files would leave the theme.
    my @allowed = qw( assert dumper format html iterator math string table url view wrap );
    my %standard = %{$Template::Plugins::STD_PLUGINS};
    $Template::Plugins::STD_PLUGINS = { map { $_ => $standard{$_} } @allowed };
    $Template::Plugins::PLUGIN_BASE = q{};
}

# The filters work behind a dot too, where a filter cannot stand: in an argument.
my $filters = CpanelEmu::Escapes::filters();
Template::Stash->define_vmethod( scalar => $_ => $filters->{$_} ) for keys %{$filters};
Template::Stash->define_vmethod( scalar => number => \&leading_number );
Template::Stash->define_vmethod( scalar => trim   => \&trimmed );

my $template = Template->new(
    {
        LOAD_TEMPLATES => [$files],
        FILTERS        => $filters,
        PLUGINS        => { Api1 => 'CpanelEmu::Api1', Api2 => 'CpanelEmu::Api2' },
        RECURSION      => 1,
        EVAL_PERL      => 0,
        LOAD_PERL      => 0,
    }
);

# To a page text is a number if it begins with one, else 0, as it is to tags; that is no mistake.
local $SIG{__WARN__} = sub {
    print STDERR @_ if $_[0] !~ /isn't numeric in |uninitialized value /;
};

$world->context( $template->context );

my $output = q{};
if ( $template->process( $given->{file}, $world->variables, \$output ) ) {
    print_bytes($output);
    $world->end;
}
else {
    print_bytes( $template->error->as_string );
    exit $TEMPLATE_ERROR;
}

# Returns a text without the blanks round it; the toolkit's own "trim" takes them off the variable too.
sub trimmed {
    my ($text) = @_;
    return $text =~ s/\A[ \t\r\n\f\x0B]+//r =~ s/[ \t\r\n\f\x0B]+\z//r;
}

# Returns the number that a text begins with, else 0, as tags compare it; Perl takes "info" and "nancy"
# for infinity and for what is no number.
sub leading_number {
    my ($text) = @_;
    return $text =~ /\A[ \t\r\n\f\x0B]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)/ ? 0 + $1 : 0;
}

# Everything that a page is made of is bytes; a filter of the toolkit may make characters of some.
sub print_bytes {
    my ($text) = @_;
    utf8::encode($text) if !utf8::downgrade( $text, 1 );
    print $text or die "Cannot print the page: $!\n";
    return;
}
