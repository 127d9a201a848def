"""The files of one change: whole, or taken back, also by the next process."""

from __future__ import annotations

import contextlib
import os
import zlib
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
def _opened(folder: Path, owner: str = "") -> Iterator[FileChanges]:
    changes = FileChanges(folder / "notes", folder / "ssl", lambda: NUMBER, owner=owner)
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


def test_what_another_index_left_stays(cut_off: Path, place: OwnFolder) -> None:
    """Nobody can tell any more whether its change was finished."""
    with _opened(cut_off, "another") as files:
        files.recover(lambda: 0)
    assert _content(place) == NEW


def _notes(*lines: str, number: str = f"/{NUMBER}") -> bytes:
    """Return notes as they are written, each line with its check sum."""
    first = number.encode()
    checked = [f"{line}/{zlib.crc32(line.encode(), zlib.crc32(first)):08x}" for line in lines]
    return b"\0".join([first, *(line.encode() for line in checked)]) + b"\0\0"


def test_notes_are_as_these_tests_write_them(tmp_path: Path, place: OwnFolder) -> None:
    with _opened(tmp_path) as files:
        files.write(place, "new", b"new")
    assert (tmp_path / "notes").read_bytes() == _notes("keys/new/")


@pytest.mark.parametrize(
    "notes",
    [
        b"",
        b"\0",
        b"seven\0\0",
        b"/7\0\0",
        b"/7\0keys/replaced/\0\0",
        _notes("keys/replaced/", number="other/7"),
        _notes("keys/replaced"),
        _notes("../replaced/"),
        _notes("keys/../../outside/"),
        _notes("keys/..\\outside/"),
        _notes("keys/x/../../outside"),
        _notes("keys/x/.."),
        _notes("keys/replaced/")[:-3],
        _notes("keys/replaced/").replace(b"/7", b"/8", 1),
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


def test_what_was_noted_whole_is_taken_back(tmp_path: Path, place: OwnFolder) -> None:
    """The second note was cut off: what it tells was not done, what the first tells was."""
    whole = _notes("keys/replaced/.writing-kept", "keys/removed/")
    (place.path / ".writing-kept").write_bytes(b"before")
    (tmp_path / "notes").write_bytes(whole[:-5] + b"\0\0")
    with _opened(tmp_path) as files:
        files.recover(lambda: NUMBER - 1)
    assert _content(place) == {**OLD, "replaced": b"before"}


def test_a_note_that_finds_no_room_refuses_the_change(
    tmp_path: Path, place: OwnFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.pwrite
    with _opened(tmp_path) as files:
        files.write(place, "new", b"new")
        monkeypatch.setattr(os, "pwrite", lambda file, data, at: write(file, data[:20], at))
        with pytest.raises(OSError, match="No space left"):
            files.remove(place, "removed")
        monkeypatch.undo()
        files.take_back()
    assert _content(place) == OLD


def test_a_folder_in_place_of_a_file_keeps_nothing_else_from_being_put_back(
    cut_off: Path, place: OwnFolder
) -> None:
    (place.path / "new").unlink()
    (place.path / "new").mkdir()
    with _opened(cut_off) as files:
        files.recover(lambda: NUMBER - 1)
        files.recover(lambda: pytest.fail("it was done already"))
    assert _content(place) == OLD


def test_a_name_that_no_file_can_have_is_refused_before_it_is_noted(
    tmp_path: Path, place: OwnFolder
) -> None:
    with _opened(tmp_path) as files:
        with pytest.raises(OSError, match="File name too long"):
            files.write(place, "x" * 300, b"x")
        files.take_back()
        files.write(place, "new", b"new")
        files.finish()
    assert _content(place) == {**OLD, "new": b"new"}


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
