<?php

/**
 * The PHP example of the documentation, its missing quote mended (``ssl §1.2``).
 */

require getenv('CPANEL_CLASS');

$cpanel = new CPANEL();
$csr = $cpanel->api2('SSL', 'gencsr', array(
    'city' => 'Houston',
    'company' => 'cPanel',
    'companydivision' => 'Documentation',
    'country' => 'US',
    'email' => 'user@example.com',
    'host' => 'example.com',
    'password' => '12345luggage',
    'state' => 'Texas',
));
echo json_encode($csr);
$cpanel->end();
