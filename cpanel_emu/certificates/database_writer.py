"""Keeps the ``ssl.db`` of every account up to date, off the path of the calls (``ssl §5`` rule 7).

It may lag: it is written half a second after the last of a series of changes, or while they go
on for long every half minute, and at a clean end.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cpanel_emu.certificates.database_file import database_text
from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.certificates.manager import SslManager
from cpanel_emu.errors import StoreError
from cpanel_emu.lazy import LazyModule
from cpanel_emu.own_folder import folder_of

if TYPE_CHECKING:
    import logging
else:
    logging = LazyModule("logging")

_QUIET_SECONDS = 0.5
_LONGEST_LAG_SECONDS = 30.0
_LOOK_SECONDS = 0.25
_PAUSE = 0.0002


@dataclass(slots=True)
class _Waiting:
    """When an account's items changed first and last since its ``ssl.db`` was written."""

    first: float
    last: float

    def is_due(self, now: float) -> bool:
        return now - self.last >= _QUIET_SECONDS or now - self.first >= _LONGEST_LAG_SECONDS


class DatabaseFiles:
    """Writes the ``ssl.db`` of accounts whose items changed, in a thread of its own.

    Args:
        using: lends the SSL manager of an account.
        path: where the account's ``ssl.db`` lies.
    """

    def __init__(
        self,
        using: Callable[[str], AbstractContextManager[SslManager]],
        path: Callable[[str], Path],
    ) -> None:
        self._using = using
        self._path = path
        self._changed: dict[str, _Waiting] = {}
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None
        self._hurried = False

    def touch(self, user: str) -> None:
        """Remember that the items of *user* changed."""
        now = time.monotonic()
        with self._lock:
            waiting = self._changed.get(user)
            if waiting is None:
                self._changed[user] = _Waiting(now, now)
            else:
                waiting.last = now
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(
                    target=self._run, name="cpanel-emu ssl.db", daemon=True
                )
                self._thread.start()

    def close(self) -> None:
        """Write what is waiting and stop."""
        self._hurried = True
        with self._lock:
            self._closed.set()
        if self._thread is not None:
            self._thread.join()
        for user in list(self._changed):
            self._write(user)
        self._changed.clear()

    def forget(self, user: str | None = None) -> None:
        """Drop what is waiting for *user*, or for all: the items are gone.

        Nothing is being written when this returns, so their files may be removed.
        """
        self._hurried = True
        with self._writing, self._lock:
            if user is None:
                self._changed.clear()
            else:
                self._changed.pop(user, None)
            self._hurried = False

    def _run(self) -> None:
        while not self._closed.wait(_LOOK_SECONDS):
            self._write_due()

    def _write_due(self) -> None:
        with self._writing:
            with self._lock:
                now = time.monotonic()
                users = [user for user, waiting in self._changed.items() if waiting.is_due(now)]
                for user in users:
                    del self._changed[user]
            for user in users:
                self._write(user)

    def _pause(self) -> None:
        # The interpreter runs one thread at a time and changes over too rarely: without this,
        # calls would take five times as long while a large account is written.
        if not self._hurried:
            time.sleep(_PAUSE)

    def _write(self, user: str) -> None:
        path = self._path(user)
        if not path.parent.is_dir():
            return  # the account was removed, by another process maybe
        try:
            with self._using(user) as manager, manager.directory.telling():
                items = {kind: manager.directory.all_of(kind) for kind in ItemKind}
                text = database_text(items, self._pause)
                folder_of(path).write(path.name, text.encode("utf-8"))
        except (StoreError, OSError) as error:
            if path.parent.is_dir():  # else it was removed meanwhile
                logger = logging.getLogger(__name__)
                logger.warning("ssl.db of %s was not written: %s", user, error)
