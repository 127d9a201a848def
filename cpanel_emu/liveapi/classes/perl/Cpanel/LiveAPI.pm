package Cpanel::LiveAPI;

# Part of cpanel-emu, an emulator; written from the public documentation of LiveAPI.
# Needs Perl 5.14 or later and no module that does not come with it. Licence: MIT.

use 5.014;
use strict;
use warnings;

use Carp             ();
use IO::Select       ();
use IO::Socket::UNIX ();
use JSON::PP         ();

our $VERSION = '1.0';

my @SOCKET_VARIABLES = qw(CPANEL_CONNECT_SOCKET CPANEL_PHPCONNECT_SOCKET);
my $SECONDS_TO_END   = 10;
my $JSON             = JSON::PP->new->ascii->canonical->allow_nonref;

sub new {
    my ( $class, $debug_level ) = @_;
    my $self = bless { debug_level => 0, debug_log => '' }, $class;
    $self->set_debug($debug_level);
    my $path = _socket_path();
    $self->{socket} = IO::Socket::UNIX->new( Peer => $path )
      or Carp::croak("LiveAPI: cannot connect to $path: $!");
    $self->debug_log( 1, "connected to $path" );
    $self->_request('<cpaneljson enable="1">');
    return $self;
}

sub api2 {
    my ( $self, $module, $function, $arguments ) = @_;
    return $self->api( 'exec', '2', $module, $function, $arguments );
}

sub api1 {
    my ( $self, $module, $function, $arguments ) = @_;
    return $self->api( 'exec', '1', $module, $function, $arguments );
}

sub uapi {
    my ( $self, $module, $function, $arguments ) = @_;
    return $self->api( 'exec', 'uapi', $module, $function, $arguments );
}

sub api {
    my ( $self, $request_type, $version, $module, $function, $arguments ) = @_;
    my $json = $JSON->encode(
        {
            reqtype    => $request_type,
            module     => $module,
            func       => $function,
            apiversion => $version,
            args       => _to_characters($arguments),
        }
    );
    return $self->_request("<cpanelaction>\n$json\n</cpanelaction>");
}

sub exec {
    my ( $self, $code, $skip_return ) = @_;

    # The answer is read all the same: it would be taken for the next one's.
    my $answer = $self->_request( _to_bytes($code) );
    return $skip_return ? undef : $answer;
}

sub fetch {
    my ( $self, $variable ) = @_;
    return $self->_request( _to_bytes(qq{<cpanel print="$variable">}) );
}

sub cpanelprint {
    my ( $self, $text ) = @_;
    return _printed( $self->api( 'exec', '1', 'print', '', $text ) );
}

sub cpanellangprint {
    my ( $self, $key ) = @_;
    return _printed( $self->api( 'exec', '1', 'langprint', '', $key ) );
}

sub cpanelif {
    my ( $self, $condition ) = @_;
    return int _printed( $self->api( 'if', '1', 'if', 'if', $condition ) );
}

sub cpanelfeature {
    my ( $self, $feature ) = @_;
    return int _printed( $self->api( 'feature', '1', 'feature', 'feature', $feature ) );
}

sub header {
    my ( $self, $title, $key ) = @_;
    $self->{page_parts} = $self->_fetch_page_parts( $title, $key );
    return $self->{page_parts}{header};
}

sub footer {
    my ( $self, $title ) = @_;
    $self->{page_parts} ||= $self->_fetch_page_parts($title);
    return $self->{page_parts}{footer};
}

sub end {
    my ($self) = @_;
    my $socket = $self->{socket} or return;
    my $select = IO::Select->new($socket);
    if ( eval { $self->_send('<cpanelxml shutdown="1" />') } ) {
        while ( $select->can_read($SECONDS_TO_END) ) {
            last if !sysread $socket, my $rest, 4096;
        }
    }
    delete $self->{socket};
    close $socket;
    $self->debug_log( 1, 'disconnected' );
    return;
}

sub get_result {
    my ( $self, $answer ) = @_;
    my $result = $answer->{cpanelresult};
    $result = $result->{result} if ref $result->{result} eq 'HASH';
    return $result->{data};
}

sub set_debug {
    my ( $self, $level ) = @_;
    $self->{debug_level} = int( $level || 0 );
    return;
}

sub get_debug_level {
    my ($self) = @_;
    return $self->{debug_level};
}

