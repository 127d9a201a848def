"""Threads that run the application, so that a slow call holds up nobody else."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

Job = TypeVar("Job")
_logger = logging.getLogger(__name__)


class Workers(Generic[Job]):
    """Up to *most* daemon threads that call *work* with each submitted job.

    All methods belong to one thread, the event loop's; *work* must not raise.
    """

    def __init__(self, most: int, work: Callable[[Job], None]) -> None:
        self._most = most
        self._work = work
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._open_jobs = 0

    def submit(self, job: Job) -> None:
        """Have *job* done by the next free thread; threads are started when first needed."""
        self._open_jobs += 1
        if self._open_jobs > len(self._threads) < self._most:
            self._start_thread()
        self._jobs.put(job)

    def done(self) -> None:
        """Count one submitted job as done."""
        self._open_jobs -= 1

    def stop(self, seconds: float) -> None:
        """End every thread; those still at work after *seconds* are left to themselves."""
        for _ in self._threads:
            self._jobs.put(None)
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _start_thread(self) -> None:
        name = f"cpanel-emu-worker-{len(self._threads) + 1}"
        thread = threading.Thread(target=self._run, name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # The system gives no more. Those that there are do the job; without any, the next
            # job tries again.
            _logger.warning("no further thread could be started; there are %d", len(self._threads))
            return
        self._threads.append(thread)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._work(job)
