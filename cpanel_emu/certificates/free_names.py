"""Which friendly name a new item gets when another has the one that it wants (``ssl §5`` rule 5).

The first suffix is a blank and ``<epoch>.0``, then ``.1`` …, the lowest that is free. How far the
search came is remembered, so that it costs the same for the 50,000th item of a host: in memory,
and now and then in the index, for other processes and for the next start.
"""

from __future__ import annotations

import sqlite3

from cpanel_emu.certificates.items import ItemKind

_WRITTEN_DOWN = 64
"""Every so many suffixes it is written down how far they came."""
_MOST_REMEMBERED = 1000
_NEXT_SUFFIX = """
INSERT INTO suffix (kind, base, next)
SELECT ?1, ?2, ?4 + 1 WHERE EXISTS (SELECT 1 FROM item WHERE kind = ?1 AND friendly_name = ?3)
ON CONFLICT (kind, base) DO UPDATE SET next = max(next + 1, excluded.next)
RETURNING next - 1, EXISTS (
    SELECT 1 FROM item WHERE kind = ?1 AND friendly_name = ?2 || '.' || (next - 1)
)
"""


class FreeNames:
    """Finds free friendly names, while the account's write lock is held.

    Names get free when items are deleted or renamed, here or in another process: the index counts
    how often (`freed`). While that count stays, every suffix below the remembered one is taken.
    """

    __slots__ = ("_database", "_freed", "_is_sure", "_next")

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._freed: int | None = None
        self._is_sure = False
        self._next: dict[tuple[ItemKind, str], int] = {}

    def likely(self, kind: ItemKind, base: str) -> str | None:
        """Return the lowest name that is free, unless somebody has chosen it, without a look.

        Args:
            kind: the kind of item.
            base: the wanted name, a blank, and the epoch.

        Returns:
            None if nothing is known for sure, or it is time to write down how far the search came.
        """
        number = self._next.get((kind, base), 0) if self._is_sure else 0
        return f"{base}.{number}" if number % _WRITTEN_DOWN else None

    def doubt(self) -> None:
        """Rely on nothing before the next search: others may have changed something."""
        self._is_sure = False

    def use(self, kind: ItemKind, base: str) -> None:
        """Remember that the item got the name that `likely` returned."""
        self._next[kind, base] += 1

    def search(self, kind: ItemKind, wanted: str, base: str) -> str:
        """Return *wanted* if it is free, else *base* with the lowest suffix that is."""
        (freed,) = self._database.execute("SELECT freed FROM state").fetchone()
        if freed != self._freed or len(self._next) >= _MOST_REMEMBERED:
            self._next.clear()
            self._freed = freed
        self._is_sure = True
        while True:
            values = (kind.value, base, wanted, self._next.get((kind, base), 0))
            found = self._database.execute(_NEXT_SUFFIX, values).fetchone()
            if found is None:
                return wanted
            number, is_taken = found
            self._next[kind, base] = number + 1
            if not is_taken:
                return f"{base}.{number}"

    def set_free(self, kind: ItemKind) -> None:
        """Note that an item of *kind* is about to lose its name."""
        self._next.clear()
        self._database.execute("UPDATE state SET freed = freed + 1")
        self._database.execute("DELETE FROM suffix WHERE kind = ?", (kind.value,))

    def forget(self) -> None:
        """Forget what was remembered: a change was taken back."""
        self._next.clear()
