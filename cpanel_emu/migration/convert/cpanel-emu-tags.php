<?php

/**
 * What pages converted from cPanel tags need beside LiveAPI: it opens the page's one connection,
 * $cpanel, and has the functions below. A page loads it in its first line.
 *
 * Written by "cpanel-emu theme convert"; keep it in the theme's folder. Runs on PHP 7.4 and later.
 *
 * Page variables ($CPVAR) and errors ($CPERROR) live at the server's end of the connection: what
 * `$cpanel->exec('<cpanel setvar="name=value">', 1)` or a call sets is seen by the conditions,
 * texts and calls after it, in included files too. Never put what a visitor sent into the text of
 * exec(), cpanelprint() or cpanelif(): name the variable there, as in '$FORM{name}'.
 *
 * @license MIT
 */

require_once '/usr/local/cpanel/php/cpanel.php';

const BLANKS = " \t\r\n\f\v";
const FATAL = '[A fatal error or timeout occurred while processing this directive.]';
const MAX_NESTED = 32;
const MAX_INSERTED = 2000;

if (!headers_sent()) {
    if (substr($_SERVER['SCRIPT_FILENAME'], -14) === '.json.live.php') {
        header('Content-Type: application/json; charset="utf-8"');
    } elseif (substr($_SERVER['SCRIPT_FILENAME'], -13) === '.xml.live.php') {
        header('Content-Type: text/xml');
    }
}

$cpanel = new CPANEL();

// --- What was sent, and what a call answered ---

/** Returns what the visitor sent as $name, GET or POST, unescaped; empty if there is none. */
function form(string $name): string
{
    return lookup('RAW_FORM', $name);
}

/** Returns a value of one of the server's tables, such as 'CPVAR', 'CPDATA', 'LANG'. */
function lookup(string $table, string $key): string
{
    global $cpanel;
    if (strpbrk($key, '{}') !== false) { // no key has braces; texts that are missing print their key
        return in_array($table, array('LANG', 'BRLANG'), true) ? $key : '';
    }
    return $cpanel->cpanelprint('$' . $table . "{'" . $key . "'}");
}

/** Returns what an answer of api1() or exec() printed. */
function printed(array $answer): string
{
    return crashed($answer) ? FATAL : (string) ($answer['cpanelresult']['data']['result'] ?? '');
}

/**
 * Returns the rows of an answer of api2(), to be looped over.
 *
 * @return iterable empty if there is none, and then false to "if"; after a crash, which prints its
 *                  text here, it is empty but not false, so that no other message is printed
 */
function rows(array $answer): iterable
{
    if (crashed($answer)) {
        echo FATAL;
        return new EmptyIterator();
    }
    return elements($answer['cpanelresult']['data'] ?? null);
}

/** Returns the data of an answer of uapi() as rows, to be looped over, as rows() does. */
function uapi_rows(array $answer): iterable
{
    if (crashed($answer)) {
        echo FATAL;
        return new EmptyIterator();
    }
    return elements($answer['cpanelresult']['result']['data'] ?? null);
}

/** Returns a text of an answer of uapi() by its place in the result; empty if the call failed. */
function uapi_text(array $answer, string ...$place): string
{
    if (crashed($answer)) {
        return FATAL;
    }
    $value = $answer['cpanelresult']['result'] ?? null;
    foreach ($place as $name) {
        $value = is_array($value) ? $value[$name] ?? null : null;
    }
    return is_array($value) ? '' : (string) $value;
}

/** Tells whether the server had no answer at all. */
function crashed(array $answer): bool
{
    return strpos((string) ($answer['cpanelresult']['error'] ?? ''), 'LiveAPI: no answer') === 0;
}

/** Returns data as a list of rows: a single row is a list of one, anything else has none. */
function elements($data): array
{
    if (!is_array($data)) {
        return array();
    }
    return $data === array_values($data) ? $data : array($data);
}

/** Returns a member of a row; in a row that is a list, the element of that number. */
function member($row, string $name)
{
    $is_number = ctype_digit($name) && strlen($name) < 10;
    if (!is_array($row)) {
        return $is_number && (int) $name === 0 ? $row : null;
    }
    return $row[$is_number && $row === array_values($row) ? (int) $name : $name] ?? null;
}

