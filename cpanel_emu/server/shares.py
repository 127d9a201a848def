"""How many clients each of several processes has that accept on the same ports.

The system gives a new client to whoever asks first. That may be one process again and again, and
clients that keep their connection then wait for each other there while another process idles.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass

_WIDTH = 4


class Shares:
    """The number of clients of each process, in memory that all of them have in common.

    Made before the processes are forked; each writes only its own number (`of`).
    """

    def __init__(self, processes: int) -> None:
        self._counts = memoryview(mmap.mmap(-1, processes * _WIDTH)).cast("I")

    def of(self, process: int) -> Share:
        """Return what *process*, counted from 0, uses."""
        return Share(self._counts, process)


@dataclass(frozen=True, slots=True)
class Share:
    """The clients of one process beside those of the others."""

    _counts: memoryview
    _process: int

    def tell(self, clients: int) -> None:
        """Let the others know how many clients this process has."""
        self._counts[self._process] = clients

    @property
    def is_above_another(self) -> bool:
        """Whether another process has fewer clients."""
        return min(self._counts) < self._counts[self._process]
