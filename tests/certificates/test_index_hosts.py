"""The list of hosts, which is kept in memory until somebody changes the index."""

from __future__ import annotations

import dataclasses
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from cpanel_emu.certificates.index import Index
from cpanel_emu.certificates.items import Item, ItemKind
from tests.certificates.examples import RECORD


def item(host: str, kind: ItemKind = ItemKind.CSR) -> Item:
    return dataclasses.replace(RECORD, kind=kind, name=host, id=host, host=host, friendly_name=host)


def add(index: Index, *items: Item) -> None:
    with index.changing():
        for one in items:
            index.add(one)


def settle(path: Path) -> None:
    """Make the last change old enough for its time stamp to be believed."""
    log = Path(f"{path}-wal")
    os.utime(log, ns=(1_700_000_000_000_000_000, 1_700_000_000_000_000_000))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite"


def test_a_change_by_anybody_counts_at_once(path: Path) -> None:
    ours, theirs = Index(path), Index(path)
    hosts: list[str] = []
    for number in range(100):
        hosts.append(f"h{number:03}")
        add(theirs if number % 3 else ours, item(hosts[-1]))
        if number % 10 == 0:
            settle(path)
        for index in (ours, theirs, ours):
            assert index.hosts(ItemKind.CSR) == hosts
        assert ours.hosts(ItemKind.KEY) == []
    with theirs.changing():
        theirs.remove(item("h050"))
    assert "h050" not in ours.hosts(ItemKind.CSR)
    ours.close()
    theirs.close()


def test_nothing_is_read_while_nothing_changes(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index(path)
    add(index, item("b"), item("a"), item("k", ItemKind.KEY))
    settle(path)
    reads: list[str] = []

    class Counting:
        def __init__(self, database: sqlite3.Connection) -> None:
            self.database = database

        def execute(self, statement: str, *values: Any) -> Any:
            reads.append(statement)
            return self.database.execute(statement, *values)

        def close(self) -> None:
            self.database.close()

    monkeypatch.setattr(index, "_database", Counting(index._database))
    for _ in range(3):
        assert index.hosts(ItemKind.CSR) == ["a", "b"]
        assert index.hosts(ItemKind.KEY) == ["k"]
    assert sum(statement.startswith("SELECT") for statement in reads) == 2
    index.hosts(ItemKind.CSR).append("c")
    assert index.hosts(ItemKind.CSR) == ["a", "b"]
    index.close()


def test_a_change_of_just_now_is_not_kept(path: Path) -> None:
    index = Index(path)
    for number in range(50):  # many within one tick of the file system's clock
        add(index, item(f"h{number:02}"))
        assert len(index.hosts(ItemKind.CSR)) == number + 1
    index.close()


def test_a_log_that_is_ahead_of_its_change_is_not_believed(path: Path) -> None:
    """Another process writes a change to the log, flushes, and only then lets it count."""
    ours, theirs = Index(path), Index(path)
    for number in range(20):
        add(theirs, item(f"h{number:02}"))
    with sqlite3.connect(path) as database:  # the log is written anew from its beginning
        database.execute("PRAGMA wal_checkpoint(RESTART)")
    database.close()
    settle(path)
    with theirs.changing():
        theirs.add(item("late"))
        assert "late" not in ours.hosts(ItemKind.CSR)
    settle(path)  # as if it had been written before we looked
    assert "late" in ours.hosts(ItemKind.CSR)
    ours.close()
    theirs.close()
