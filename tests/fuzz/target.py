"""What a fuzz target is, and what its inputs are made of."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

FOLDER = Path(__file__).parent
SEPARATOR = b"\xff"
"""Between the parts of an input; it occurs in no UTF-8, so that mutations keep the parts."""

Check: TypeAlias = Callable[[bytes], None]
"""Feeds one input and raises whatever is wrong: an AssertionError, or what the program raised."""


@dataclass(frozen=True)
class Target:
    """One parser under attack.

    Args:
        about: what is fed and what must hold, in a line.
        opened: lends the check, with whatever it needs; the same check takes every input.
        covers: the modules whose lines the report counts.
        words: what the language of the inputs is made of.
        seeds: inputs to start from.
        longest: bytes of an input.
    """

    about: str
    opened: Callable[[], AbstractContextManager[Check]]
    covers: tuple[str, ...]
    words: tuple[bytes, ...] = ()
    seeds: tuple[bytes, ...] = ()
    longest: int = 4096


def always(check: Check) -> Callable[[], AbstractContextManager[Check]]:
    """Return the `Target.opened` of a check that needs nothing."""
    return lambda: contextlib.nullcontext(check)


def names() -> list[str]:
    """Return the names of all targets."""
    return sorted(path.stem for path in (FOLDER / "targets").glob("[a-z]*.py"))


def load(name: str) -> Target:
    """Return the target called *name*."""
    target = importlib.import_module(f"tests.fuzz.targets.{name}").TARGET
    assert isinstance(target, Target)
    return target


def parts(data: bytes, count: int) -> list[bytes]:
    """Return *count* parts of an input, the last with all that is left, missing ones empty."""
    found = data.split(SEPARATOR, count - 1)
    return found + [b""] * (count - len(found))


def joined(*pieces: bytes) -> bytes:
    """Return the input that `parts` takes apart into *pieces*."""
    return SEPARATOR.join(pieces)


def as_text(data: bytes) -> str:
    """Return bytes as text, those that are no UTF-8 as lone surrogates."""
    return data.decode("utf-8", "surrogateescape")


def chosen(data: bytes, number: int) -> int:
    """Return which of *number* things the first byte of *data* chooses."""
    return data[0] % number if data else 0
