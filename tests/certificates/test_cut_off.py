"""Changes that end early, and indexes that are lost under them, seen through the directory."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cpanel_emu.certificates import index_database
from cpanel_emu.certificates.directory import CertificateDirectory
from cpanel_emu.certificates.item_changes import ItemChanges
from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.errors import StoreError
from tests.certificates.test_directory import NOW, OLD, Home, a_csr, a_key, remove


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def ids(directory: CertificateDirectory, kind: ItemKind = ItemKind.CSR) -> set[str]:
    return {item.id for item in directory.all_of(kind)}


def kill_in(home: Home, work: Callable[[ItemChanges], object], release: str = "docs") -> None:
    """End a process of its own at the end of *work*, before the index has committed it."""

    def die(changes: ItemChanges) -> None:
        work(changes)
        os._exit(7)

    child = os.fork()
    if child == 0:
        try:
            with home.open(release) as directory:
                directory.change(die)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_what_was_not_committed_is_taken_back_by_the_next_change(home: Home) -> None:
    with home.open() as directory:
        kept = directory.add(a_csr("Dallas"))
        gone = directory.add(a_key())

        def change(changes: ItemChanges) -> None:
            changes.put(a_csr("Austin"))
            changes.remove(kept)
            changes.remove(gone)
            changes.put(a_key("rsa-1024"))

        kill_in(home, change)
        directory.add(a_csr("Houston"))
        assert ids(directory) == {kept.id, a_csr("Houston").id}
        assert ids(directory, ItemKind.KEY) == {gone.id}
        assert directory.read(kept) == a_csr("Dallas").pem
        assert len(home.files()) == 3
    with home.open() as directory:
        assert len(ids(directory)) == 2


def test_what_was_replaced_twice_is_what_it_was_first(home: Home) -> None:
    with home.open(OLD) as directory:
        first = directory.add(a_csr("Dallas", release=OLD))

        def change(changes: ItemChanges) -> None:
            changes.put(a_csr("Austin", release=OLD))
            changes.put(a_csr("Houston", release=OLD))

        kill_in(home, change, OLD)
    with home.open(OLD) as directory:
        assert directory.read(first) == a_csr("Dallas", release=OLD).pem
        assert ids(directory) == {first.id}


def test_an_index_made_anew_by_another_during_a_change(home: Home) -> None:
    with home.open() as ours:

        def change(changes: ItemChanges) -> None:
            changes.put(a_csr("Dallas"))
            if (home.folder / "index.sqlite").exists() and not others:
                home.lose_index()
                others.append(1)
                with home.open() as other:
                    other.add(a_csr("Austin"))

        others: list[int] = []
        ours.change(change)
        both = {a_csr("Dallas").id, a_csr("Austin").id}
        assert ids(ours) == both
        ours.add(a_key())
        assert ids(ours) == both
    with home.open() as directory:
        assert ids(directory) == both
        assert ids(directory, ItemKind.KEY) == {a_key().id}


def test_a_look_that_finds_the_index_lost_within_a_change(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change is made again from its beginning, and what it did before is forgotten."""
    with home.open() as directory:
        directory.add(a_key())
        runs: list[int] = []

        def lose(*_arguments: object) -> None:
            monkeypatch.undo()
            raise index_database.IndexLost("lost")

        def change(changes: ItemChanges) -> None:
            runs.append(1)
            if len(runs) == 1:
                changes.put(a_csr())
                home.lose_index()
                monkeypatch.setattr(index_database.IndexDatabase, "_rows", lose)
            assert directory.with_id(ItemKind.KEY, a_key().id) is not None

        directory.change(change)
        assert len(runs) == 2
        assert ids(directory) == set()
        directory.add(a_csr("Austin"))
        assert ids(directory) == {a_csr("Austin").id}


def test_a_renewal_that_fails_is_made_again(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with home.open() as directory:
        directory.add(a_csr())
        home.lose_index()

        def fail(*_arguments: object) -> None:
            monkeypatch.undo()
            raise StoreError("no room")

        monkeypatch.setattr(CertificateDirectory, "_bring_in_line", fail)
        with pytest.raises(StoreError, match="no room"):
            directory.add(a_key())
        directory.add(a_key())
        assert ids(directory) == {a_csr().id}
        assert ids(directory, ItemKind.KEY) == {a_key().id}


def test_hosts_of_a_damaged_index(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with home.open() as directory:
        directory.add(a_csr())
        monkeypatch.setattr("cpanel_emu.certificates.index.is_settled", lambda _changed: True)
        for end in ("", "-wal", "-shm"):
            path = home.folder / f"index.sqlite{end}"
            path.write_bytes(b"damaged " * (path.stat().st_size // 8))
        assert directory.hosts(ItemKind.CSR) == ["example.com"]


class _InterruptedAfterCommit:
    """A database that is interrupted when it has just committed."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:
        cursor = self._database.execute(statement, *values)
        if statement == "COMMIT":
            raise KeyboardInterrupt
        return cursor


def test_an_interruption_just_after_the_change_was_made(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with home.open() as directory:
        item = directory.add(a_csr())
        index = directory._index
        for change in (lambda: directory.add(a_key()), lambda: remove(directory, item)):
            with monkeypatch.context() as interrupted:
                interrupted.setattr(index, "_database", _InterruptedAfterCommit(index._database))
                with pytest.raises(KeyboardInterrupt):
                    change()
        assert ids(directory) == set()
        assert ids(directory, ItemKind.KEY) == {a_key().id}
        assert home.files() == [f"keys/{a_key().id}.key"]


@pytest.mark.parametrize("release", ["docs", OLD])
def test_a_folder_in_place_of_the_file_refuses_that_item_alone(home: Home, release: str) -> None:
    name = f"{a_csr().id}.csr" if release == "docs" else "example.com.csr"
    place = home.ssl / ("csrs" if release == "docs" else "certs")
    with home.open(release) as directory:
        (place / name).mkdir()
        with pytest.raises(StoreError):
            directory.add(a_csr(release=release))
        key = directory.add(a_key())
    with home.open(release) as directory:
        assert ids(directory, ItemKind.KEY) == {key.id}
        (place / name).rmdir()
        directory.add(a_csr(release=release))


def test_a_damaged_file_is_written_again_by_whoever_stores_its_item(home: Home) -> None:
    with home.open() as directory:
        item = directory.add(a_csr())
        path = directory.path(ItemKind.CSR, item.name)
        path.write_text("")
        assert directory.add(a_csr(created=NOW + 1)) == item
        assert directory.read(item) == a_csr().pem


# What is told to those who follow the items.


def test_each_change_is_told_and_what_was_stored(home: Home) -> None:
    stored: list[str] = []
    with home.open(stored=stored.append) as directory:
        counts = [home.changes]
        item = directory.add(a_csr())
        counts.append(home.changes)
        directory.add(a_csr())
        counts.append(home.changes)
        directory.change(lambda changes: changes.rename(item, "other"))
        counts.append(home.changes)
        remove(directory, item)
        counts.append(home.changes)
    start = counts[0]
    assert [count - start for count in counts] == [0, 1, 1, 2, 3]
    assert stored == [str(home.ssl / "csrs" / f"{item.id}.csr")] * 2


def test_a_suffix_that_is_free_again_is_used_again(home: Home) -> None:
    with home.open() as directory:
        directory.add(a_csr("Dallas"))
        second = directory.add(a_csr("Austin"))
        assert second.friendly_name == f"example.com {NOW}.0"
        remove(directory, second)
        assert directory.add(a_csr("Houston")).friendly_name == second.friendly_name
