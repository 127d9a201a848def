<?php
$query = http_build_query([
    'cpanel_jsonapi_module' => 'SSL',
    'cpanel_jsonapi_func' => 'gencsr',
    'cpanel_jsonapi_apiversion' => 2,
    'city' => 'Houston',
    'company' => 'cPanel',
    'country' => 'US',
    'host' => 'example.com',
    'state' => 'Texas',
]);
$login = 'Authorization: Basic ' . base64_encode('user:12345luggage');
$context = stream_context_create(['http' => ['header' => $login]]);
$body = file_get_contents("http://127.0.0.1:2082/json-api/cpanel?$query", false, $context);
echo json_decode($body)->cpanelresult->data[0]->output, "\n";
