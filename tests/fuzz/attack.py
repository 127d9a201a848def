"""The coverage-guided fuzzer in a process of its own: ``attack.py TARGET [libFuzzer options]``.

It never returns: libFuzzer ends the process, with another status than 0 once something is found.
"""

from __future__ import annotations

import faulthandler
import logging
import signal
import sys

import atheris

from tests.fuzz.target import Check, load


def main() -> None:
    """Attack the target that the command line names."""
    _, name, *options = sys.argv
    # The hook stays: much of the program is loaded when it is first used.
    atheris.instrument_imports(include=["cpanel_emu"]).__enter__()
    logging.disable()
    faulthandler.register(signal.SIGUSR1)
    target = load(name)
    with target.opened() as check:
        _attack(check, [f"-max_len={target.longest}", *options])


def _attack(check: Check, options: list[str]) -> None:
    atheris.Setup([sys.argv[0], *options], check)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
