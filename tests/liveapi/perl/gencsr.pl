# The Perl example of the documentation, its missing quote mended (ssl §1.2).

use strict;
use warnings;

use JSON::PP;

use Cpanel::LiveAPI;

my $cpliveapi = Cpanel::LiveAPI->new();
my $csr = $cpliveapi->api2(
    'SSL', 'gencsr',
    {
        'city'            => 'Houston',
        'company'         => 'cPanel',
        'companydivision' => 'Documentation',
        'country'         => 'US',
        'email'           => 'user@example.com',
        'host'            => 'example.com',
        'state'           => 'Texas',
        'password'        => '12345luggage',
    }
);
print encode_json($csr);
$cpliveapi->end();
