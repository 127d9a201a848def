"""The index file itself; what it holds is tested through the directory."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from cpanel_emu.certificates.index import Index
from cpanel_emu.errors import StoreError


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    Index(tmp_path / "x.sqlite").close()
    assert (tmp_path / "x.sqlite").stat().st_mode & 0o777 == 0o600


def test_what_is_no_index(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    path.write_text("this is no database, and long enough to be seen as none" * 20)
    with pytest.raises(StoreError, match="cannot be used"):
        Index(path)


def test_the_index_of_another_version(tmp_path: Path) -> None:
    path = tmp_path / "x.sqlite"
    Index(path).close()
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="another version"):
        Index(path)


def test_a_change_that_fails_undoes_its_steps(tmp_path: Path) -> None:
    done: list[str] = []
    with contextlib.closing(Index(tmp_path / "x.sqlite")) as index:
        with pytest.raises(ZeroDivisionError), index.changing() as undo:  # noqa: PT012
            index.mark("x")
            undo.callback(done.append, "undone")
            raise ZeroDivisionError
        assert done == ["undone"]
        assert not index.is_marked("x")
        with index.changing() as undo:
            index.mark("x")
            undo.callback(done.append, "never")
        assert index.is_marked("x")
    assert done == ["undone"]
