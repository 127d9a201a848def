#!/usr/local/cpanel/3rdparty/bin/perl

# A plugin page: makes a certificate signing request over LiveAPI, in Perl.
# Without a form it shows the documentation's example, ready to be sent.

use strict;
use warnings;

use lib '/usr/local/cpanel';
use Cpanel::LiveAPI;

my @FIELDS = (
    [ 'host',            'Host' ],
    [ 'country',         'Country, two letters' ],
    [ 'state',           'State' ],
    [ 'city',            'City' ],
    [ 'company',         'Company' ],
    [ 'companydivision', 'Division (optional)' ],
    [ 'email',           'Email (optional)' ],
    [ 'password',        'Password (optional)' ],
);
my %EXAMPLE = (
    'host'            => 'example.com',
    'country'         => 'US',
    'state'           => 'Texas',
    'city'            => 'Houston',
    'company'         => 'cPanel',
    'companydivision' => 'Documentation',
    'email'           => 'user@example.com',
    'password'        => '12345luggage',
);
my %ENTITIES = ( q{&} => '&amp;', q{<} => '&lt;', q{>} => '&gt;', q{"} => '&quot;', q{'} => '&#39;' );

sub escaped {
    my ($text) = @_;
    $text =~ s/([&<>"'])/$ENTITIES{$1}/g;
    return $text;
}

# Returns what the visitor sent; missing fields count as empty.
sub sent_fields {
    read STDIN, my $body, $ENV{'CONTENT_LENGTH'} || 0;
    my %sent;
    for my $pair ( split /&/, $body ) {
        my ( $name, $value ) = map { decoded($_) } split /=/, $pair, 2;
        $sent{$name} = $value;
    }
    return map { $_->[0] => defined $sent{ $_->[0] } ? $sent{ $_->[0] } : q{} } @FIELDS;
}

sub decoded {
    my ($text) = @_;
    $text =~ tr/+/ /;
    $text =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    return $text;
}

sub show_request {
    my ( $cpliveapi, $host ) = @_;
    my $shown = $cpliveapi->api1( 'SSL', 'showcsr', [$host] );
    my $text = escaped( $shown->{'cpanelresult'}{'data'}{'result'} );
    print <<"HTML";
<section class="panel" aria-labelledby="pem-head">
<h2 class="panel-head" id="pem-head"><label for="pem">The request</label></h2>
<textarea id="pem" class="pem" rows="20" readonly spellcheck="false">$text</textarea>
</section>
HTML
    return;
}

sub show_answer {
    my ( $cpliveapi, %fields ) = @_;
    my $csr    = $cpliveapi->api2( 'SSL', 'gencsr', \%fields )->{'cpanelresult'};
    my $row    = $csr->{'data'} ? $csr->{'data'}[0] : { 'result' => 0, 'output' => $csr->{'error'} };
    my $output = escaped( $row->{'output'} );
    if ( $row->{'result'} ) {
        print qq{<p class="notice notice-good" role="status">$output</p>\n};
        show_request( $cpliveapi, $fields{'host'} );
    }
    else {
        print qq{<p class="notice notice-bad" role="alert" id="details">$output</p>\n};
    }
    return;
}

sub show_form {
    my (%fields) = @_;
    print <<'HTML';
<section class="panel" aria-labelledby="form-head">
<h2 class="panel-head" id="form-head">Make a request</h2>
<form class="form" action="gencsr.live.pl" method="post">
HTML
    for my $field (@FIELDS) {
        my ( $name, $label ) = @{$field};
        my $value = escaped( $fields{$name} );
        print qq{<p class="field"><label for="$name">$label</label>\n};
        print qq{<input id="$name" name="$name" value="$value"></p>\n};
    }
    print <<'HTML';
<p class="buttons"><button class="button button-main" type="submit">Make the request</button></p>
</form>
</section>
HTML
    return;
}

my $cpliveapi = Cpanel::LiveAPI->new();
my $is_sent   = $ENV{'REQUEST_METHOD'} eq 'POST';
my %fields    = $is_sent ? sent_fields() : %EXAMPLE;
print "Content-Type: text/html; charset=utf-8\r\n\r\n";
print $cpliveapi->header( 'Make a request, in Perl', 'csr' );
print '<p class="lead">This page runs as ', escaped( $cpliveapi->cpanelprint('$user') ),
  " and calls SSL::gencsr over LiveAPI.</p>\n";
show_answer( $cpliveapi, %fields ) if $is_sent;
show_form(%fields);
print $cpliveapi->footer();
$cpliveapi->end();
