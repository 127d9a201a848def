# Every documented method of Cpanel::LiveAPI, against a server that answers with what it was
# asked. Run by pytest, which sets CPANEL_CONNECT_SOCKET, PERL5LIB and HOME.

use strict;
use warnings;
use utf8;

use Test::More;

use Cpanel::LiveAPI;

my $cpliveapi = Cpanel::LiveAPI->new();
isa_ok( $cpliveapi, 'Cpanel::LiveAPI' );

is_deeply(
    $cpliveapi->api2( 'Echo', 'all', { host => 'example.com', n => 7 } ),
    {
        cpanelresult => {
            apiversion => 2,
            func       => 'all',
            data       => [ { account => 'user', host => 'example.com', n => '7' } ],
            event      => { result => 1 },
            module     => 'Echo',
        }
    },
    'api2 returns the answer'
);
is(
    $cpliveapi->api2( 'SSL', 'nosuch' )->{cpanelresult}{error},
    q{Could not find function 'nosuch' in module 'SSL'},
    'a refusal is an answer with an error'
);

my $characters = qq{<b> & "ä€\x{1F600}"\n};
my $bytes      = $characters;
utf8::encode($bytes);
for my $text ( $characters, $bytes ) {
    my $answer = $cpliveapi->api2( 'Echo', 'all', { q => $text, $text => [] } );
    my $row = $answer->{cpanelresult}{data}[0];
    is( $row->{q},      $bytes, 'text goes there as characters or bytes and comes back as bytes' );
    is( $row->{$bytes}, '[]',   'so do keys' );
}
is(
    length $cpliveapi->api2( 'Echo', 'all', { q => 'x' x 300_000 } )->{cpanelresult}{data}[0]{q},
    300_000,
    'a request and an answer may be long'
);
is(
    $cpliveapi->api1( 'Echo', 'all', [ 'a', "\x{e4}" ] )->{cpanelresult}{data}{result},
    "user/a/\xc3\xa4",
    'api1 takes arguments by position'
);
is_deeply(
    $cpliveapi->uapi( 'Echo', 'all', { k => 'v' } )->{cpanelresult}{result}{data},
    [ { account => 'user', k => 'v' } ],
    'uapi wraps its result'
);
is_deeply(
    $cpliveapi->api( 'exec', 2, 'Echo', 'all', { k => 'v' } )->{cpanelresult}{data},
    [ { account => 'user', k => 'v' } ],
    'api takes the version as a number too'
);
is(
    $cpliveapi->exec("<b>\$user</b>\x{20ac}")->{cpanelresult}{data}{result},
    "<b>user</b>\xe2\x82\xac",
    'exec has page text processed'
);
is( $cpliveapi->exec( '<cpanel setvar="v=1">', 1 ), undef, 'exec can skip its answer' );
is(
    $cpliveapi->fetch('$user')->{cpanelresult}{data}{result},
    '<cpanel print="user">',
    'fetch sends a print tag; the skipped answer is not taken for its own'
);
is( $cpliveapi->cpanelprint('I am $user'),   'print I am user', 'cpanelprint returns text' );
is( $cpliveapi->cpanellangprint('HELLO'),    'langprint HELLO', 'cpanellangprint returns text' );
is( $cpliveapi->cpanelif('yes'),             1,                 'cpanelif is true' );
is( $cpliveapi->cpanelif('no'),              0,                 'cpanelif is false' );
is( $cpliveapi->cpanelfeature('yes'),        1,                 'cpanelfeature is true' );
is( $cpliveapi->cpanelfeature('no'),         0,                 'cpanelfeature is false' );
is( $cpliveapi->header( 'My page', 'ssl' ), "<h1>My page</h1>ssl\n", 'header returns HTML' );
is( $cpliveapi->footer(), "<i>My page</i>\n", 'footer belongs to the header' );

my $rows = [ { account => 'user' } ];
my %data = (
    'API 2'     => [ $rows,                $cpliveapi->api2( 'Echo', 'all' ) ],
    'API 1'     => [ { result => 'user' }, $cpliveapi->api1( 'Echo', 'all' ) ],
    'UAPI'      => [ $rows,                $cpliveapi->uapi( 'Echo', 'all' ) ],
    'a refusal' => [ undef,                $cpliveapi->api2( 'SSL',  'nosuch' ) ],
);
for my $kind ( sort keys %data ) {
    my ( $expected, $answer ) = @{ $data{$kind} };
    is_deeply( $cpliveapi->get_result($answer), $expected, "get_result of $kind" );
}
is_deeply(
    $cpliveapi->exec('<cpanelaction>{</cpanelaction>'),
    { cpanelresult => { error => 'LiveAPI: no answer to this request; see the error log' } },
    'an answer that cannot be given is an error'
);

is( $cpliveapi->get_debug_level, 0,  'nothing is logged at first' );
is( $cpliveapi->get_debug_log,   '', 'so there is no log' );
$cpliveapi->debug_log( 1, 'not logged' );
$cpliveapi->set_debug(1);
is( $cpliveapi->get_debug_level, 1, 'set_debug sets the level' );
$cpliveapi->debug_log( 1, 'logged ä' );
$cpliveapi->debug_log( 2, 'not logged' );
$cpliveapi->debug_log_json( 1, { a => 1 } );
my $log = $cpliveapi->get_debug_log;
like( $log, qr{\A\Q$ENV{HOME}\E/\.cpanel/LiveAPI\.log\.\w+\z}, 'the log lies in the home directory' );
like( slurp($log), qr/\A.+ logged \xc3\xa4\n.+ [{]"a":"?1"?[}]\n\z/, 'the log has the lines of its level' );
is( ( stat $log )[2] & oct 777, oct 600, 'the log is for its owner only' );
$cpliveapi->set_debug(2);
$cpliveapi->api1( 'Echo', 'all' );
like(
    slurp($log),
    qr{> <cpanelaction>\n.*"Echo".*\n</cpanelaction>\n.+ < <[?]xml .*\n<cpanelresult>},
    'level 2 logs requests and answers'
);

$cpliveapi->end();
$cpliveapi->end();
dies_like( sub { $cpliveapi->api2( 'Echo', 'all' ) }, qr/LiveAPI: the connection has ended/ );

my $second = Cpanel::LiveAPI->new(1);
is( $second->get_debug_level, 1, 'the level can be given at once' );
is( $second->footer('Other'), "<i>Other</i>\n", 'footer works without header' );
undef $second;

my $path = delete $ENV{CPANEL_CONNECT_SOCKET};
dies_like( sub { Cpanel::LiveAPI->new() }, qr/no socket to connect to; the name of a page must/ );
$ENV{CPANEL_PHPCONNECT_SOCKET} = $path;
is( Cpanel::LiveAPI->new()->cpanelif('yes'), 1, 'the other variable is as good' );
$ENV{CPANEL_PHPCONNECT_SOCKET} = '/nonexistent/socket';
dies_like( sub { Cpanel::LiveAPI->new() }, qr{cannot connect to /nonexistent/socket: No such} );

done_testing();

sub dies_like {
    my ( $act, $pattern ) = @_;
    my $returned = eval { $act->(); 1 };
    ok( !$returned, 'it dies' );
    return like( $@, $pattern, 'and says why' );
}

sub slurp {
    my ($file) = @_;
    open my $handle, '<', $file or die "$file: $!";
    local $/;
    return scalar <$handle>;
}
