<?php

/**
 * A plugin page: makes a certificate signing request over LiveAPI, in PHP.
 *
 * Without a form it shows the documentation's example, ready to be sent.
 */

include '/usr/local/cpanel/php/cpanel.php';

const LABELS = array(
    'host' => 'Host',
    'country' => 'Country, two letters',
    'state' => 'State',
    'city' => 'City',
    'company' => 'Company',
    'companydivision' => 'Division (optional)',
    'email' => 'Email (optional)',
    'password' => 'Password (optional)',
);
const EXAMPLE = array(
    'host' => 'example.com',
    'country' => 'US',
    'state' => 'Texas',
    'city' => 'Houston',
    'company' => 'cPanel',
    'companydivision' => 'Documentation',
    'email' => 'user@example.com',
    'password' => '12345luggage',
);

function escaped(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

/** Returns what the visitor sent; arrays and missing fields count as empty. */
function sent_fields(): array
{
    $fields = array();
    foreach (array_keys(LABELS) as $name) {
        $fields[$name] = isset($_POST[$name]) && is_string($_POST[$name]) ? $_POST[$name] : '';
    }
    return $fields;
}

function show_request(CPANEL $cpanel, string $host): void
{
    $shown = $cpanel->api1('SSL', 'showcsr', array($host));
    $text = escaped($shown['cpanelresult']['data']['result']);
    echo <<<HTML
<section class="panel" aria-labelledby="pem-head">
<h2 class="panel-head" id="pem-head"><label for="pem">The request</label></h2>
<textarea id="pem" class="pem" rows="20" readonly spellcheck="false">{$text}</textarea>
</section>

HTML;
}

function show_answer(CPANEL $cpanel, array $fields): void
{
    $csr = $cpanel->api2('SSL', 'gencsr', $fields);
    $row = $csr['cpanelresult']['data'][0] ?? array('result' => 0);
    $output = $row['output'] ?? $csr['cpanelresult']['error'];
    if ($row['result']) {
        echo '<p class="notice notice-good" role="status">', escaped($output), "</p>\n";
        show_request($cpanel, $fields['host']);
    } else {
        echo '<p class="notice notice-bad" role="alert" id="details">', escaped($output), "</p>\n";
    }
}

function show_form(array $fields): void
{
    echo <<<'HTML'
<section class="panel" aria-labelledby="form-head">
<h2 class="panel-head" id="form-head">Make a request</h2>
<form class="form" action="gencsr.live.php" method="post">

HTML;
    foreach (LABELS as $name => $label) {
        $value = escaped($fields[$name]);
        echo "<p class=\"field\"><label for=\"{$name}\">{$label}</label>\n";
        echo "<input id=\"{$name}\" name=\"{$name}\" value=\"{$value}\"></p>\n";
    }
    echo <<<'HTML'
<p class="buttons"><button class="button button-main" type="submit">Make the request</button></p>
</form>
</section>

HTML;
}

$cpanel = new CPANEL();
$is_sent = $_SERVER['REQUEST_METHOD'] === 'POST';
$fields = $is_sent ? sent_fields() : EXAMPLE;
echo $cpanel->header('Make a request, in PHP', 'csr');
echo '<p class="lead">This page runs as ', escaped($cpanel->cpanelprint('$user')),
    " and calls SSL::gencsr over LiveAPI.</p>\n";
if ($is_sent) {
    show_answer($cpanel, $fields);
}
show_form($fields);
echo $cpanel->footer();
$cpanel->end();
