"""The index file itself; what it holds is tested through the directory."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from cpanel_emu.certificates.index import Index
from cpanel_emu.certificates.index_database import IndexLost
from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.errors import StoreError
from cpanel_emu.own_folder import OwnFolder


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    Index(tmp_path / "x.sqlite").close()
    assert (tmp_path / "x.sqlite").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"this is no database" * 200, b"SQLite format 3\0" * 300])
def test_what_is_no_index_makes_way_for_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.sqlite"
    path.write_bytes(content)
    with contextlib.closing(_opened(path)) as index:
        assert list(index.all_of(ItemKind.KEY)) == []


def _opened(path: Path) -> Index:
    try:
        return Index(path)
    except IndexLost:
        return Index(path)


@pytest.mark.parametrize(
    "harm",
    [
        "PRAGMA user_version = 99",
        "DROP TABLE item",
        "DROP TABLE state",
        "DELETE FROM state",
        "ALTER TABLE item DROP COLUMN details",
        "CREATE TABLE more (x); DROP TABLE mark; DROP TABLE suffix; PRAGMA user_version = 1",
    ],
)
def test_an_index_that_is_none_of_ours_is_made_anew(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "x.sqlite"
    Index(path).close()
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript(harm)
    with contextlib.closing(Index(path)) as index:
        with index.changing():
            index.mark("x")
        assert index.is_marked("x")
        assert index.is_told


def test_a_record_that_is_none_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with contextlib.closing(Index(path)) as index:
        with contextlib.closing(sqlite3.connect(path)) as database:
            row = ("key", "x", "x", "x", 1, "x", "x", "x", "x", 1, "{no JSON")
            database.execute(f"INSERT INTO item VALUES ({', '.join('?' * len(row))})", row)
            database.commit()
        with pytest.raises(IndexLost):
            index.named(ItemKind.KEY, "x")
        assert not index.is_current
        with pytest.raises(IndexLost), index.changing():
            pass
    with contextlib.closing(Index(path)) as index:
        assert index.named(ItemKind.KEY, "x") is None


def test_a_schema_that_is_no_text_is_damage(tmp_path: Path) -> None:
    """The message about it is none either, which Python finds out first."""
    path = tmp_path / "x.sqlite"
    Index(path).close()
    data = path.read_bytes()
    harmed = data.replace(b"CREATE TABLE suffix", b"CREATE TABL\xff suffix")
    assert harmed != data
    path.write_bytes(harmed)
    with pytest.raises(IndexLost):
        Index(path)
    with contextlib.closing(Index(path)) as index:
        assert list(index.all_of(ItemKind.KEY)) == []


def test_a_text_that_is_none_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    with contextlib.closing(Index(path)) as index:
        with contextlib.closing(sqlite3.connect(path)) as database:
            row = ("key", "x", "x", "x", 1, "x", "x", "x", "x", 1, "{}")
            database.execute(f"INSERT INTO item VALUES ({', '.join('?' * len(row))})", row)
            database.execute("UPDATE item SET modulus = CAST(x'61ff' AS TEXT)")
            database.commit()
        with pytest.raises(IndexLost, match="UTF-8"):
            list(index.all_of(ItemKind.KEY))
        assert not index.is_current
    with contextlib.closing(Index(path)) as index:
        assert list(index.all_of(ItemKind.KEY)) == []


def test_a_change_that_fails_undoes_what_it_did_to_files(tmp_path: Path) -> None:
    place = OwnFolder(tmp_path, "ssl", "keys")
    place.make()
    with contextlib.closing(Index(tmp_path / "x.sqlite", tmp_path / "ssl")) as index:
        with pytest.raises(ZeroDivisionError), index.changing() as files:  # noqa: PT012
            index.mark("x")
            files.write(place, "new", b"new")
            raise ZeroDivisionError
        assert place.names() == []
        assert not index.is_marked("x")
        with index.changing() as files:
            index.mark("x")
            files.write(place, "new", b"new")
        assert index.is_marked("x")
    assert place.names() == ["new"]


def test_it_waits_for_the_change_of_another_in_short_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    with (
        contextlib.closing(Index(tmp_path / "x.sqlite")) as ours,
        contextlib.closing(Index(tmp_path / "x.sqlite")) as theirs,
        contextlib.ExitStack() as their_change,
    ):
        their_change.enter_context(theirs.changing())
        theirs.mark("theirs")

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 100:
                their_change.close()

        monkeypatch.setattr("cpanel_emu.certificates.index_database.time.sleep", pause)
        with ours.changing():
            assert ours.is_marked("theirs")
    assert len(pauses) == 100
    assert max(pauses) <= 0.005


def test_it_does_not_wait_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cpanel_emu.certificates.index_database._SECONDS_TO_WAIT_FOR_OTHERS", 0.05)
    with (
        contextlib.closing(Index(tmp_path / "x.sqlite")) as ours,
        contextlib.closing(Index(tmp_path / "x.sqlite")) as theirs,
        theirs.changing(),
        pytest.raises(StoreError, match="locked"),
        ours.changing(),
    ):
        raise AssertionError("both are at a change")
