<?php

/**
 * The little that a test needs: checks that print TAP, and an exit status that tells.
 */

namespace Tap;

use Throwable;

final class Plan
{
    public static int $checks = 0;
    public static int $failures = 0;
}

function ok(bool $holds, string $name): void
{
    Plan::$checks++;
    Plan::$failures += $holds ? 0 : 1;
    echo $holds ? 'ok ' : 'not ok ', Plan::$checks, " - {$name}\n";
}

/**
 * @param mixed $got
 * @param mixed $expected
 */
function is($got, $expected, string $name): void
{
    ok($got === $expected, $name);
    if ($got !== $expected) {
        echo '# got      ', var_export($got, true), "\n";
        echo '# expected ', var_export($expected, true), "\n";
    }
}

function throws(callable $act, string $text, string $name): void
{
    try {
        $act();
        ok(false, "{$name}: nothing was thrown");
    } catch (Throwable $thrown) {
        is($thrown->getMessage(), $text, $name);
    }
}

function done(): void
{
    echo '1..', Plan::$checks, "\n";
    exit(Plan::$failures === 0 ? 0 : 1);
}
