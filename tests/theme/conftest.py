"""Fixtures of the theme's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cpanel_emu import Emulator
from tests.theme.visitor import Visitor

STUBS = Path(__file__).with_name("stubs")
"""Page helpers that the theme calls; what is emulated is not replaced by them."""


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """Return an emulator with the demo seed: one key, for example.com."""
    with Emulator(stubs=STUBS) as running:
        yield running


@pytest.fixture
def visitor(emulator: Emulator) -> Visitor:
    """Return somebody who looks at the pages as the demo account."""
    return Visitor(emulator)
