"""Emulators for the targets that attack a whole one: small, repeatable, put back now and then."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cpanel_emu import Emulator
from cpanel_emu.accounts import passwords
from tests.fuzz.target import Check

_FIXTURES = Path(__file__).parents[2] / "fixtures"
_INPUTS_BETWEEN_RESETS = 2000

OPTIONS: dict[str, Any] = {
    "clock": "2026-01-05T09:00:00Z",
    "random_seed": 1,
    "key_pool": str(_FIXTURES / "keys" / "pool"),
}


@contextlib.contextmanager
def cheap_passwords() -> Iterator[None]:
    """Let a password cost next to nothing in the block: a fuzzer tries thousands a second."""
    cost = passwords._COST
    passwords._COST = 2
    try:
        yield
    finally:
        passwords._COST = cost


@contextlib.contextmanager
def under_attack(check: Callable[[Emulator, bytes], None], **options: Any) -> Iterator[Check]:
    """Lend a check over an emulator, which is put back after every so many inputs."""
    with cheap_passwords(), Emulator(**{**OPTIONS, **options}) as emulator:
        counter = itertools.count(1)

        def checked(data: bytes) -> None:
            if next(counter) % _INPUTS_BETWEEN_RESETS == 0:
                emulator.reset()
            check(emulator, data)

        yield checked