sub debug_log {
    my ( $self, $level, $text ) = @_;
    return if $level > $self->{debug_level};
    $self->{debug_log} ||= _new_log();
    open my $log, '>>', $self->{debug_log}
      or Carp::croak("LiveAPI: cannot write $self->{debug_log}: $!");
    print {$log} scalar(localtime), q{ }, _to_bytes($text), "\n";
    close $log or Carp::croak("LiveAPI: cannot write $self->{debug_log}: $!");
    return;
}

sub debug_log_json {
    my ( $self, $level, $data ) = @_;
    return $self->debug_log( $level, $JSON->encode( _to_characters($data) ) );
}

sub get_debug_log {
    my ($self) = @_;
    return $self->{debug_log};
}

sub _socket_path {
    for my $name (@SOCKET_VARIABLES) {
        return $ENV{$name} if length( $ENV{$name} // q{} );
    }
    Carp::croak( 'LiveAPI: no socket to connect to;'
          . ' the name of a page must end in .live.pl, .livepl or .live.cgi' );
}

sub _request {
    my ( $self, $payload ) = @_;
    $self->_send($payload);
    return _decode( $self->_receive );
}

sub _send {
    my ( $self, $payload ) = @_;
    Carp::croak('LiveAPI: the connection has ended') if !$self->{socket};
    $self->debug_log( 2, "> $payload" );
    local $SIG{PIPE} = 'IGNORE';
    $self->{socket}->printflush( length($payload), "\n", $payload )
      or Carp::croak("LiveAPI: the server does not take the request: $!");
    return 1;
}

# Reads lines until one holds the closing tag; an answer has nothing behind it.
sub _receive {
    my ($self) = @_;
    my $answer = q{};
    while (1) {
        local $/ = "\n";
        my $line = $self->{socket}->getline;
        Carp::croak('LiveAPI: the server ended the connection') if !defined $line;
        $answer .= $line;
        last if index( $line, '</cpanelresult>' ) >= 0;
    }
    $self->debug_log( 2, "< $answer" );
    return $answer;
}

sub _decode {
    my ($answer) = @_;
    my ($json) = $answer =~ m{<cpanelresult>(.*)</cpanelresult>}s;

    # Not told that these bytes are UTF-8, the decoder leaves them as they are: ready to print.
    my $data = eval { JSON::PP->new->decode($json) };
    if ( ref $data ne 'HASH' ) {
        $data = { error => 'LiveAPI: no answer to this request; see the error log' };
    }
    return $data->{cpanelresult} ? $data : { cpanelresult => $data };
}

sub _printed {
    my ($answer) = @_;
    my $data = $answer->{cpanelresult}{data};
    return ref $data eq 'HASH' && defined $data->{result} ? $data->{result} : q{};
}

sub _fetch_page_parts {
    my ( $self, $title, $key ) = @_;
    my $arguments = { page_title => $title // q{}, app_key => $key // q{} };
    my $parts = $self->get_result( $self->uapi( 'Chrome', 'get_dom', $arguments ) );
    return { header => q{}, footer => q{}, ref $parts eq 'HASH' ? %{$parts} : () };
}

sub _new_log {
    require File::Spec;    # slow to load, and few pages keep a log
    require File::Temp;
    my $folder = ( $ENV{HOME} // File::Spec->tmpdir ) . '/.cpanel';
    mkdir $folder, oct 700;
    my ( $handle, $path ) = File::Temp::tempfile( 'LiveAPI.log.XXXXXXXX', DIR => $folder );
    close $handle or Carp::croak("LiveAPI: cannot write $path: $!");
    return $path;
}

# Returns a copy of $data in which every text is characters. Old programs hold UTF-8 as bytes,
# new ones as characters; both mean the same text.
sub _to_characters {
    my ($data) = @_;
    if ( ref $data eq 'HASH' ) {
        return { map { _characters($_) => _to_characters( $data->{$_} ) } keys %{$data} };
    }
    return [ map { _to_characters($_) } @{$data} ] if ref $data eq 'ARRAY';
    return ref $data || !defined $data ? $data : _characters($data);
}

sub _characters {
    my ($text) = @_;
    utf8::decode($text) if !utf8::is_utf8($text);
    return $text;
}

sub _to_bytes {
    my ($text) = @_;
    utf8::encode($text) if utf8::is_utf8($text);
    return $text;
}

1;

__END__

=encoding utf8

=head1 NAME

Cpanel::LiveAPI - calls from inside a Perl page to the server that runs it

=head1 SYNOPSIS

    use lib '/usr/local/cpanel';
    use Cpanel::LiveAPI;

    my $cpliveapi = Cpanel::LiveAPI->new();
    my $csrs = $cpliveapi->api2( 'SSL', 'listcsrs', {} );
    for my $csr ( @{ $csrs->{cpanelresult}{data} } ) {
        print "$csr->{host}\n";
    }
    $cpliveapi->end();

=head1 DESCRIPTION

A page whose name ends in C<.live.pl>, C<.livepl> or C<.live.cgi> finds the path of a socket in
its environment. This class speaks over it, as the account that the page runs for.

Arguments may be characters or UTF-8 bytes. Answers hold UTF-8 bytes, ready to print. Methods die
if the connection is lost.

=head1 METHODS

=head2 new

    Cpanel::LiveAPI->new( $debug_level )

Connects. The debug level is optional, see L</set_debug>. Dies if this is no page of the server.

=head2 api2

    $cpliveapi->api2( $module, $function, \%arguments )

Calls an API 2 function. Returns a hash reference with the one key C<cpanelresult>, which has
C<apiversion>, C<module>, C<func>, C<data> (a list of rows), C<event>, and C<error> if the
function failed.

=head2 api1

    $cpliveapi->api1( $module, $function, \@arguments )

Calls an API 1 function. What it printed is in C<< $answer->{cpanelresult}{data}{result} >>.

=head2 uapi

    $cpliveapi->uapi( $module, $function, \%arguments )

Calls a UAPI function. C<< $answer->{cpanelresult}{result} >> has C<data>, C<errors>,
C<messages>, C<metadata>, C<status> and C<warnings>.

=head2 api

    $cpliveapi->api( $request_type, $version, $module, $function, $arguments )

Sends any request. The type is C<exec>, C<if> or C<feature>; the version C<1>, C<2> or C<uapi>.

=head2 exec

    $cpliveapi->exec( $code, $skip_return )

Has the server process tags or any other page text; the output is in
C<< $answer->{cpanelresult}{data}{result} >>. With a true second argument nothing is returned.

=head2 fetch

    $cpliveapi->fetch( $variable )

Looks up a variable such as C<$homedir>; the value is where L</exec> has its output.

=head2 cpanelprint

    $cpliveapi->cpanelprint( $text )

Returns the text with its variables expanded.

=head2 cpanellangprint

    $cpliveapi->cpanellangprint( $key )

Returns a phrase in the language of the account.

=head2 cpanelif

    $cpliveapi->cpanelif( $condition )

Returns 1 if the condition holds, else 0.

=head2 cpanelfeature

    $cpliveapi->cpanelfeature( $feature )

Returns 1 if the account has the feature, else 0.

=head2 header

    $cpliveapi->header( $title, $key )

Returns the HTML that stands above the content of a page in the theme. The key names the
application that the theme marks as the current one.

=head2 footer

    $cpliveapi->footer( $title )

Returns the HTML below the content. The title is not needed after L</header>.

=head2 end

    $cpliveapi->end()

Ends the connection.

=head2 get_result

    $cpliveapi->get_result( $answer )

Returns the data of an answer: the rows of API 2, what API 1 gave, or the data of UAPI.

=head2 set_debug

    $cpliveapi->set_debug( $level )

Sets how much is logged: 0 nothing, 1 the connection, 2 requests and answers too.

=head2 get_debug_level

    $cpliveapi->get_debug_level()

Returns how much is logged.

=head2 debug_log

    $cpliveapi->debug_log( $level, $text )

Logs a line, if the debug level is at least the given one.

=head2 debug_log_json

    $cpliveapi->debug_log_json( $level, $data )

Logs data as JSON, if the debug level is at least the given one.

=head2 get_debug_log

    $cpliveapi->get_debug_log()

Returns the path of the log file, F<~/.cpanel/LiveAPI.log.> and a random part; it is empty if
nothing has been logged.

=head1 ENVIRONMENT

C<CPANEL_CONNECT_SOCKET>, or C<CPANEL_PHPCONNECT_SOCKET>: the socket.

=cut
