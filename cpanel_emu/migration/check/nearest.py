"""The nearest known name to one that nobody knows; for some, for looking takes its time."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_MOST = 200
"""A theme with more wrong names than that has another problem."""
_LONGEST = 80
"""Characters; no known name is so long."""


class Nearest:
    """Finds the nearest of *names*, and remembers what it found."""

    def __init__(self, names: Iterable[str], cutoff: float) -> None:
        self._names = tuple(names)
        self._cutoff = cutoff
        self._found: dict[str, str] = {}

    def to(self, name: str) -> str:
        """Return the known name that is nearest to *name*, empty if none is near."""
        if name not in self._found:
            if len(self._found) >= _MOST or len(name) > _LONGEST:
                return ""
            near = difflib.get_close_matches(name, self._names, n=1, cutoff=self._cutoff)
            self._found[name] = near[0] if near else ""
        return self._found[name]
