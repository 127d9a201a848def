package CpanelEmu::World;

# What a Template Toolkit page sees: its variables, and the way to the server.

use 5.014;
use strict;
use warnings;

use JSON::PP ();
use CpanelEmu::Escapes;
use CpanelEmu::Hash;
use CpanelEmu::Includes;
use CpanelEmu::Rows;

# What a call prints that dies: the text of tag pages.
my $FATAL = '[A fatal error or timeout occurred while processing this directive.]';

my $JSON = JSON::PP->new->ascii->canonical->allow_nonref;

our $page;

# Makes the world of the page; $given is what page.pl reads, $files are those of the theme.
sub new {
    my ( $class, $given, $files ) = @_;
    $page = bless { given => $given, is_stale => 1 }, $class;
    $page->{includes} = CpanelEmu::Includes->new( $page, $given->{scalars}, $files );
    return $page;
}

# Tells where the page's templates are processed.
sub context {
    my ( $self, $context ) = @_;
    return $self->{includes}->context($context);
}

# Returns the variables that the page's templates begin with.
sub variables {
    my ($self) = @_;
    my $given = $self->{given};
    my %hashes = map { $_ => CpanelEmu::Hash->new( $_, $given->{hashes}{$_} ) }
      keys %{ $given->{hashes} };
    my $escaped = $given->{hashes}{RAW_FORM};
    $escaped = { map { $_ => CpanelEmu::Escapes::form( $escaped->{$_} ) } keys %{$escaped} };
    return {
        FORM     => CpanelEmu::Hash->new( FORM => $escaped ),
        RAW_FORM => delete $hashes{RAW_FORM},
        CPANEL   => {
            %{ $given->{scalars} },
            %hashes,
            CPVAR   => CpanelEmu::Variables->new( $self, 'variables' ),
            CPERROR => CpanelEmu::Variables->new( $self, 'errors' ),
            LANG    => CpanelEmu::Asked->new( $self, LANG => 'language' ),
            BRLANG  => CpanelEmu::Asked->new( $self, BRLANG => 'branding_language' ),
            random  => sub { $self->ask('random') },
            feature => sub { $self->_liveapi->cpanelfeature( $_[0] ) },
            cpanelif => sub { $self->_liveapi->cpanelif( $_[0] ) },
            sprint   => \&_element,
        },
        MagicRevision => sub { $self->ask( 'magic_revision', $_[0] ) },
        Branding => {
            %{ $self->_questions( branding => qw( image image_url file text find ) ) },
            include => sub { $self->{includes}->of_branding( $_[0] ) },
        },
        Theme =>
          { %{ $self->_questions( theme => qw( has files ) ) }, %{ $self->{includes}->of_theme } },
        locale   => $self->_questions( locale   => qw( maketext langprint phrase ) ),
        execute  => sub { $self->uapi(@_) },
    };
}

# Returns an element of text that a separator splits, counted from 0.
sub _element {
    my ( $text, $separator, $number ) = @_;
    return q{} if $separator eq q{} || $number !~ /\A[0-9]{1,9}\z/;
    return ( split /\Q$separator\E/, $text, -1 )[$number] // q{};
}

# Returns what an API 1 function prints.
sub api1 {
    my ( $self, $module, $function, @arguments ) = @_;
    @arguments = map { _bytes($_) } @arguments;
    my $named = ref $arguments[-1] eq 'HASH' ? pop @arguments : undef;
    my $answer =
      $self->_answer( sub { $_[0]->api1( $module, $function, $named || \@arguments ) } );
    return ref $answer->{data} eq 'HASH' ? $answer->{data}{result} : $FATAL;
}

# Returns the rows of an API 2 function.
sub api2 {
    my ( $self, $module, $function, $arguments ) = @_;
    my $answer = $self->_answer( sub { $_[0]->api2( $module, $function, _bytes( $arguments || {} ) ) } );
    return CpanelEmu::Rows::of( $answer->{data} );
}

# Returns the result object of a UAPI function.
sub uapi {
    my ( $self, $module, $function, $arguments ) = @_;
    my $answer = $self->_answer( sub { $_[0]->uapi( $module, $function, _bytes( $arguments || {} ) ) } );
    return $answer->{result}
      || { status => 0, data => undef, messages => undef, errors => [ $answer->{error} ] };
}

# Returns the page variables or the errors of modules, as they are now.
sub state {
    my ( $self, $kind ) = @_;
    if ( $self->{is_stale} ) {
        $self->{state}    = $self->_ask('state');
        $self->{is_stale} = 0;
    }
    return $self->{state}{$kind};
}

# Sets a page variable.
sub set {
    my ( $self, $name, $value ) = @_;
    $self->{state}    = $self->_ask( 'set', $name, $value );
    $self->{is_stale} = 0;
    return;
}

# Returns the server's answer to a question of the page; phrases may hold tags that change things.
sub ask {
    my ( $self, $question, @arguments ) = @_;
    $self->{is_stale} = 1;
    return $self->_ask( $question, @arguments );
}

# Ends the connection, if there was one.
sub end {
    my ($self) = @_;
    $self->{liveapi}->end if $self->{liveapi};
    return;
}

sub _questions {
    my ( $self, $group, @names ) = @_;
    return { map { my $name = $_; $name => sub { $self->ask( "${group}_$name", @_ ) } } @names };
}

sub _answer {
    my ( $self, $call ) = @_;
    $self->{is_stale} = 1;
    return $call->( $self->_liveapi )->{cpanelresult};
}

sub _ask {
    my ( $self, $question, @arguments ) = @_;
    my @texts = map { _characters($_) } grep { ref ne 'HASH' } $question, @arguments;
    my $json = $JSON->encode( \@texts );
    return $self->_liveapi->exec("<cpanelemu>$json")->{cpanelresult}{answer};
}

# Returns an argument as bytes, which LiveAPI takes for UTF-8: what came as JSON looks like characters.
sub _bytes {
    my ($value) = @_;
    return { map { _bytes($_) => _bytes( $value->{$_} ) } keys %{$value} } if ref $value eq 'HASH';
    return [ map { _bytes($_) } @{$value} ] if ref $value eq 'ARRAY';
    return "$value" if ref $value;
    utf8::downgrade( $value, 1 ) if defined $value;
    return $value;
}

# Returns text as JSON wants it: characters, a number as text too.
sub _characters {
    my ($text) = @_;
    $text = _bytes( defined $text ? "$text" : q{} );
    utf8::decode($text) if !utf8::is_utf8($text);
    return $text;
}

# One connection for all calls, made when it is first needed.
sub _liveapi {
    my ($self) = @_;
    return $self->{liveapi} ||= do { require Cpanel::LiveAPI; Cpanel::LiveAPI->new() };
}

1;
