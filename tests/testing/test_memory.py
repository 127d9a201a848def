"""A long test run does not grow; ``scripts/bench memory`` makes 100,000 calls."""

from __future__ import annotations

import gc
import tracemalloc

from cpanel_emu import Emulator
from cpanel_emu.journal.store import SIZE

FEW = 64 * 1024
"""Bytes that may come and go: a call leaves 500 and more where all are kept."""


def test_calls_leave_nothing_behind(cpanel_emu: Emulator) -> None:
    def calls() -> int:
        for number in range(SIZE + 100):
            cpanel_emu.call("SSL", "listkeys", user="user", note=str(number))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        calls()
        before = calls()
        after = calls()
    finally:
        tracemalloc.stop()
    assert after - before < FEW
    assert len(cpanel_emu.journal.entries()) == SIZE
