"""How a program in the foreground is told to end: SIGTERM, Ctrl-C, or its terminal closes."""

from __future__ import annotations

import os
import select
import signal

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)
)
"""Those of them that the system has."""
_ALWAYS = {signal.SIGTERM, signal.SIGINT}


class Ending:
    """Waits for one of `SIGNALS`, from its making on; for the main thread alone.

    A SIGHUP that is ignored already, as ``nohup`` has it, stays so.

    No lock and no queue: Python runs a handler between two steps of the main thread, and a signal
    that comes just before the thread begins to wait for a lock, or to another thread, ends no such
    wait. So the system's own handler writes to a pipe, and that is what `wait` looks at.
    """

    def __init__(self) -> None:
        self._came, told = os.pipe()
        os.set_blocking(told, False)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        for number in SIGNALS:
            if number in _ALWAYS or signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _go_on)

    def wait(self, seconds: float | None = None) -> bool:
        """Return True once a signal came, False after so many *seconds* without one."""
        return bool(select.select([self._came], [], [], seconds)[0])


def _go_on(_number: int, _frame: object) -> None:
    """Be the handler without which Python would not write to the pipe."""
