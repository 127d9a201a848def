"""Perl's own emitters as oracles: one Perl process that answers any number of questions."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from cpanel_emu.call import Tree

_LOOP = """
    $| = 1;
    my $decoder = JSON::PP->new->utf8->allow_nonref;
    while (my $line = <STDIN>) {
        my $text = emit($decoder->decode($line));
        utf8::encode($text);
        printf "%d\\n%s", length $text, $text;
    }
"""


class PerlOracle:
    """A running Perl that turns one line of JSON into the text of an emitter."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def dump(self, tree: Tree) -> str:
        """Return what the Perl module makes of *tree*."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(tree).encode() + b"\n")
        self._process.stdin.flush()
        length = int(self._process.stdout.readline())
        return self._process.stdout.read(length).decode()


@contextmanager
def perl_oracle(perl: str, module: str, emit: str) -> Iterator[PerlOracle]:
    """Run Perl with *module* loaded and *emit* as the body of its ``emit`` function."""
    script = f"sub emit {{ my ($data) = @_; {emit} }} {_LOOP}"
    with subprocess.Popen(
        [perl, "-MJSON::PP", f"-M{module}", "-e", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        yield PerlOracle(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait()
