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

1;
