package CpanelEmu::Files;

# The files that the templates of a theme may bring in: regular ones in the theme's folder, with
# all symbolic links followed. Names are relative to that folder.

use 5.014;
use strict;
use warnings;
use parent 'Template::Provider';

use Cwd                 ();
use Template::Constants ();

my $LARGEST_FILE = 64 * 1024 * 1024;

sub _init {
    my ( $self, $options ) = @_;
    utf8::downgrade( my $theme = $options->{THEME}, 1 );
    $self->{THEME} = Cwd::abs_path($theme);

    # A page is bytes: the provider would drop a byte order mark, and decode the text behind it.
    return $self->SUPER::_init( { %{$options}, UNICODE => 0 } );
}

# Returns a compiled template, or what keeps it from being one.
sub fetch {
    my ( $self, $name ) = @_;
    return $self->SUPER::fetch($name) if ref $name;
    my ( $path, $problem ) = $self->find($name);
    return ( $problem, Template::Constants::STATUS_ERROR ) if $problem;
    return ( undef, Template::Constants::STATUS_DECLINED ) if !defined $path;
    return $self->_fetch( $path, $name );
}

# Returns the text of a file, for INSERT.
sub load {
    my ( $self, $name ) = @_;
    my ( $path, $problem ) = $self->find($name);
    return ( $problem, Template::Constants::STATUS_ERROR ) if $problem;
    return ( undef, Template::Constants::STATUS_DECLINED ) if !defined $path;
    my ( $text, $error ) = $self->_template_content($path);
    return $error ? ( $error, Template::Constants::STATUS_ERROR ) : $text;
}

sub _template_content {
    my ( $self, $path ) = @_;
    open my $file, '<:raw', $path or return ( undef, "$path: $!" );
    my $text = do { local $/; readline $file };
    return ( $text // q{}, undef, ( stat $file )[9] );
}

# Returns the path of a file that exists; nothing and what is wrong if it lies outside. A name that
# came as JSON looks like characters; on the disk it is bytes.
sub find {
    my ( $self, $name ) = @_;
    utf8::downgrade( $name, 1 );
    return if $name =~ /\0/;
    return ( undef, "$name: the path leads outside the theme" ) if $name =~ m{^/};
    my $path = Cwd::abs_path("$self->{THEME}/$name") // return;
    if ( index( $path, $self->{THEME} eq '/' ? '/' : "$self->{THEME}/" ) != 0 ) {
        return ( undef, "$name: the path leads outside the theme" );
    }
    return -f $path && -s _ <= $LARGEST_FILE ? $path : undef;
}

1;
