"""The command line and the figures of every torture.

A torture is a function that is given its options and a `Report`, and adds to it as it goes. Its
figures are printed also when it is interrupted, with what was reached until then.
"""

from __future__ import annotations

import argparse
import secrets
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

_MOST_DEFECTS_SHOWN = 20


class Report:
    """Figures by name, in the order in which they were first named; thread-safe.

    Args:
        title: the torture's name.
        harmful: the figures that must be 0, shown in any case.
    """

    def __init__(self, title: str, harmful: tuple[str, ...] = ()) -> None:
        self.title = title
        self._lock = threading.Lock()
        self._figures: dict[str, int | str] = {}
        self._harm: dict[str, int] = dict.fromkeys(harmful, 0)
        self._defects: list[str] = []

    def count(self, name: str, number: int = 1) -> None:
        """Add *number* to the figure *name*."""
        with self._lock:
            before = self._figures.get(name, 0)
            assert isinstance(before, int)
            self._figures[name] = before + number

    def figure(self, name: str, value: str) -> None:
        """Put down a figure that is no count."""
        with self._lock:
            self._figures[name] = value

    def value(self, name: str) -> int:
        """Return a count, 0 if it was never named."""
        with self._lock:
            found = self._figures.get(name, 0)
        assert isinstance(found, int)
        return found

    def total(self, prefix: str) -> int:
        """Return the sum of the counts whose name begins with *prefix*."""
        with self._lock:
            rows = list(self._figures.items())
        return sum(int(value) for name, value in rows if name.startswith(prefix))

    def defect(self, name: str, text: str) -> None:
        """Put down that something is *name* (one of the harmful ones), and what."""
        with self._lock:
            self._harm[name] = self._harm.get(name, 0) + 1
            self._defects.append(f"{name}: {text}")

    @property
    def is_good(self) -> bool:
        """Whether there is no defect."""
        with self._lock:
            return not self._defects

    def text(self) -> str:
        """Return all figures, one a line, and below them the first defects."""
        with self._lock:
            rows = [*self._figures.items(), *self._harm.items()]
            lines = [
                f"{name:32}{value:>12,}" if isinstance(value, int) else f"{name:32}{value:>12}"
                for name, value in rows
            ]
            shown = self._defects[:_MOST_DEFECTS_SHOWN]
            more = len(self._defects) - len(shown)
        lines += [f"  {defect}" for defect in shown]
        if more:
            lines.append(f"  … and {more} more")
        return "\n".join(lines)


def parser(description: str) -> argparse.ArgumentParser:
    """Return a parser with the options that every torture has."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    made.add_argument(
        "--seed",
        type=int,
        help="repeat the choices of the run that printed this seed; without it, a new one",
    )
    return made


def run(
    report: Report,
    options: argparse.Namespace,
    torture: Callable[[Report, argparse.Namespace], None],
) -> int:
    """Run *torture* and print its figures; return 0, 1 if it found a defect, 130 if interrupted."""
    if options.seed is None:
        options.seed = secrets.randbelow(2**31)
    print(f"{report.title}, seed {options.seed}", flush=True)
    signal.signal(signal.SIGTERM, _interrupt)
    started = time.monotonic()
    interrupted = False
    try:
        torture(report, options)
    except KeyboardInterrupt:
        interrupted = True
    report.figure("seconds", f"{time.monotonic() - started:.1f}")
    print(report.text())
    if not report.is_good:
        print(f"{report.title}: FAILED; repeat with --seed {options.seed}", file=sys.stderr)
        return 1
    if interrupted:
        print(f"{report.title}: interrupted", file=sys.stderr)
        return 130
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


class Progress:
    """One line on standard error that tells how far it is; only on a terminal, after a second."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._shown = 0.0
        self._is_wanted = sys.stderr.isatty()

    def show(self, text: str) -> None:
        """Show *text* in place of what was shown, at most five times a second."""
        now = time.monotonic()
        if self._is_wanted and now - self._started > 1 and now - self._shown > 0.2:
            self._shown = now
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
