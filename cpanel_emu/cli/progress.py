"""How far a verb has come: one line on standard error, for people who wait."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TextIO, TypeVar

_Item = TypeVar("_Item")

_PATIENCE = 1.0
_INTERVAL = 0.1
_TO_START_OF_LINE = "\r\x1b[K"


class Progress:
    """Shows a count while something takes longer than a second; a context manager.

    Nothing is shown unless the stream is a terminal; what was shown is taken away at the end, also
    after an exception or Ctrl-C.
    """

    def __init__(
        self,
        what: str,
        total: int | None = None,
        *,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._what = what
        self._total = total
        self._stream = sys.stderr if stream is None else stream
        self._clock = clock
        self._next = clock() + _PATIENCE
        self._visible = self._stream.isatty()
        self._shown = False
        self._done = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_error: object) -> None:
        self.clear()

    def clear(self) -> None:
        """Take away what is shown, so that something else can be printed."""
        if self._shown:
            self._write("")
            self._shown = False

    def expect(self, total: int) -> None:
        """Note how many there will be, once that is known."""
        self._total = total

    def step(self, count: int = 1) -> None:
        """Note that *count* more are done."""
        self._done += count
        if self._visible and self._clock() >= self._next:
            self._next = self._clock() + _INTERVAL
            self._write(self._line())
            self._shown = True

    def each(self, items: Iterable[_Item]) -> Iterator[_Item]:
        """Yield *items*, with a step after each."""
        for item in items:
            yield item
            self.step()

    def _line(self) -> str:
        if self._total:
            share = f" ({100 * self._done // self._total} %)"
            return f"{self._what}: {self._done} of {self._total}{share}"
        return f"{self._what}: {self._done}"

    def _write(self, text: str) -> None:
        self._stream.write(_TO_START_OF_LINE + text)
        self._stream.flush()
