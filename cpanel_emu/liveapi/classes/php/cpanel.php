<?php

/**
 * LiveAPI for PHP pages: calls from inside a page to the server that runs it.
 *
 * Part of cpanel-emu, an emulator; written from the public documentation of LiveAPI.
 * Runs on PHP 7.4 and later.
 *
 * Usage:
 *
 *     require_once '/usr/local/cpanel/php/cpanel.php';
 *     $cpanel = new CPANEL();
 *     $csrs = $cpanel->api2('SSL', 'listcsrs', array());
 *     foreach ($csrs['cpanelresult']['data'] as $csr) {
 *         echo htmlspecialchars($csr['host']), "\n";
 *     }
 *     $cpanel->end();
 *
 * Every method that returns an answer returns an array with the key `cpanelresult`. Answers
 * to calls hold what `api2()`, `api1()` and `uapi()` describe. All text is UTF-8.
 *
 * @license MIT
 */
class CPANEL
{
    private const SOCKET_VARIABLES = array('CPANEL_PHPCONNECT_SOCKET', 'CPANEL_CONNECT_SOCKET');
    private const OPENING_TAG = '<cpanelresult>';
    private const CLOSING_TAG = '</cpanelresult>';
    private const SECONDS_TO_ANSWER = 600;
    private const SECONDS_TO_END = 10;

    /** @var resource|null the connection; null once it has ended */
    private $socket = null;

    /** 0 logs nothing; more logs more */
    private int $debugLevel = 0;

    /** path of the log file; empty until something is logged */
    private string $debugLog = '';

    /** @var array<string,string>|null the parts of a page round its content: header, footer */
    private ?array $pageParts = null;

    /**
     * Connects to the server and asks for answers in JSON.
     *
     * @param int|bool $debugLevel as for set_debug()
     *
     * @throws RuntimeException if this is no page of the server, or the server is not there
     */
    public function __construct($debugLevel = 0)
    {
        $this->set_debug($debugLevel);
        $path = self::socketPath();
        $socket = @stream_socket_client('unix://' . $path, $errorNumber, $errorText);
        if ($socket === false) {
            throw new RuntimeException("LiveAPI: cannot connect to {$path}: {$errorText}");
        }
        stream_set_timeout($socket, self::SECONDS_TO_ANSWER);
        $this->socket = $socket;
        $this->debug_log(1, "connected to {$path}");
        $this->request('<cpaneljson enable="1">');
    }

    /** Ends the connection, if the page did not. */
    public function __destruct()
    {
        if ($this->socket !== null) {
            fclose($this->socket);
        }
    }

    /**
     * Calls an API 2 function.
     *
     * @param string              $module    such as 'SSL'
     * @param string              $function  such as 'gencsr'
     * @param array<string,mixed> $arguments by name
     *
     * @return array `cpanelresult` with `apiversion`, `module`, `func`, `data` (a list of rows),
     *               `event`, and `error` if the function failed
     */
    public function api2($module, $function, $arguments = array())
    {
        return $this->api('exec', '2', $module, $function, $arguments);
    }

    /**
     * Calls an API 1 function.
     *
     * @param string      $module    such as 'SSL'
     * @param string      $function  such as 'showcsr'
     * @param list<mixed> $arguments by position
     *
     * @return array `cpanelresult` with what the function printed in `data`, `result`
     */
    public function api1($module, $function, $arguments = array())
    {
        return $this->api('exec', '1', $module, $function, $arguments);
    }

    /**
     * Calls a UAPI function.
     *
     * @param string              $module    such as 'SSL'
     * @param string              $function  such as 'list_keys'
     * @param array<string,mixed> $arguments by name
     *
     * @return array `cpanelresult` with `result`, which has `data`, `errors`, `messages`,
     *               `metadata`, `status` and `warnings`
     */
    public function uapi($module, $function, $arguments = array())
    {
        return $this->api('exec', 'uapi', $module, $function, $arguments);
    }

