# Makes a key and a CSR with LWP, whose forms go as application/octet-stream, lists both, and prints
# the four answers as one JSON list. Arguments: URL, Authorization, account, host.
use strict;
use warnings;
use utf8;
use LWP::UserAgent;
use URI;

my ( $url, $authorization, $account, $host ) = @ARGV;
my $agent = LWP::UserAgent->new(
    timeout    => 60,
    keep_alive => 1,
    ssl_opts   => { verify_hostname => 0, SSL_verify_mode => 0 },
);

sub call {
    my ( $function, %arguments ) = @_;
    my $form = URI->new('http:');
    $form->query_form(
        cpanel_jsonapi_apiversion => 2,
        cpanel_jsonapi_func       => $function,
        cpanel_jsonapi_module     => 'SSL',
        cpanel_jsonapi_user       => $account,
        %arguments,
    );
    my $answer = $agent->post(
        "$url/json-api/cpanel",
        'Authorization' => $authorization,
        'Content-Type'  => 'application/octet-stream',
        'Content'       => $form->query,
    );
    die 'Server Error: ' . $answer->status_line . "\n" if !$answer->is_success;
    my $content = $answer->content;
    chomp $content;
    return $content;
}

my %subject = ( city => 'Köln', company => 'A & B', country => 'DE', state => 'Nordrhein-Westfalen' );
my @answers = (
    call( 'genkey', host => $host ),
    call( 'gencsr', host => $host, %subject ),
    call('listkeys'),
    call('listcsrs'),
);
print '[', join( ',', @answers ), ']';
