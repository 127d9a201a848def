"""The time of day, real or frozen (``--clock``)."""

from __future__ import annotations

import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that tells epoch seconds; *frozen_at* makes every answer repeatable."""

    frozen_at: float | None = None

    def now(self) -> float:
        """Return the time in epoch seconds."""
        return time.time() if self.frozen_at is None else self.frozen_at

    def epoch(self) -> int:
        """Return the time in whole epoch seconds, as records keep it."""
        return int(self.now())
