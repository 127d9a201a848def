"""One way to answer a name that nobody knows: say so, and name the nearest one that is known."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable


def unknown(name: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about the unknown *name*, always one line.

    Its end names the nearest known name, or all of them when none is near.
    """
    names = list(known)
    near = nearest(name, names)
    if near is not None:
        return f'unknown name {shown(name)}; did you mean "{near}"?'
    return f"unknown name {shown(name)}; known are: {', '.join(names)}."


def nearest(name: str, known: Iterable[str], *, alike: float = 0.6) -> str | None:
    """Return the known name that *name* is most like, None if it is like none.

    *alike* is how much of both must agree, of 1.
    """
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=alike)), None)


def shown(value: object) -> str:
    """Return *value* as it may stand in a message: on one line, and cut unless it is a path."""
    if isinstance(value, os.PathLike):
        return repr(os.fspath(value))
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