    /**
     * Sends any request; the other methods use this one.
     *
     * @param string     $requestType 'exec', 'if' or 'feature'
     * @param string     $version     '1', '2' or 'uapi'
     * @param string     $module      the module
     * @param string     $function    the function
     * @param mixed      $arguments   as the version wants them
     *
     * @return array the answer under `cpanelresult`; only `error` if the server cannot give one
     */
    public function api($requestType, $version, $module, $function, $arguments = array())
    {
        $json = self::toJson(array(
            'reqtype' => (string) $requestType,
            'module' => (string) $module,
            'func' => (string) $function,
            'apiversion' => (string) $version,
            'args' => $arguments,
        ));
        return $this->request("<cpanelaction>\n{$json}\n</cpanelaction>");
    }

    /**
     * Has the server process tags or any other page text.
     *
     * @param string $code       such as '<cpanel print="$homedir">'
     * @param bool   $skipReturn true to ignore the answer
     *
     * @return array|null the answer, its output in `data`, `result`; null if it is ignored
     */
    public function exec($code, $skipReturn = false)
    {
        // The answer is read all the same: it would be taken for the next one's.
        $answer = $this->request($code);
        return $skipReturn ? null : $answer;
    }

    /**
     * Looks up a variable.
     *
     * @param string $variable such as '$homedir' or '$CPDATA{\'DNS\'}'
     *
     * @return array the answer, the value in `data`, `result`
     */
    public function fetch($variable)
    {
        return $this->request('<cpanel print="' . $variable . '">');
    }

    /**
     * Returns text with its variables expanded.
     *
     * @param string $text such as 'My home is $homedir'
     *
     * @return string
     */
    public function cpanelprint($text)
    {
        return self::printed($this->api('exec', '1', 'print', '', $text));
    }

    /**
     * Returns a phrase in the language of the account.
     *
     * @param string $key the phrase's key
     *
     * @return string
     */
    public function cpanellangprint($key)
    {
        return self::printed($this->api('exec', '1', 'langprint', '', $key));
    }

    /**
     * Tells whether a condition holds.
     *
     * @param string $condition such as '$isreseller' or '$lang=="english"'
     *
     * @return int 1 or 0
     */
    public function cpanelif($condition)
    {
        return (int) self::printed($this->api('if', '1', 'if', 'if', $condition));
    }

    /**
     * Tells whether the account has a feature.
     *
     * @param string $feature such as 'sslmanager'
     *
     * @return int 1 or 0
     */
    public function cpanelfeature($feature)
    {
        return (int) self::printed($this->api('feature', '1', 'feature', 'feature', $feature));
    }

    /**
     * Returns what stands above the content of a page in the theme.
     *
     * @param string $title the page's title
     * @param string $key   the application that the theme marks as the current one
     *
     * @return string HTML
     */
    public function header($title = '', $key = '')
    {
        $this->pageParts = $this->fetchPageParts($title, $key);
        return $this->pageParts['header'];
    }

    /**
     * Returns what stands below the content of a page in the theme.
     *
     * @param string $title the page's title; not needed after header()
     *
     * @return string HTML
     */
    public function footer($title = '')
    {
        if ($this->pageParts === null) {
            $this->pageParts = $this->fetchPageParts($title, '');
        }
        return $this->pageParts['footer'];
    }

    /**
     * Ends the connection. Later calls throw.
     *
     * @return void
     */
    public function end()
    {
        if ($this->socket === null) {
            return;
        }
        stream_set_timeout($this->socket, self::SECONDS_TO_END);
        try {
            $this->send('<cpanelxml shutdown="1" />');
            stream_get_contents($this->socket);
        } catch (RuntimeException $serverHasGone) {
            $this->debug_log(1, $serverHasGone->getMessage());
        }
        fclose($this->socket);
        $this->socket = null;
        $this->debug_log(1, 'disconnected');
    }

    /**
     * Returns the data of an answer.
     *
     * @param array $answer of api2(), api1() or uapi()
     *
     * @return mixed the rows of API 2, what API 1 gave, or the data of UAPI; null if there is none
     */
    public function get_result($answer)
    {
        $result = isset($answer['cpanelresult']) ? $answer['cpanelresult'] : array();
        if (isset($result['result']) && is_array($result['result'])) {
            $result = $result['result'];
        }
        return isset($result['data']) ? $result['data'] : null;
    }

    /**
     * Sets how much is logged.
     *
     * @param int|bool $level 0 or false for nothing; 1 for the connection; 2 for requests and
     *                        answers too
     *
     * @return void
     */
    public function set_debug($level)
    {
        $this->debugLevel = (int) $level;
    }

