# Logs in as cPanel's own Perl client did, makes a key and a CSR with HTTP::Tiny, lists both, and
# prints the four answers as one JSON list. Arguments: URL, login, password, account, host.
use strict;
use warnings;
use utf8;
use HTTP::Tiny;

my ( $url, $login, $password, $account, $host ) = @ARGV;
my $agent = HTTP::Tiny->new( verify_SSL => 0, timeout => 60, max_redirect => 0 );

# Without login_only: the token is the first segment of Location.
my $home = $agent->post_form( "$url/login", [ pass => $password, user => $login ] );
my ($token)  = ( $home->{headers}{location}     // '' ) =~ m{\A(/cpsess[0-9]+)/};
my ($cookie) = ( $home->{headers}{'set-cookie'} // '' ) =~ m{\A((?:cp|whostmgr)session=[^;]+)};
die "no session: $home->{status} $home->{reason}\n" if !$token || !$cookie;

sub call {
    my ( $function, %arguments ) = @_;
    my %query = (
        cpanel_jsonapi_apiversion => 2,
        cpanel_jsonapi_func       => $function,
        cpanel_jsonapi_module     => 'SSL',
        cpanel_jsonapi_user       => $account,
        %arguments,
    );
    my $query  = $agent->www_form_urlencode( \%query );
    my $answer = $agent->get( "$url$token/json-api/cpanel?$query", { headers => { Cookie => $cookie } } );
    die "Server Error from $host: $answer->{status} $answer->{reason}\n" if !$answer->{success};
    chomp $answer->{content};
    return $answer->{content};
}

my %subject = ( city => 'Köln', company => 'A & B', country => 'DE', state => 'Nordrhein-Westfalen' );
my @answers = (
    call( 'genkey', host => $host ),
    call( 'gencsr', host => $host, %subject ),
    call('listkeys'),
    call('listcsrs'),
);
print '[', join( ',', @answers ), ']';
