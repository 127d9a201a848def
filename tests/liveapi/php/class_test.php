<?php

/**
 * Every documented method of CPANEL, against a server that answers with what it was asked.
 *
 * Run by pytest, which sets CPANEL_PHPCONNECT_SOCKET, CPANEL_CLASS and HOME.
 */

require __DIR__ . '/tap.php';
require getenv('CPANEL_CLASS');

use function Tap\{done, is, ok, throws};

$cpanel = new CPANEL();

is(
    $cpanel->api2('Echo', 'all', array('host' => 'example.com', 'n' => 7)),
    array('cpanelresult' => array(
        'apiversion' => 2,
        'func' => 'all',
        'data' => array(array('account' => 'user', 'host' => 'example.com', 'n' => '7')),
        'event' => array('result' => 1),
        'module' => 'Echo',
    )),
    'api2 returns the answer'
);
is(
    $cpanel->api2('SSL', 'nosuch')['cpanelresult']['error'],
    "Could not find function 'nosuch' in module 'SSL'",
    'a refusal is an answer with an error'
);
is(
    $cpanel->api2('Echo', 'all', array('q' => "<b> & \"ä€\u{1F600}\"\n"))['cpanelresult']['data'][0]['q'],
    "<b> & \"ä€\u{1F600}\"\n",
    'text goes there and back unchanged'
);
is(
    $cpanel->api2('Echo', 'all', array('q' => "K\xF6ln"))['cpanelresult']['data'][0]['q'],
    "K\u{FFFD}ln",
    'bytes that are no UTF-8 are replaced'
);
is(
    strlen($cpanel->api2('Echo', 'all', array('q' => str_repeat('x', 300000)))['cpanelresult']['data'][0]['q']),
    300000,
    'a request and an answer may be long'
);
is(
    $cpanel->api1('Echo', 'all', array('a', 'b'))['cpanelresult']['data']['result'],
    'user/a/b',
    'api1 takes arguments by position'
);
is(
    $cpanel->uapi('Echo', 'all', array('k' => 'v'))['cpanelresult']['result']['data'],
    array(array('account' => 'user', 'k' => 'v')),
    'uapi wraps its result'
);
is(
    $cpanel->api('exec', 2, 'Echo', 'all', array('k' => 'v'))['cpanelresult']['data'],
    array(array('account' => 'user', 'k' => 'v')),
    'api takes the version as a number too'
);
is(
    $cpanel->exec('<b>$user</b>')['cpanelresult']['data']['result'],
    '<b>user</b>',
    'exec has page text processed'
);
is($cpanel->exec('<cpanel setvar="v=1">', 1), null, 'exec can skip its answer');
is(
    $cpanel->fetch('$user')['cpanelresult']['data']['result'],
    '<cpanel print="user">',
    'fetch sends a print tag; the skipped answer is not taken for its own'
);
is($cpanel->cpanelprint('I am $user'), 'print I am user', 'cpanelprint returns text');
is($cpanel->cpanellangprint('HELLO'), 'langprint HELLO', 'cpanellangprint returns text');
is($cpanel->cpanelif('yes'), 1, 'cpanelif is true');
is($cpanel->cpanelif('no'), 0, 'cpanelif is false');
is($cpanel->cpanelfeature('yes'), 1, 'cpanelfeature is true');
is($cpanel->cpanelfeature('no'), 0, 'cpanelfeature is false');
is($cpanel->header('My page', 'ssl'), "<h1>My page</h1>ssl\n", 'header returns HTML');
is($cpanel->footer(), "<i>My page</i>\n", 'footer belongs to the header');

$rows = array(array('account' => 'user'));
is($cpanel->get_result($cpanel->api2('Echo', 'all')), $rows, 'get_result of API 2');
is($cpanel->get_result($cpanel->api1('Echo', 'all')), array('result' => 'user'), 'get_result of API 1');
is($cpanel->get_result($cpanel->uapi('Echo', 'all')), $rows, 'get_result of UAPI');
is($cpanel->get_result($cpanel->api2('SSL', 'nosuch')), null, 'get_result of a refusal');
is(
    $cpanel->exec('<cpanelaction>{</cpanelaction>'),
    array('cpanelresult' => array('error' => 'LiveAPI: no answer to this request; see the error log')),
    'an answer that cannot be given is an error'
);

is($cpanel->get_debug_level(), 0, 'nothing is logged at first');
is($cpanel->get_debug_log(), '', 'so there is no log');
$cpanel->debug_log(1, 'not logged');
$cpanel->set_debug(true);
is($cpanel->get_debug_level(), 1, 'set_debug sets the level');
$cpanel->debug_log(1, 'logged');
$cpanel->debug_log(2, 'not logged');
$cpanel->debug_log_json(1, array('a' => 1));
$log = $cpanel->get_debug_log();
ok(
    preg_match('#^' . preg_quote(getenv('HOME'), '#') . '/\.cpanel/LiveAPI\.log\.\w+$#', $log) === 1,
    'the log lies in the home directory'
);
ok(
    preg_match('/^\S+ logged\n\S+ {"a":1}\n$/', file_get_contents($log)) === 1,
    'the log has the lines of its level'
);
is(fileperms($log) & 0777, 0600, 'the log is for its owner only');
$cpanel->set_debug(2);
$cpanel->api1('Echo', 'all');
ok(
    preg_match('#> <cpanelaction>\n.*"Echo".*\n</cpanelaction>\n\S+ < <\?xml .*\n<cpanelresult>#', file_get_contents($log)) === 1,
    'level 2 logs requests and answers'
);

$cpanel->end();
$cpanel->end();
throws(
    static function () use ($cpanel) {
        $cpanel->api2('Echo', 'all');
    },
    'LiveAPI: the connection has ended',
    'after the end nothing can be asked'
);

$second = new CPANEL(1);
is($second->get_debug_level(), 1, 'the level can be given at once');
is($second->footer('Other'), "<i>Other</i>\n", 'footer works without header');
unset($second);

$path = getenv('CPANEL_PHPCONNECT_SOCKET');
putenv('CPANEL_PHPCONNECT_SOCKET');
throws(
    static function () {
        new CPANEL();
    },
    'LiveAPI: no socket to connect to; the name of a page must end in .live.php or .livephp',
    'outside a page there is nothing to connect to'
);
putenv("CPANEL_CONNECT_SOCKET={$path}");
is((new CPANEL())->cpanelif('yes'), 1, 'the other variable is as good');
putenv('CPANEL_CONNECT_SOCKET=/nonexistent/socket');
throws(
    static function () {
        new CPANEL();
    },
    'LiveAPI: cannot connect to /nonexistent/socket: No such file or directory',
    'a server that is not there'
);

done();
