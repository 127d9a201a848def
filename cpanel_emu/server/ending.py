"""How a program in the foreground is told to end: SIGTERM, or Ctrl-C."""

from __future__ import annotations

import os
import select
import signal


class Ending:
    """Waits for SIGTERM or SIGINT, from its making on; for the main thread alone.

    No lock and no queue: Python runs a handler between two steps of the main thread, and a signal
    that comes just before the thread begins to wait for a lock, or to another thread, ends no such
    wait. So the system's own handler writes to a pipe, and that is what `wait` looks at.
    """

    def __init__(self) -> None:
        self._came, told = os.pipe()
        os.set_blocking(told, False)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _go_on)

    def wait(self, seconds: float | None = None) -> bool:
        """Return True once a signal came, False after so many *seconds* without one."""
        return bool(select.select([self._came], [], [], seconds)[0])


def _go_on(_number: int, _frame: object) -> None:
    """Be the handler without which Python would not write to the pipe."""
