"""What a server takes of the machine, sampled, and whether it stays flat."""

from __future__ import annotations

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cpanel_emu.root import TEMPORARY_PREFIX

_KILOBYTE = 1024


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much a figure may grow over the whole run: a share of its level, and so much more."""

    share: float
    more: float

    def allowed(self, level: float) -> float:
        """Return the growth that is no growth at this *level*."""
        return self.share * level + self.more


MEMORY, THREADS, DESCRIPTORS = "memory, kB", "threads", "descriptors"
FILES, TEMPORARY, INDEX, LOG = "files", "temporary files", "index, kB", "index log, kB"

TOLERANCES = {
    MEMORY: Tolerance(0.04, 4096),
    THREADS: Tolerance(0.0, 1.5),
    DESCRIPTORS: Tolerance(0.0, 3),
    FILES: Tolerance(0.02, 8),
    TEMPORARY: Tolerance(0.0, 1),
    INDEX: Tolerance(0.10, 64),
    LOG: Tolerance(0.10, 512),
}
"""By figure; stated in docs/promises.rst, a change here is one there."""


@dataclass(frozen=True, slots=True)
class Trend:
    """The straight line through the samples of one figure, by least squares."""

    name: str
    first: float
    last: float
    highest: float
    growth: float
    """What the line rises by from the first judged sample to the last."""
    allowed: float

    @property
    def is_flat(self) -> bool:
        """Whether it grows by no more than is allowed; shrinking is no harm."""
        return self.growth <= self.allowed

    @property
    def text(self) -> str:
        """The figure as one line of a report."""
        return (
            f"{self.first:,.0f} → {self.last:,.0f}, highest {self.highest:,.0f}, "
            f"trend {self.growth:+,.1f} of {self.allowed:,.1f} allowed"
        )


def sample(processes: Sequence[int], root: Path) -> dict[str, float]:
    """Return what *processes* and their *root* take at the moment."""
    found = {MEMORY: 0.0, THREADS: 0.0, DESCRIPTORS: 0.0}
    for process in processes:
        status = dict(
            line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines()
        )
        found[MEMORY] += int(status["VmRSS"].split()[0])
        found[THREADS] += int(status["Threads"])
        found[DESCRIPTORS] += sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())
    found.update(_files(root))
    return found


def _files(root: Path) -> dict[str, float]:
    found = {FILES: 0.0, TEMPORARY: 0.0, INDEX: 0.0, LOG: 0.0}
    for folder, _, names in os.walk(root):
        for name in names:
            found[FILES] += 1
            found[TEMPORARY] += name.startswith(TEMPORARY_PREFIX)
            kind = INDEX if name.endswith(".sqlite") else LOG if name.endswith("-wal") else ""
            if kind:
                try:
                    found[kind] += Path(folder, name).stat().st_size / _KILOBYTE
                except FileNotFoundError:
                    continue
    return found


def trend(name: str, moments: Sequence[float], values: Sequence[float]) -> Trend:
    """Return the trend of *values* at *moments*, in seconds; two samples or more."""
    slope = statistics.linear_regression(moments, values).slope if len(set(moments)) > 1 else 0.0
    growth = slope * (moments[-1] - moments[0])
    level = statistics.median(values)
    allowed = TOLERANCES[name].allowed(level)
    return Trend(name, values[0], values[-1], max(values), growth, allowed)
