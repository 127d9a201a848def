<?php

/**
 * A page that uses files in every way: the paths of the documentation, and all others as ever.
 */

include("/usr/local/cpanel/php/cpanel.php");
require_once '/usr/local/cpanel/php/cpanel.php';
require __DIR__ . '/tap.php';

use function Tap\{done, is, ok};

header('Content-Type: text/plain');
ok(class_exists('CPANEL', false), 'the class is there, and was included once');
ok(is_file('/usr/local/cpanel/php/cpanel.php'), 'the file can be asked for');
ok(is_file('file:///usr/local/cpanel/php/cpanel.php'), 'also as a URL');
ok(is_dir('/usr/local/cpanel') && is_dir('/usr/local/cpanel/php/'), 'and the folders');
ok(in_array('cpanel.php', scandir('/usr/local/cpanel/php'), true), 'and what is in them');
ok(!file_exists('/usr/local/cpanel/php/other.php'), 'but not what is not there');
ok(!is_dir('/usr/local/cpanelx'), 'nor what only begins like it');
is(@include '/usr/local/cpanel/php/other.php', false, 'a missing include is one');
ok(strpos(error_get_last()['message'], 'ailed open') !== false, 'with a message');

$folder = getenv('HOME') . '/folder';
is(mkdir("{$folder}/a/b", 0700, true), true, 'mkdir');
is(file_put_contents("{$folder}/f", "one\n", LOCK_EX), 4, 'file_put_contents with a lock');
is(file_put_contents("{$folder}/f", "two\n", FILE_APPEND), 4, 'file_put_contents at the end');
is(file("{$folder}/f"), array("one\n", "two\n"), 'file');
is(filesize("{$folder}/f"), 8, 'filesize');
is(touch("{$folder}/f", 1000), true, 'touch');
clearstatcache();
is(filemtime("{$folder}/f"), 1000, 'filemtime');
is(chmod("{$folder}/f", 0640), true, 'chmod');
clearstatcache();
is(fileperms("{$folder}/f") & 0777, 0640, 'fileperms');
is(chown("{$folder}/f", fileowner("{$folder}/f")), true, 'chown');
is(chgrp("{$folder}/f", filegroup("{$folder}/f")), true, 'chgrp');
is(symlink("{$folder}/f", "{$folder}/l"), true, 'symlink');
is(is_link("{$folder}/l"), true, 'is_link');
is(rename("{$folder}/f", "{$folder}/g"), true, 'rename');
is(copy("{$folder}/g", "{$folder}/h"), true, 'copy');

$handle = fopen("{$folder}/g", 'r+');
is(fseek($handle, 4), 0, 'fseek');
is(fread($handle, 2), 'tw', 'fread');
is(ftell($handle), 6, 'ftell');
is(fwrite($handle, "x\ny"), 3, 'fwrite');
is(fflush($handle), true, 'fflush');
is(rewind($handle), true, 'rewind');
is(stream_get_contents($handle), "one\ntwx\ny", 'stream_get_contents');
is(feof($handle), true, 'feof');
is(flock($handle, LOCK_EX), true, 'flock');
is(ftruncate($handle, 3), true, 'ftruncate');
is(fstat($handle)['size'], 3, 'fstat');
is(stream_set_blocking($handle, false), true, 'stream_set_blocking');
$readable = array($handle);
$none = null;
is(stream_select($readable, $none, $none, 0), 1, 'stream_select');
is(fclose($handle), true, 'fclose');

$names = array();
foreach (new DirectoryIterator($folder) as $entry) {
    $names[] = $entry->getFilename();
}
sort($names);
is($names, array('.', '..', 'a', 'g', 'h', 'l'), 'DirectoryIterator');
$listing = opendir($folder);
$first = readdir($listing);
rewinddir($listing);
is(readdir($listing), $first, 'rewinddir');
closedir($listing);
foreach (array('g', 'h', 'l') as $name) {
    is(unlink("{$folder}/{$name}"), true, 'unlink');
}
is(rmdir("{$folder}/a/b") && rmdir("{$folder}/a") && rmdir($folder), true, 'rmdir');
is(file_exists($folder), false, 'file_exists');
$context = stream_context_create();
is(strlen(file_get_contents(__FILE__, false, $context, 0, 5)), 5, 'with a context');
is(basename(__FILE__), 'file_map.live.php', 'the page keeps its name');

done();
