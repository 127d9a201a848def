package CpanelEmu::Includes;

# Files of the theme that a page brings in with a function, as tags do: a name may be computed, what
# is missing or lies outside the theme prints nothing, and a page cannot include without end.
#
# "x.html" is x.html.tt, if that is there, and processed; any other file is printed as it is.

use 5.014;
use strict;
use warnings;

my $BLANKS       = qr/[ \t\r\n\f\x0B]+/;
my $FATAL        = '[A fatal error or timeout occurred while processing this directive.]';
my $MAX_NESTED   = 32;
my $MAX_INSERTED = 2000;

# $world knows the page and asks the server; $files are the files of the theme.
sub new {
    my ( $class, $world, $scalars, $files ) = @_;
    return bless {
        world    => $world,
        folder   => $scalars->{basedir}     // q{},
        package  => $scalars->{brandingpkg} // q{},
        files    => $files,
        depth    => 1,
        inserted => 0,
    }, $class;
}

# The page's template is processed in $context; without it nothing can be included.
sub context {
    my ( $self, $context ) = @_;
    $self->{context} = $context;
    return;
}

# Theme.…: paths start at the requested page's folder, those of rel… at the theme's.
sub of_theme {
    my ($self) = @_;
    return {
        include        => sub { $self->_insert( $self->_from_page( $_[0] ) ) },
        relinclude     => sub { $self->_insert( _trimmed( $_[0] ) ) },
        rawinclude     => sub { $self->_insert_raw( $self->_from_page( $_[0] ) ) },
        relrawinclude  => sub { $self->_insert_raw( _trimmed( $_[0] ) ) },
        dynamicinclude => sub { $self->_insert_matches( $self->_from_page( $_[0] ) ) },
    };
}

# Branding.include: the branding package's file, that of branding/, or the theme's.
sub of_branding {
    my ( $self, $name ) = @_;
    $name = _trimmed($name);
    return q{} if $name eq q{} || $name =~ m{^/};
    my @folders = ( $self->{package} eq q{} ? () : "branding/$self->{package}/", 'branding/', q{} );
    for my $path ( map { $_ . $name } @folders ) {
        next if !defined $self->_file("$path.tt") && !defined $self->_plain($path);
        return $self->_insert($path);
    }
    return q{};
}

sub _insert {
    my ( $self, $path ) = @_;
    return $self->_insert_raw($path) if !defined $self->_file("$path.tt");
    my $refused = $self->_refused;
    return $refused if defined $refused;
    local $self->{depth} = $self->{depth} + 1;
    return $self->{context}->process("$path.tt");
}

sub _insert_raw {
    my ( $self, $path ) = @_;
    return q{} if !defined $self->_plain($path);
    my $refused = $self->_refused;
    return $refused if defined $refused;
    my ( $text, $error ) = $self->{files}->load($path);
    return $error ? q{} : $text;
}

sub _insert_matches {
    my ( $self, $pattern ) = @_;
    my $files = $self->{world}->ask( 'theme_files', $pattern );
    my $templates = $self->{world}->ask( 'theme_files', "$pattern.tt" );
    my %paths = map { $_ => 1 } ( grep { !/\.tt\z/ } @{$files} ), map { s/\.tt\z//r } @{$templates};
    return join q{}, map { $self->_insert($_) } sort keys %paths;
}

# Returns what is printed instead of one more file, nothing if that may be inserted.
sub _refused {
    my ($self) = @_;
    return $FATAL if $self->{depth} > $MAX_NESTED;
    my $number = ++$self->{inserted};
    return if $number <= $MAX_INSERTED;
    return $number == $MAX_INSERTED + 1 ? $FATAL : q{};
}

sub _from_page {
    my ( $self, $path ) = @_;
    $path = _trimmed($path);
    return $self->{folder} eq q{} || $path =~ m{^/} ? $path : "$self->{folder}/$path";
}

# A page's source is shown to nobody.
sub _plain {
    my ( $self, $path ) = @_;
    return $path =~ /\.tt\z/ ? undef : $self->_file($path);
}

sub _file {
    my ( $self, $path ) = @_;
    my ( $file, $problem ) = $self->{files}->find($path);
    return $problem ? undef : $file;
}

sub _trimmed {
    my ($text) = @_;
    return ( $text // q{} ) =~ s/\A$BLANKS//r =~ s/$BLANKS\z//r;
}

1;
