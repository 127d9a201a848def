"""How a program in the foreground is told to end: SIGTERM, or Ctrl-C."""

from __future__ import annotations

import queue
import signal


class Ending:
    """Waits for SIGTERM or SIGINT, from its making on; for the main thread alone.

    No `threading.Event`: a handler runs in the main thread between any two steps of what that is
    at. In the middle of ``Event.wait``, which holds the event's lock, ``Event.set`` would wait for
    that lock for ever. ``SimpleQueue.put`` is made to be called from there.
    """

    def __init__(self) -> None:
        self._signals: queue.SimpleQueue[int] = queue.SimpleQueue()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda received, _frame: self._signals.put(received))

    def wait(self, seconds: float | None = None) -> bool:
        """Return True once a signal came, False after so many *seconds* without one."""
        try:
            self._signals.get(timeout=seconds)
        except queue.Empty:
            return False
        return True
