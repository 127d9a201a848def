"""The tables of an account's index, and their version.

Tables of another version are made anew: the directory fills them from the files.
"""

from __future__ import annotations

import sqlite3

_VERSION = 6
_SCHEMA = """
CREATE TABLE item (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    host TEXT NOT NULL,
    has_host INTEGER NOT NULL,
    common_name TEXT NOT NULL,
    friendly_name TEXT NOT NULL,
    modulus TEXT NOT NULL,
    key_id TEXT NOT NULL,
    created INTEGER NOT NULL,
    details TEXT NOT NULL,
    UNIQUE (kind, name),
    UNIQUE (kind, friendly_name)
);
CREATE INDEX item_by_host ON item (kind, host, created, id);
CREATE INDEX item_by_other_id ON item (kind, id) WHERE id <> name;
CREATE TABLE suffix (
    kind TEXT NOT NULL, base TEXT NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (kind, base)
) WITHOUT ROWID;
CREATE TABLE mark (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE state (
    changes INTEGER NOT NULL, freed INTEGER NOT NULL, told INTEGER NOT NULL, owner TEXT NOT NULL
);
INSERT INTO state VALUES (0, 0, 0, lower(hex(randomblob(8))));
"""
# In the statement that inserts, so that it costs no statement of its own.
_COUNT_INSERTED = """
CREATE TRIGGER item_inserted BEFORE INSERT ON item
BEGIN UPDATE state SET changes = changes + 1; END
"""
ITEM_COLUMNS = (
    "kind, name, id, host, has_host, common_name, friendly_name, modulus, key_id, created, details"
)
"""The columns of the table ``item``, in their order."""


def prepare_tables(database: sqlite3.Connection) -> str:
    """Make the tables unless there are those of this version; call inside a transaction.

    Returns:
        What the index calls itself among those that there were before it.

    Raises:
        sqlite3.Error, UnicodeDecodeError: the database is damaged or cannot be written.
    """
    if not _is_usable(database):
        _make_tables(database)
    (owner,) = database.execute("SELECT owner FROM state").fetchone()
    return str(owner)


def _is_usable(database: sqlite3.Connection) -> bool:
    """Whether there are the tables of this version, and not none or another's."""
    (version,) = database.execute("PRAGMA user_version").fetchone()
    if version != _VERSION:
        return False
    try:
        database.execute(f"SELECT {ITEM_COLUMNS} FROM item LIMIT 1")  # noqa: S608
        state = database.execute("SELECT changes, freed, told, owner FROM state").fetchone()
    except sqlite3.OperationalError:
        return False
    return state is not None


def _make_tables(database: sqlite3.Connection) -> None:
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    for (name,) in database.execute(tables).fetchall():
        quoted = name.replace('"', '""')
        database.execute(f'DROP TABLE "{quoted}"')
    for statement in (*_SCHEMA.split(";"), _COUNT_INSERTED):
        database.execute(statement)
    database.execute(f"PRAGMA user_version = {_VERSION}")
