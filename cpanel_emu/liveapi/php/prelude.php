<?php

/**
 * Runs before every PHP page: gives it the documented paths, and PHP's command line program
 * the request that only its CGI program would read.
 */

namespace CpanelEmu;

require __DIR__ . '/FileMap.php';

if (PHP_SAPI === 'cli') {
    parse_str((string) getenv('QUERY_STRING'), $_GET);
    if (strncasecmp((string) getenv('CONTENT_TYPE'), 'application/x-www-form-urlencoded', 33) === 0) {
        parse_str((string) stream_get_contents(STDIN), $_POST);
    }
    parse_str(preg_replace('/;\s*/', '&', (string) getenv('HTTP_COOKIE')), $_COOKIE);
    $_REQUEST = array_merge($_GET, $_POST);
}

FileMap::install((string) getenv('CPANEL_EMU_LOCAL_CPANEL'));
