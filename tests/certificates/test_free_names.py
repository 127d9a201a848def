"""Friendly names that are free, as two who share an index find them (``ssl §5`` rule 5)."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpanel_emu.certificates.index import Index
from cpanel_emu.certificates.items import Item, ItemKind
from tests.certificates.examples import RECORD

KIND = ItemKind.CSR
WANTED = ("a.example", "b.example")


class Pair:
    """Two who share an index, and the names that must be taken."""

    def __init__(self, folder: Path) -> None:
        self.both = [Index(folder / "x.sqlite") for _ in range(2)]
        self.taken: set[str] = set()
        self.count = 0

    def expected(self, wanted: str, created: int) -> str:
        """Return the name that the rule gives."""
        if wanted not in self.taken:
            return wanted
        number = 0
        while f"{wanted} {created}.{number}" in self.taken:
            number += 1
        return f"{wanted} {created}.{number}"

    def add(self, who: int, wanted: str, created: int, *, fails: bool = False) -> None:
        """Add an item, or begin to and give up; check its name."""
        self.count += 1
        name = f"item-{self.count}"
        expected = self.expected(wanted, created)
        index = self.both[who]
        with contextlib.suppress(ZeroDivisionError), index.changing():
            item = index.add_with_free_name(
                KIND, wanted, created, lambda friendly: _item(name, friendly)
            )
            assert item is not None
            assert item.friendly_name == expected
            if fails:
                raise ZeroDivisionError
            self.taken.add(expected)

    def remove(self, who: int, friendly_name: str) -> None:
        """Remove the item of this name."""
        index = self.both[who]
        with index.changing():
            item = index.with_friendly_name(KIND, friendly_name)
            assert item is not None
            index.remove(item)
        self.taken.remove(friendly_name)

    def rename(self, who: int, friendly_name: str, other: str) -> None:
        """Give the item of this name another one that is free."""
        index = self.both[who]
        with index.changing():
            item = index.with_friendly_name(KIND, friendly_name)
            assert item is not None
            index.rename(item, other, item.host)
        self.taken.remove(friendly_name)
        self.taken.add(other)

    def close(self) -> None:
        """Close both."""
        for index in self.both:
            index.close()


def _item(name: str, friendly_name: str) -> Item:
    return replace(RECORD, name=name, id=name, friendly_name=friendly_name)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """Return two who share an index."""
    with contextlib.closing(Pair(tmp_path)) as both:
        yield both


def test_in_order_for_one(pair: Pair) -> None:
    for _ in range(150):
        pair.add(0, WANTED[0], 1)
    assert f"{WANTED[0]} 1.148" in pair.taken


def test_in_order_for_two_by_turns(pair: Pair) -> None:
    for turn in range(150):
        pair.add(turn % 2, WANTED[0], 1)
    for _ in range(70):
        pair.add(0, WANTED[0], 1)
    pair.add(1, WANTED[0], 1)


def test_what_another_sets_free_is_used(pair: Pair) -> None:
    for _ in range(10):
        pair.add(0, WANTED[0], 1)
    pair.remove(1, f"{WANTED[0]} 1.3")
    pair.add(0, WANTED[0], 1)
    pair.add(0, WANTED[0], 1)
    pair.remove(1, WANTED[0])
    pair.add(0, WANTED[0], 1)


def test_what_another_sets_free_is_used_when_the_next_one_is_taken(pair: Pair) -> None:
    for _ in range(10):
        pair.add(0, WANTED[0], 1)
    pair.add(1, WANTED[0], 1)
    pair.remove(1, f"{WANTED[0]} 1.3")
    pair.add(0, WANTED[0], 1)


def test_what_is_taken_back_is_free(pair: Pair) -> None:
    for _ in range(5):
        pair.add(0, WANTED[0], 1)
    pair.add(0, WANTED[0], 1, fails=True)
    pair.add(0, WANTED[0], 1)


def test_a_name_that_somebody_chose_is_passed_over(pair: Pair) -> None:
    for _ in range(5):
        pair.add(0, WANTED[0], 1)
    pair.add(1, WANTED[1], 1)
    pair.rename(1, WANTED[1], f"{WANTED[0]} 1.4")
    pair.add(0, WANTED[0], 1)
    pair.add(0, WANTED[0], 1)


def test_a_record_of_the_same_file(pair: Pair) -> None:
    index = pair.both[0]
    for _ in range(5):
        pair.add(0, WANTED[0], 1)
    with index.changing():
        assert (
            index.add_with_free_name(KIND, WANTED[0], 1, lambda name: _item("item-2", name)) is None
        )
        known = index.named(KIND, "item-2")
        assert known is not None
        index.remove(known)
        item = index.add_with_free_name(KIND, WANTED[0], 1, lambda name: _item("item-2", name))
    assert item is not None
    assert item.friendly_name == f"{WANTED[0]} 1.0"


_WHO = st.integers(0, 1)
_STEPS = st.one_of(
    st.tuples(st.just("add"), _WHO, st.sampled_from(WANTED), st.integers(1, 2)),
    st.tuples(st.just("fail"), _WHO, st.sampled_from(WANTED), st.integers(1, 2)),
    st.tuples(st.just("remove"), _WHO, st.integers(0, 50), st.none()),
    st.tuples(st.just("rename"), _WHO, st.integers(0, 50), st.integers(0, 5)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_STEPS, max_size=40))
def test_always_the_lowest(steps: list[tuple[str, int, object, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Pair(Path(folder))) as pair:
        for action, who, first, second in steps:
            if action in {"add", "fail"}:
                pair.add(who, str(first), int(str(second)), fails=action == "fail")
                continue
            if not pair.taken:
                continue
            chosen = sorted(pair.taken)[int(str(first)) % len(pair.taken)]
            if action == "remove":
                pair.remove(who, chosen)
            elif (other := f"{WANTED[0]} 1.{second}") not in pair.taken:
                pair.rename(who, chosen, other)
