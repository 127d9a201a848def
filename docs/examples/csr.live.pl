#!/usr/bin/perl
use strict;
use warnings;
use lib '/usr/local/cpanel';
use Cpanel::LiveAPI;

my $cpliveapi = Cpanel::LiveAPI->new();
my $csr = $cpliveapi->api2( 'SSL', 'gencsr', {
    'city'    => 'Houston',
    'company' => 'cPanel',
    'country' => 'US',
    'host'    => 'example.com',
    'state'   => 'Texas',
} );
print "Content-Type: text/plain\r\n\r\n";
print $csr->{'cpanelresult'}{'data'}[0]{'output'}, "\n";
$cpliveapi->end();
