package CpanelEmu::Hash;

# A named set of values: FORM, CPANEL.CPDATA … A page reads a value as a member, FORM.host, or by
# any name with item('…'). Visitors choose the names in a form, so a name never is a method.

use 5.014;
use strict;
use warnings;

our $AUTOLOAD;

# Makes the hash called $name of %{$values}.
sub new {
    my ( $class, $name, $values ) = @_;
    return bless { name => $name, values => $values }, $class;
}

# Returns the value called $key; what is not there is empty. A second argument is a new value.
sub item {
    my ( $self, $key, @value ) = @_;
    return $self->_set( $key // q{}, $value[0] // q{} ) if @value;
    return $self->_values->{ $key // q{} } // q{};
}

# Tells whether there is such a value, even an empty one.
sub exists {
    my ( $self, $key ) = @_;
    return exists $self->_values->{ $key // q{} } ? 1 : 0;
}

# Returns the names, sorted.
sub keys {
    my ($self) = @_;
    return [ sort keys %{ $self->_values } ];
}

# Returns everything as a plain hash, such as the named arguments of a call.
sub all {
    my ($self) = @_;
    return { %{ $self->_values } };
}

sub AUTOLOAD {
    my ( $self, @value ) = @_;
    my $key = $AUTOLOAD =~ s/.*:://sr;
    return if $key eq 'DESTROY' || !ref $self;
    return $self->item( $key, @value );
}

sub _values {
    my ($self) = @_;
    return $self->{values};
}

sub _set {
    my ( $self, $key ) = @_;
    die "$self->{name}.$key cannot be set; only CPANEL.CPVAR can\n";
}

package CpanelEmu::Variables;

# CPANEL.CPVAR and CPANEL.CPERROR: calls change them, so the server keeps them.

use parent -norequire, 'CpanelEmu::Hash';

# Makes the hash of what $world knows under $kind.
sub new {
    my ( $class, $world, $kind ) = @_;
    return bless { world => $world, kind => $kind, name => 'CPANEL.CPERROR' }, $class;
}

sub _values {
    my ($self) = @_;
    return $self->{world}->state( $self->{kind} );
}

sub _set {
    my ( $self, $key, $value ) = @_;
    return $self->SUPER::_set($key) if $self->{kind} ne 'variables';
    $self->{world}->set( $key, $value );
    return q{};
}

package CpanelEmu::Asked;

# CPANEL.LANG and its like: too large to hand over, so each value is asked for.

use parent -norequire, 'CpanelEmu::Hash';

# Makes the hash whose values answer $question.
sub new {
    my ( $class, $world, $name, $question ) = @_;
    return bless { world => $world, name => "CPANEL.$name", question => $question }, $class;
}

sub item {
    my ( $self, $key, @value ) = @_;
    return $self->_set($key) if @value;
    return $self->{world}->ask( $self->{question}, $key );
}

1;
