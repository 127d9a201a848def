"""The search for an order, on histories that a person can follow."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import pytest

from tests.documentation import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

# No package of ours: found by the path above alone.
linearizable: Any = importlib.import_module("torturing.linearizable")
races: Any = importlib.import_module("torturing.races")


def op(begun: float, ended: float, action: str, value: str, answer: str = "ok") -> Any:
    return linearizable.Operation(begun, ended, action, value, answer)


GOOD = {
    "one after the other": [op(0, 1, "put", "a"), op(2, 3, "look", "", "a")],
    "the look may come first": [op(0, 5, "put", "a"), op(1, 2, "look", "", "")],
    "or second": [op(0, 5, "put", "a"), op(1, 2, "look", "", "a")],
    "deleted by one, refused to the other": [
        op(0, 1, "put", "a"),
        op(2, 5, "delete one", "a", "refused"),
        op(2, 5, "delete all", ""),
    ],
    "seen in the middle": [
        op(0, 9, "put", "a"),
        op(0, 9, "put", "b"),
        op(1, 2, "look", "", "b"),
        op(3, 4, "look", "", "a,b"),
    ],
}
BAD = {
    "lost": [op(0, 1, "put", "a"), op(2, 3, "look", "", "")],
    "from nowhere": [op(0, 1, "look", "", "a"), op(2, 3, "put", "a")],
    "deleted twice": [
        op(0, 1, "put", "a"),
        op(2, 5, "delete one", "a"),
        op(2, 5, "delete one", "a"),
    ],
    "gone again": [
        op(0, 9, "put", "a"),
        op(1, 2, "look", "", "a"),
        op(3, 4, "look", "", ""),
    ],
    "refused without a reason": [op(0, 1, "put", "a", "refused")],
}


@pytest.mark.parametrize("name", GOOD)
def test_has_an_order(name: str) -> None:
    assert linearizable.is_linearizable(GOOD[name], races.play)


@pytest.mark.parametrize("name", BAD)
def test_has_none(name: str) -> None:
    assert not linearizable.is_linearizable(BAD[name], races.play)
