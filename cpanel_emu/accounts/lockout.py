"""A short refusal of addresses from which too many logins failed (``--lockout``, ``wire §4.3``)."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

_WINDOW_SECONDS = 60.0
_MOST_ADDRESSES = 10_000


class Lockout:
    """Counts failed logins per address and minute (``--lockout``); thread-safe and bounded.

    Args:
        limit: failures per minute after which an address is refused; None never refuses.
        now: monotonic seconds.
    """

    def __init__(self, limit: int | None, now: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._now = now
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def is_locked(self, address: str) -> bool:
        """Whether *address* failed too often within the last minute."""
        if self._limit is None:
            return False
        with self._lock:
            return len(self._recent(address)) >= self._limit

    def failed(self, address: str) -> None:
        """Count one failed login of *address*."""
        if self._limit is None:
            return
        with self._lock:
            recent = self._recent(address)
            recent.append(self._now())
            self._failures[address] = recent
            self._failures.move_to_end(address)
            while len(self._failures) > _MOST_ADDRESSES:
                self._failures.popitem(last=False)

    def forget(self) -> None:
        """Let everybody try again."""
        with self._lock:
            self._failures.clear()

    def _recent(self, address: str) -> deque[float]:
        found = self._failures.get(address, deque(maxlen=self._limit))
        while found and found[0] <= self._now() - _WINDOW_SECONDS:
            found.popleft()
        return found
