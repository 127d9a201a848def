"""Threads that run the application, so that a slow call holds up nobody else.

Theory of operation: the threads of a Python process compute one at a time, and each system call
of one lets another go on; several at once only get in each other's way. So one thread is on duty
and takes job after job. Only when jobs wait and none was taken for a moment, because a call waits
for a lock, a disk or another program, does a further thread join it. A thread goes off duty when
no job waits, and when another is enough again.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

Job = TypeVar("Job")

_PATIENCE = 0.005
"""Seconds that waiting jobs wait for one of them to be taken; most calls take a fifth of it."""


class Workers(Generic[Job]):
    """Up to *most* daemon threads that call *work* with each submitted job.

    All methods belong to one thread, the event loop's; *work* must not raise.

    Args:
        most: how many threads there may be.
        work: does one job.
        call_later: calls a function in the event loop's thread after so many seconds.
    """

    def __init__(
        self,
        most: int,
        work: Callable[[Job], None],
        call_later: Callable[[float, Callable[[], None]], object],
    ) -> None:
        self._most = most
        self._work = work
        self._call_later = call_later
        self._threads: list[threading.Thread] = []
        self._calls: SimpleQueue[bool] = SimpleQueue()
        """True calls a thread to duty, False ends one."""
        self._lock = threading.Lock()
        self._waiting: deque[Job] = deque()
        self._on_duty = 0
        self._taken = 0
        self._taken_before = 0
        self._surplus = 0
        self._watching = False

    def submit(self, job: Job) -> None:
        """Have *job* done after those that wait; threads are started when first needed."""
        with self._lock:
            self._waiting.append(job)
            is_called = self._on_duty == 0
            self._on_duty += is_called
        if is_called:
            self._call()
        elif not self._watching:
            self._watch()

    def stop(self, seconds: float) -> None:
        """End every thread; those still at work after *seconds* are left to themselves."""
        for _ in self._threads:
            self._calls.put(False)
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _watch(self) -> None:
        self._watching = True
        self._taken_before = self._taken
        self._call_later(_PATIENCE, self._look)

    def _look(self) -> None:
        """Call one more thread if jobs wait and none was taken since the last look, or send one."""
        self._watching = False
        with self._lock:
            if not self._waiting:
                return
            is_stuck = self._taken == self._taken_before
            is_called = is_stuck and self._on_duty < self._most
            self._on_duty += is_called
            self._surplus = int(not is_stuck and self._on_duty > 1)
        if is_called:
            self._call()
        self._watch()

    def _call(self) -> None:
        """Call a thread to duty, which is counted already."""
        if self._on_duty > len(self._threads):
            name = f"cpanel-emu-worker-{len(self._threads) + 1}"
            thread = threading.Thread(target=self._run, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._calls.put(True)

    def _run(self) -> None:
        while self._calls.get():
            while True:
                with self._lock:
                    if self._surplus or not self._waiting:
                        self._surplus = 0
                        self._on_duty -= 1
                        break
                    job = self._waiting.popleft()
                    self._taken += 1
                self._work(job)
