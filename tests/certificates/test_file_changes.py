"""The files of one change: whole, or taken back, also by the next process."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpanel_emu.certificates.file_changes import FileChanges
from cpanel_emu.own_folder import OwnFolder
from cpanel_emu.root import TEMPORARY_PREFIX

NUMBER = 7
"""Of the change under way."""


@pytest.fixture
def place(tmp_path: Path) -> OwnFolder:
    made = OwnFolder(tmp_path, "ssl", "keys")
    made.make()
    made.write("replaced", b"old")
    made.write("removed", b"old")
    return made


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[FileChanges]:
    changes = FileChanges(folder / "notes", folder / "ssl", lambda: NUMBER)
    with contextlib.closing(changes):
        yield changes


@pytest.fixture
def cut_off(tmp_path: Path, place: OwnFolder) -> Path:
    """Leave a change that nobody finished, and return its folder."""
    with _opened(tmp_path) as files:
        files.write(place, "new", b"new")
        files.write(place, "replaced", b"new")
        assert files.remove(place, "removed")
        assert not files.remove(place, "never there")
    return tmp_path


OLD = {"replaced": b"old", "removed": b"old"}
NEW = {"replaced": b"new", "new": b"new"}


def _content(place: OwnFolder) -> dict[str, bytes]:
    names = [name for name in place.names() if not name.startswith(TEMPORARY_PREFIX)]
    return {name: place.read(name)[0] for name in names}


@pytest.mark.parametrize(("committed", "expected"), [(NUMBER - 1, OLD), (NUMBER, NEW)])
def test_the_next_process_finishes_or_takes_back(
    cut_off: Path, place: OwnFolder, committed: int, expected: dict[str, bytes]
) -> None:
    with _opened(cut_off) as files:
        files.recover(lambda: committed)
        assert _content(place) == expected
        place.write("later", b"x")
        files.recover(lambda: committed)
    assert _content(place) == {**expected, "later": b"x"}, "only once"


def test_half_of_a_new_file_is_taken_back(tmp_path: Path, place: OwnFolder) -> None:
    with _opened(tmp_path) as files, place.opened() as folder:
        files.write_new(place, "fresh", b"half", folder=folder)
    with _opened(tmp_path) as files:
        files.recover(lambda: NUMBER - 1)
    assert _content(place) == OLD


def test_a_new_file_in_place_of_a_link(tmp_path: Path, place: OwnFolder) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"x")
    (place.path / "fresh").symlink_to(outside)
    with _opened(tmp_path) as files, place.opened() as folder:
        files.write_new(place, "fresh", b"new", folder=folder)
        files.finish()
    assert _content(place) == {**OLD, "fresh": b"new"}
    assert outside.read_bytes() == b"x"


def test_taking_back_half_of_it_can_be_repeated(cut_off: Path, place: OwnFolder) -> None:
    kept = next(name for name in place.names() if name.startswith(".") and place.read(name))
    place.rename(kept, "replaced" if place.content("removed") else "removed")
    with _opened(cut_off) as files:
        files.recover(lambda: NUMBER - 1)
    assert place.content("new") is None
    assert place.content("removed") == b"old"


def test_when_in_doubt_what_is_there_stays(cut_off: Path, place: OwnFolder) -> None:
    with _opened(cut_off) as files:
        files.forget()
        files.recover(lambda: 0)
    assert place.content("new") == b"new"


@pytest.mark.parametrize(
    "notes",
    [
        b"",
        b"\0",
        b"seven\0\0",
        b"7\0\0",
        b"7\0keys/new\0\0",
        b"7\0../replaced/\0\0",
        b"7\0keys/../../outside/\0\0",
        b"7\0keys/..\\outside/\0\0",
        b"7\0keys/x/../../outside\0\0",
        b"7\0keys/x/..\0\0",
        b"\xff\xfe\0\0",
    ],
)
def test_damaged_notes_harm_nothing(tmp_path: Path, place: OwnFolder, notes: bytes) -> None:
    outside = tmp_path / "outside"
    outside.write_text("x")
    (tmp_path / "notes").write_bytes(notes)
    with _opened(tmp_path) as files:
        files.recover(lambda: NUMBER - 1)
        files.write(place, "new", b"new")
        files.finish()
    assert _content(place) == {**OLD, "new": b"new"}
    assert outside.exists()


def test_who_finishes_late_leaves_the_notes_of_the_next_alone(
    tmp_path: Path, place: OwnFolder
) -> None:
    """The lock is free once the index has committed; another may be in the middle of its own."""
    with _opened(tmp_path) as late, _opened(tmp_path) as files:
        late.write(place, "first", b"x")
        files.write(place, "second", b"x")
        late.finish()
        files.recover(lambda: NUMBER - 1)
    assert _content(place) == {**OLD, "first": b"x"}


def test_a_shorter_change_after_a_longer_one(cut_off: Path, place: OwnFolder) -> None:
    """The notes are written over, not cut: nothing of the longer ones may be read again."""
    with _opened(cut_off) as files:
        files.recover(lambda: NUMBER)
        files.write(place, "x", b"x")
    with _opened(cut_off) as files:
        files.recover(lambda: NUMBER - 1)
    assert _content(place) == NEW
