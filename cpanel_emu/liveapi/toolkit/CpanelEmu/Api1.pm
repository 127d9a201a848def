package CpanelEmu::Api1;

# USE Api1: Api1.exec('Module', 'function', 'argument', …) prints what the function prints.

use 5.014;
use strict;
use warnings;

sub load { return $_[0] }

sub new { return bless {}, $_[0] }

sub exec {
    my ( $self, @call ) = @_;
    return $CpanelEmu::World::page->api1(@call);
}

1;
