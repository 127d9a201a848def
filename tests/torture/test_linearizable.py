"""The search for an order and the models it plays, on histories that a person can follow."""

from __future__ import annotations

import importlib
import random
import sys
from typing import Any

import pytest

from tests.documentation import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

# No package of ours: found by the path above alone.
linearizable: Any = importlib.import_module("torturing.linearizable")
registers: Any = importlib.import_module("torturing.registers")
names: Any = importlib.import_module("torturing.names")
doors: Any = importlib.import_module("torturing.doors")


def op(begun: float, ended: float, action: str, value: str, answer: str = "ok") -> Any:
    return linearizable.Operation(begun, ended, action, value, answer)


GOOD = {
    "one after the other": [op(0, 1, "put", "a"), op(2, 3, "look", "", "a")],
    "the look may come first": [op(0, 5, "put", "a"), op(1, 2, "look", "", "")],
    "or second": [op(0, 5, "put", "a"), op(1, 2, "look", "", "a")],
    "deleted by one, refused to the other": [
        op(0, 1, "put", "a"),
        op(2, 5, "delete", "a", "none"),
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
        op(2, 5, "delete", "a"),
        op(2, 5, "delete", "a"),
    ],
    "gone again": [
        op(0, 9, "put", "a"),
        op(1, 2, "look", "", "a"),
        op(3, 4, "look", "", ""),
    ],
    "refused without a reason": [op(0, 1, "put", "a", "none")],
}


@pytest.mark.parametrize("name", GOOD)
def test_has_an_order(name: str) -> None:
    assert linearizable.contradiction(GOOD[name], registers.play_items) is None


@pytest.mark.parametrize("name", BAD)
def test_has_none(name: str) -> None:
    assert linearizable.contradiction(BAD[name], registers.play_items) is not None


def test_only_the_calls_that_have_no_order_are_told() -> None:
    before = [op(n, n + 0.5, "put", "a") for n in range(50)]
    chain = [op(100 + n, 101.5 + n, "look", "", "a") for n in range(50)]
    lost = op(120.2, 120.7, "look", "", "")
    found = linearizable.contradiction([*before, *chain, lost], registers.play_items)
    assert found.stuck is lost
    assert found.operations == (chain[19], chain[20], lost)
    assert found.starts == {frozenset("a")}
    assert str(found).startswith("from {a}\n")
    assert "look  →  (fits nowhere)" in str(found)


def test_what_may_be_is_remembered_over_a_pause() -> None:
    calls = [op(0, 9, "put", "a"), op(0, 9, "put", "b"), op(0, 9, "delete all", "")]
    for seen in ("", "a", "b"):
        history = [*calls, op(10, 11, "look", "", seen)]
        assert linearizable.contradiction(history, registers.play_items) is None
    found = linearizable.contradiction(
        [*calls, op(10, 11, "look", "", "a,b")], registers.play_items
    )
    assert found.starts == {frozenset(), frozenset("a"), frozenset("b")}


def _played(register: Any, *steps: tuple[str, str, str]) -> bool:
    state = register.start
    for action, value, answer in steps:
        state = register.play(state, op(0, 1, action, value, answer))
        if state is None:
            return False
    return True


def test_a_friendly_name_is_one_keys() -> None:
    answers = iter("xyz")
    asked = lambda _call: doors.Answer([{"id": next(answers)}])  # noqa: E731
    register = names.Names("h", asked, random.Random(1))
    assert register.start == {"a=h 0", "b=h 1", "c=h 2"}
    taken = '"new_friendly_name" is already in use.'
    assert _played(register, ("rename", "a=h 1", taken), ("delete by name", "h 1", "b=h 1"),
                   ("rename", "a=h 1", "ok"), ("rename", "b=h 2", "none"),
                   ("upload", "b=h 1", "h 1 17.0"), ("upload", "b=h 2", "h 1 17.0"),
                   ("rename by name", "h 1=h 0", "ok"), ("rename by name", "h 1=h 0", "none"),
                   ("look", "", "a=h 0,b=h 1 17.0,c=h 2"))  # fmt: skip
    assert not _played(register, ("rename", "a=h 1", "ok"))
    assert not _played(register, ("upload", "a=h 1", "h 1"))
    assert not _played(
        register, ("delete by name", "h 1", "b=h 1"), ("delete by name", "h 1", "b=h 1")
    )


def test_a_host_is_what_one_call_installed() -> None:
    register = names.Hosts("h.example.org", lambda _call: doors.Answer([]), random.Random(1))
    assert _played(register, ("install", "a", "ok"), ("look", "", "a"), ("bundle of", "b", "none"),
                   ("install", "b", "ok"), ("bundle of", "b", "b"), ("remove", "", "ok"),
                   ("remove", "", "none"))  # fmt: skip
    assert not _played(
        register, ("install", "a", "ok"), ("look", "", "key a, certificate b, bundle b")
    )
    assert not _played(register, ("install", "a", "ok"), ("look", "", "b"))


def test_a_request_needs_the_key() -> None:
    register = registers.Requests.__new__(registers.Requests)
    register.start = frozenset({"key", "a"})
    assert _played(register, ("put", "b", "ok"), ("delete key", "", "ok"), ("put", "c", "none"),
                   ("delete key", "", "none"), ("put key", "", "ok"),
                   ("put", "c", "ok"))  # fmt: skip
    assert not _played(register, ("delete key", "", "ok"), ("put", "b", "ok"))