/** Returns a member of a row as text. */
function field($row, string $name): string
{
    $value = member($row, $name);
    if (is_bool($value)) {
        return $value ? '1' : '0';
    }
    if (is_float($value)) {
        $text = sprintf('%.15g', $value);
        return preg_replace(array('/\.0e/', '/e([+-])(\d)$/'), array('e', 'e${1}0$2'), $text);
    }
    return is_array($value) ? '' : (string) $value;
}

/** Returns "odd" for the first row, "even" for the second, and so on; rows are counted from 0. */
function parity(int $number): string
{
    return $number % 2 ? 'even' : 'odd';
}

/** Tells whether text counts as true: it is neither empty nor 0. */
function is_true(string $text): bool
{
    return $text !== '' && $text !== '0';
}

// --- Escapes; rawurlencode() and htmlspecialchars() do the rest ---

/** Returns text for an HTML attribute in quotes of either kind. */
function attribute(string $text): string
{
    return str_replace("'", '&#39;', htmlspecialchars($text, ENT_COMPAT));
}

/** Returns text for the inside of a JavaScript or JSON string. */
function js(string $text): string
{
    $flags = JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES
        | JSON_HEX_TAG | JSON_HEX_AMP | JSON_HEX_APOS;
    $inside = substr((string) json_encode($text, $flags), 1, -1);
    $inside = preg_replace_callback(
        '/\\\\(?:\\\\|u00[0-9A-F]{2}|[bf])/',
        static function (array $found): string {
            $spelled = array('\b' => '\u0008', '\f' => '\u000c');
            return $spelled[$found[0]] ?? strtolower($found[0]);
        },
        $inside
    );
    return str_replace("\x7f", '\u007f', $inside);
}

// --- Phrases ---

/** Returns the leading number of text, else 0. */
function leading_number(string $text): float
{
    $number = '/^[ \t\r\n\f\v]*([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)/';
    return preg_match($number, $text, $found) ? (float) $found[1] : 0.0;
}

/** Returns the word for that number of things. */
function numerate(string $number, string $one, string $many): string
{
    return leading_number($number) === 1.0 ? $one : $many;
}

/** Returns a number and the word for that number of things. */
function quant(string $number, string $one, string $many): string
{
    return $number . ' ' . numerate($number, $one, $many);
}

/** Returns a whole number with a comma every three digits. */
function grouped(string $number): string
{
    if (!preg_match('/^([+-]?)([0-9]+)(\.[0-9]*)?$/D', $number, $found)) {
        return $number;
    }
    $digits = preg_replace('/(?<=[0-9])(?=(?:[0-9]{3})+$)/D', ',', $found[2]);
    return $found[1] . $digits . ($found[3] ?? '');
}

/** Returns texts as "a", "a or b", "a, b, or c". */
function listed(string $word, array $texts): string
{
    if (count($texts) < 3) {
        return implode(" {$word} ", $texts);
    }
    $last = array_pop($texts);
    return implode(', ', $texts) . ", {$word} {$last}";
}

// --- Files of the theme; a name that a visitor chose never leads out of it ---

/** Prints a file, run if it is a converted page; its path starts at the requested page's folder. */
function insert(string $path): void
{
    insert_from_theme(from_page($path));
}

/** Prints a file as insert() does; its path starts at the theme's folder. */
function insert_from_theme(string $path): void
{
    $file = converted_file($path) ?? plain_file($path);
    if ($file === null || !may_insert()) {
        return;
    }
    if (!is_converted($file)) {
        readfile($file);
        return;
    }
    nested(1);
    run_page($file);
    nested(-1);
}

/** Prints a file as it is; its path starts at the requested page's folder. */
function insert_raw(string $path): void
{
    insert_raw_from_theme(from_page($path));
}

/** Prints a file as it is; its path starts at the theme's folder. */
function insert_raw_from_theme(string $path): void
{
    $file = plain_file($path);
    if ($file !== null && may_insert()) {
        readfile($file);
    }
}

/** Prints every file that matches, by name; the pattern starts at the requested page's folder. */
function insert_matches(string $pattern): void
{
    $path = from_page($pattern);
    $slash = strrpos("/{$path}", '/');
    $folder = rtrim(substr($path, 0, $slash), '/');
    $pattern = substr($path, $slash);
    $found = theme_path($folder);
    $names = $found !== null && is_dir($found) ? scandir($found) : array();
    $matching = array();
    foreach (array_diff($names, array('.', '..')) as $name) {
        $name = is_converted("{$found}/{$name}") ? original_name("{$found}/{$name}") : $name;
        $is_shown = $name[0] !== '.' || ($pattern[0] ?? '') === '.';
        if ($is_shown && fnmatch($pattern, $name, FNM_NOESCAPE)) {
            $matching[$name] = $folder === '' ? $name : "{$folder}/{$name}";
        }
    }
    ksort($matching, SORT_STRING);
    foreach ($matching as $path) {
        insert_from_theme($path);
    }
}

