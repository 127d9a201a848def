package CpanelEmu::Api2;

# USE Api2: Api2.exec('Module', 'function', { name = 'value', … }) returns the list of rows.

use 5.014;
use strict;
use warnings;

sub load { return $_[0] }

sub new { return bless {}, $_[0] }

sub exec {
    my ( $self, @call ) = @_;
    return $CpanelEmu::World::page->api2(@call);
}

# Returns a value of a row whose name is also one of the toolkit's methods, such as "size".
sub text {
    my ( $self, $row, $name ) = @_;
    return ref $row eq 'HASH' ? $row->{$name} // q{} : q{};
}

# Returns the list inside a row, for a loop: Api2.list(row.ip).
sub list {
    my ( $self, $value ) = @_;
    return CpanelEmu::Rows::list($value);
}

1;
