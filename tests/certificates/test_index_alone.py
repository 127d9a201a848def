"""What an index knows without a look, as nobody else changed anything since its last change."""

from __future__ import annotations

import contextlib
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpanel_emu.certificates.index import Index
from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.own_folder import OwnFolder
from tests.certificates.examples import RECORD

HOST = "a.example"
KEY = replace(RECORD, kind=ItemKind.KEY, host=HOST)


class Two:
    """Two who share an index and its notes; each change is checked."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "x.sqlite"
        self._place = OwnFolder(folder, "ssl", "keys")
        self._place.make()
        self.both = [Index(self._path, folder / "ssl") for _ in range(2)]
        self._count = 0

    def committed(self) -> int:
        """Return how many changes there were, as a third one sees it."""
        with contextlib.closing(sqlite3.connect(self._path)) as database:
            return int(database.execute("SELECT changes FROM state").fetchone()[0])

    def noted(self) -> int:
        """Return the number at the head of the notes."""
        head = Path(f"{self._path}-files").read_bytes().partition(b"\0")[0]
        return int(head.rpartition(b"/")[2])

    def change(
        self, who: int, work: Callable[[Index], None], *, writes: bool, fails: bool = False
    ) -> None:
        """Let one of them change something; with *writes* a file, too."""
        before, index = self.committed(), self.both[who]
        self._count += 1
        with contextlib.suppress(ZeroDivisionError), index.changing() as files:
            work(index)
            if writes:
                files.write(self._place, f"file-{self._count}", b"x")
                assert self.noted() > before, "a killed process would count as finished"
            if fails:
                raise ZeroDivisionError
        if fails:
            assert self.committed() == before
        else:
            assert before < self.noted() <= self.committed(), "taken back, though finished"

    def add(self, *, conflict: bool = False) -> Callable[[Index], None]:
        """Return what adds a key, or finds that its name has a record already, and adds another."""
        self._count += 1
        item = replace(KEY, name=f"k{self._count}", id=f"k{self._count}", created=self._count)
        item.friendly_name = item.name

        def work(index: Index) -> None:
            assert index.add(item)
            if conflict:
                assert not index.add(item)

        return work

    def rename(self) -> Callable[[Index], None]:
        """Return what renames a key, or adds one if there is none."""
        self._count += 1
        number, add = self._count, self.add()

        def work(index: Index) -> None:
            item = next(index.newest_first(ItemKind.KEY, HOST), None)
            if item is None:
                add(index)
            else:
                index.rename(item, f"renamed-{number}", item.host)

        return work

    def remove(self) -> Callable[[Index], None]:
        """Return what removes the newest key, or adds one if there is none."""
        add = self.add()

        def work(index: Index) -> None:
            item = next(index.newest_first(ItemKind.KEY, HOST), None)
            if item is None:
                add(index)
            else:
                index.remove(item)

        return work

    def check_newest(self, who: int) -> None:
        """Check which key counts, as one finds it while changing."""
        index = self.both[who]
        with index.changing():
            found = index.newest_name(ItemKind.KEY, HOST)
            right = next(index.newest_first(ItemKind.KEY, HOST), None)
            assert found == (None if right is None else right.name)

    def close(self) -> None:
        """Close both."""
        for index in self.both:
            index.close()


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    """Return two who share an index."""
    with contextlib.closing(Two(tmp_path)) as both:
        yield both


def test_a_change_without_files_is_noticed(two: Two) -> None:
    two.change(0, two.add(), writes=True)
    two.change(0, two.add(), writes=True)
    two.change(1, two.rename(), writes=False)
    two.change(0, two.add(), writes=True)


def test_a_change_of_two_items_is_counted_twice(two: Two) -> None:
    two.change(0, two.add(), writes=True)
    first, second = two.add(), two.add()

    def both(index: Index) -> None:
        first(index)
        second(index)

    two.change(0, both, writes=True)
    two.change(0, two.add(), writes=True)


def test_a_record_that_was_there_is_counted(two: Two) -> None:
    two.change(0, two.add(), writes=True)
    two.change(0, two.add(conflict=True), writes=True)
    two.change(0, two.add(), writes=True)


def test_the_newest_key_of_another(two: Two) -> None:
    two.change(0, two.add(), writes=True)
    two.check_newest(0)
    two.change(1, two.add(), writes=True)
    two.check_newest(0)
    two.change(0, two.remove(), writes=False)
    two.check_newest(0)


def test_a_key_that_was_taken_back(two: Two) -> None:
    two.change(0, two.add(), writes=True)
    two.check_newest(0)
    add = two.add()

    def look(index: Index) -> None:
        add(index)
        assert index.newest_name(ItemKind.KEY, HOST) == "k3"

    two.change(0, look, writes=False, fails=True)
    two.check_newest(0)


_STEPS = st.tuples(
    st.integers(0, 1),
    st.sampled_from(["add", "conflict", "rename", "remove", "look"]),
    st.booleans(),
    st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(_STEPS, max_size=25))
def test_whatever_they_do(steps: list[tuple[int, str, bool, bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Two(Path(folder))) as two:
        for who, what, writes, fails in steps:
            if what == "look":
                two.check_newest(who)
                continue
            works = {
                "add": two.add,
                "conflict": lambda: two.add(conflict=True),
                "rename": two.rename,
                "remove": two.remove,
            }
            two.change(who, works[what](), writes=writes, fails=fails)