/** Prints a file of the account's branding package, of branding/, or of the theme's folder. */
function insert_branding(string $name): void
{
    global $cpanel;
    $package = $cpanel->cpanelprint('$brandingpkg');
    $name = trim($name, BLANKS);
    foreach ($package === '' ? array('branding/', '') : array("branding/{$package}/", 'branding/', '') as $folder) {
        if ($name === '' || $name[0] === '/') {
            return;
        }
        if ((converted_file($folder . $name) ?? plain_file($folder . $name)) !== null) {
            insert_from_theme($folder . $name);
            return;
        }
    }
}

/** Returns a path that starts at the requested page's folder as one from the theme's. */
function from_page(string $path): string
{
    global $cpanel;
    static $folder = null;
    if ($folder === null) {
        $folder = $cpanel->cpanelprint('$basedir');
    }
    $path = trim($path, BLANKS);
    return $folder === '' || ($path !== '' && $path[0] === '/') ? $path : "{$folder}/{$path}";
}

/** Returns the real path of something in the theme; null if there is no such thing. */
function theme_path(string $path): ?string
{
    if (strlen($path) > 4096 || strpos($path, "\0") !== false || strncmp($path, '/', 1) === 0) {
        return null;
    }
    $root = (string) realpath(__DIR__);
    $found = realpath("{$root}/{$path}");
    $is_inside = $found === $root || strncmp("{$found}/", "{$root}/", strlen($root) + 1) === 0;
    return $found !== false && $is_inside ? $found : null;
}

/** Returns the page that the tag page at $path was converted to. */
function converted_file(string $path): ?string
{
    $path = trim($path, BLANKS);
    $stem = substr($path, -5) === '.html' ? substr($path, 0, -5) : $path;
    $file = theme_path("{$stem}.live.php");
    $is_there = $file !== null && is_file($file) && is_converted($file);
    return $is_there && original_name($file) === last_part($path) ? $file : null;
}

/** Returns a file that is no converted page. */
function plain_file(string $path): ?string
{
    $file = theme_path(trim($path, BLANKS));
    $is_plain = $file !== null && is_file($file) && $file !== __FILE__ && !is_converted($file);
    return $is_plain ? $file : null;
}

/** Tells whether a file is a converted page: no other PHP is run by insert(). */
function is_converted(string $file): bool
{
    if (substr($file, -9) !== '.live.php' || !is_file($file)) {
        return false;
    }
    $start = (string) file_get_contents($file, false, null, 0, 1024);
    return strpos((string) strtok($start, "\r\n"), "/cpanel-emu-tags.php' ?>") !== false;
}

/** Returns the name that a converted page had: x.live.php is x.html, or x if that is still there. */
function original_name(string $file): string
{
    $stem = substr($file, 0, -9);
    $is_whole = preg_match('/\.(json|xml|tmpl|htmlt|css|js|txt)$/D', $stem) || is_file($stem);
    return last_part($is_whole ? $stem : "{$stem}.html");
}

/** Returns the name at the end of a path; basename() depends on the locale. */
function last_part(string $path): string
{
    return substr((string) strrchr("/{$path}", '/'), 1);
}

/** Runs a converted page with the connection, and nothing else, in its sight. */
function run_page(string $file): void
{
    global $cpanel;
    require $file;
}

/** Returns how deep inserted pages are nested, after changing that by $step. */
function nested(int $step): int
{
    static $depth = 1;
    return $depth += $step;
}

/** Tells whether one more file may be inserted; says so if the page inserts without end. */
function may_insert(): bool
{
    static $inserted = 0;
    if (nested(0) > MAX_NESTED) {
        echo FATAL;
        return false;
    }
    if ($inserted >= MAX_INSERTED) {
        echo $inserted === MAX_INSERTED ? FATAL : '';
        $inserted = MAX_INSERTED + 1;
        return false;
    }
    $inserted++;
    return true;
}
