package CpanelEmu::Rows;

# Rows of API 2 as pages print them. A row is a hash: of a row that is a list, or a single value, the
# names are 0, 1 … A list inside a row prints nothing itself; Api2.list(row.ip) loops over it.

use 5.014;
use strict;
use warnings;

use overload
  q{""}    => sub { q{} },
  bool     => sub { @{ $_[0] } > 0 },
  fallback => 1;

# Returns the rows of what a call answered.
sub of {
    my ($data) = @_;
    my @rows = ref $data eq 'HASH' ? ($data) : ref $data eq 'ARRAY' ? @{$data} : ();
    return [ map { _row($_) } @rows ];
}

# Returns the list inside a row; a text has none.
sub list {
    my ($value) = @_;
    return ref $value eq __PACKAGE__ ? [ @{$value} ] : ref $value eq 'ARRAY' ? $value : [];
}

# For loops of the toolkit.
sub as_list { return list( $_[0] ) }

sub _row {
    my ($row) = @_;
    return { map { $_ => _value( $row->{$_} ) } keys %{$row} } if ref $row eq 'HASH';
    my @values = ref $row eq 'ARRAY' ? @{$row} : ($row);
    return { map { $_ => _value( $values[$_] ) } 0 .. $#values };
}

sub _value {
    my ($value) = @_;
    return bless of($value), __PACKAGE__ if ref $value eq 'HASH' || ref $value eq 'ARRAY';
    return ref $value ? ( $value ? 1 : 0 ) : $value;
}

1;