    /**
     * Returns how much is logged.
     *
     * @return int
     */
    public function get_debug_level()
    {
        return $this->debugLevel;
    }

    /**
     * Logs a line, if the debug level is at least the given one.
     *
     * @param int    $level how important the line is; 1 is the most
     * @param string $text  the line
     *
     * @return void
     */
    public function debug_log($level, $text)
    {
        if ($level > $this->debugLevel) {
            return;
        }
        if ($this->debugLog === '') {
            $this->debugLog = $this->newLog();
        }
        file_put_contents($this->debugLog, date('c') . " {$text}\n", FILE_APPEND);
    }

    /**
     * Logs data as JSON, if the debug level is at least the given one.
     *
     * @param int   $level how important it is; 1 is the most
     * @param mixed $data  what to log
     *
     * @return void
     */
    public function debug_log_json($level, $data)
    {
        $this->debug_log($level, self::toJson($data));
    }

    /**
     * Returns the path of the log file, `~/.cpanel/LiveAPI.log.` and a random part.
     *
     * @return string empty if nothing has been logged
     */
    public function get_debug_log()
    {
        return $this->debugLog;
    }

    private static function socketPath(): string
    {
        foreach (self::SOCKET_VARIABLES as $name) {
            $path = getenv($name);
            if ($path !== false && $path !== '') {
                return $path;
            }
        }
        throw new RuntimeException(
            'LiveAPI: no socket to connect to; the name of a page must end in .live.php or .livephp'
        );
    }

    private function request(string $payload): array
    {
        $this->send($payload);
        return self::decode($this->receive());
    }

    private function send(string $payload): void
    {
        if ($this->socket === null) {
            throw new RuntimeException('LiveAPI: the connection has ended');
        }
        $this->debug_log(2, "> {$payload}");
        $frame = strlen($payload) . "\n" . $payload;
        while ($frame !== '') {
            $sent = @fwrite($this->socket, $frame);
            if ($sent === false || $sent === 0) {
                throw new RuntimeException('LiveAPI: the server does not take the request');
            }
            $frame = (string) substr($frame, $sent);
        }
    }

    /** Reads lines until one holds the closing tag; an answer has nothing behind it. */
    private function receive(): string
    {
        $answer = '';
        do {
            $line = fgets($this->socket);
            if ($line === false) {
                throw new RuntimeException('LiveAPI: the server ended the connection');
            }
            $answer .= $line;
        } while (strpos($line, self::CLOSING_TAG) === false);
        $this->debug_log(2, '< ' . rtrim($answer));
        return $answer;
    }

    private static function decode(string $answer): array
    {
        $start = strpos($answer, self::OPENING_TAG) + strlen(self::OPENING_TAG);
        $json = substr($answer, $start, strpos($answer, self::CLOSING_TAG) - $start);
        $data = json_decode($json, true);
        if (!is_array($data)) {
            $data = array('error' => 'LiveAPI: no answer to this request; see the error log');
        }
        return isset($data['cpanelresult']) ? $data : array('cpanelresult' => $data);
    }

    /** @param mixed $data */
    private static function toJson($data): string
    {
        return (string) json_encode($data, JSON_INVALID_UTF8_SUBSTITUTE);
    }

    private static function printed(array $answer): string
    {
        return isset($answer['cpanelresult']['data']['result'])
            ? (string) $answer['cpanelresult']['data']['result']
            : '';
    }

    /** @return array<string,string> */
    private function fetchPageParts(string $title, string $key): array
    {
        $parts = $this->get_result(
            $this->uapi('Chrome', 'get_dom', array('page_title' => $title, 'app_key' => $key))
        );
        return array(
            'header' => isset($parts['header']) ? $parts['header'] : '',
            'footer' => isset($parts['footer']) ? $parts['footer'] : '',
        );
    }

    private function newLog(): string
    {
        $home = getenv('HOME');
        $folder = ($home === false ? sys_get_temp_dir() : $home) . '/.cpanel';
        if (!is_dir($folder)) {
            mkdir($folder, 0700, true);
        }
        return (string) tempnam($folder, 'LiveAPI.log.');
    }
}
