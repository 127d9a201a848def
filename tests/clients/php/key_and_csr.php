<?php
// Makes a key and a CSR as PHP clients of the time did, lists both, and prints the four answers as
// one JSON list. Arguments: curl or streams, json or xml, URL, Authorization, account, host.

declare(strict_types=1);

[, $transport, $format, $url, $authorization, $account, $host] = $argv;

// Both ways put the form behind the header lines. curl then announces a chunked body as well, and
// both send something more behind the form.
function by_curl(string $url, string $head): string
{
    $curl = curl_init($url);
    curl_setopt_array($curl, [
        CURLOPT_HTTPHEADER => [$head],
        CURLOPT_POST => true,
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_SSL_VERIFYHOST => 0,
        CURLOPT_SSL_VERIFYPEER => false,
        CURLOPT_TIMEOUT => 60,
    ]);
    $answer = curl_exec($curl);
    if ($answer === false) {
        throw new RuntimeException(curl_error($curl));
    }
    return $answer;
}

function by_streams(string $url, string $head): string
{
    $context = stream_context_create([
        'http' => ['method' => 'POST', 'header' => $head, 'timeout' => 60],
        'ssl' => ['verify_peer' => false, 'verify_peer_name' => false, 'allow_self_signed' => true],
    ]);
    return file_get_contents($url, false, $context);
}

function decoded(string $answer, string $format): array
{
    if ($format === 'json') {
        return json_decode($answer, true, 512, JSON_THROW_ON_ERROR);
    }
    $rows = [];
    foreach ((new SimpleXMLElement($answer))->data as $data) {
        $row = array_map('strval', (array) $data);
        $rows[] = isset($row['result']) ? ['result' => (int) $row['result']] + $row : $row;
    }
    return ['cpanelresult' => ['data' => $rows]];
}

$subject = ['city' => 'Köln', 'company' => 'A & B', 'country' => 'DE', 'host' => $host,
    'state' => 'Nordrhein-Westfalen'];
$calls = ['genkey' => ['host' => $host], 'gencsr' => $subject, 'listkeys' => [], 'listcsrs' => []];
$answers = [];
foreach ($calls as $function => $arguments) {
    $prefix = "cpanel_{$format}api_";
    $form = http_build_query($arguments + ["{$prefix}user" => $account, "{$prefix}module" => 'SSL',
        "{$prefix}func" => $function, "{$prefix}apiversion" => '2']);
    $head = "Authorization: $authorization\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        . 'Content-Length: ' . strlen($form) . "\r\n\r\n$form";
    $answer = "by_$transport"("$url/$format-api/cpanel", $head);
    $answers[] = decoded($answer, $format);
}
echo json_encode($answers);
