<?php
include '/usr/local/cpanel/php/cpanel.php';

$cpanel = new CPANEL();
$csr = $cpanel->api2('SSL', 'gencsr', array(
    'city' => 'Houston',
    'company' => 'cPanel',
    'country' => 'US',
    'host' => 'example.com',
    'state' => 'Texas',
));
echo $csr['cpanelresult']['data'][0]['output'], "\n";
$cpanel->end();
