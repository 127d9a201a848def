<?php
/* Orders a certificate signing request in a customer's account:
 * WHM_URL=… WHM_PASSWORD=… php billing.php CUSTOMER city=… company=… country=… host=… state=… */

function billing_order_csr($customer, array $order)
{
    $curl = curl_init(getenv('WHM_URL') . '/xml-api/cpanel');
    curl_setopt_array($curl, [
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_USERPWD => 'root:' . getenv('WHM_PASSWORD'),
        CURLOPT_POSTFIELDS => http_build_query([
            'cpanel_xmlapi_user' => $customer,
            'cpanel_xmlapi_module' => 'SSL',
            'cpanel_xmlapi_func' => 'gencsr',
            'cpanel_xmlapi_apiversion' => 2,
        ] + $order),
    ]);
    $body = curl_exec($curl);
    $status = curl_getinfo($curl, CURLINFO_HTTP_CODE);
    if ($status !== 200) {
        throw new RuntimeException("The server answered with status $status.");
    }
    libxml_use_internal_errors(true);
    $answer = simplexml_load_string($body);
    if ($answer === false || !isset($answer->data->result)) {
        throw new RuntimeException('The server answered with something else than XML.');
    }
    if ((string) $answer->data->result !== '1') {
        throw new RuntimeException((string) $answer->data->output);
    }
    return (string) $answer->data->output;
}

$order = [];
foreach (array_slice($argv, 2) as $argument) {
    list($name, $value) = explode('=', $argument, 2);
    $order[$name] = $value;
}
try {
    echo billing_order_csr($argv[1], $order), "\n";
} catch (RuntimeException $error) {
    fwrite(STDERR, $error->getMessage() . "\n");
    exit(1);
}
