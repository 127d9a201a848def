"""Parsed files, kept in memory until they change on disk."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from cpanel_emu.root import is_plain_name, is_settled, store_errors

_T = TypeVar("_T")

_MOST_KEPT = 4096


@dataclass(frozen=True, slots=True)
class _Kept(Generic[_T]):
    path: str
    identity: tuple[int, ...]
    value: _T


class KeptFiles(Generic[_T]):
    """Reads the files of one folder through a parser; one that did not change costs one `stat`.

    A file is the same as long as its inode, size and time stamps are. One that was changed just
    before it was read is not kept: a second change could leave all of these alike.
    """

    def __init__(
        self,
        folder: Path,
        parse: Callable[[bytes, str], _T],
        is_name: Callable[[str], bool] = is_plain_name,
    ) -> None:
        """Parse by *parse*, which gets a file's bytes and its path for messages.

        *is_name* tells which names a file can have; each must be a plain one.
        """
        self._folder = folder
        self._prefix = f"{folder}{os.sep}"
        self._parse = parse
        self._is_name = is_name
        self._kept: dict[str, _Kept[_T]] = {}

    def get(self, name: str) -> _T | None:
        """Return the parsed file *name*, or ``None``: there is none, or it can be no file's name.

        Raises:
            StoreError: it cannot be read; whatever the parser raises.
        """
        kept = self._kept.get(name)
        if kept is None:
            if not self._is_name(name):
                return None
            # What is not there must not take longer than what is: that would tell of it.
            try:
                os.stat(f"{self._prefix}{name}")  # noqa: PTH116  (as below)
            except FileNotFoundError:
                return None
            except OSError:
                return self._read(name)
        else:
            try:
                status = os.stat(kept.path)  # noqa: PTH116  (pathlib's is twice as slow)
            except OSError:
                return self._read(name)
            if _identity(status) == kept.identity:
                return kept.value
        return self._read(name)

    def _read(self, name: str) -> _T | None:
        path = self._folder / name
        with store_errors("read", path):
            try:
                status = path.stat()
                data = path.read_bytes()
            except FileNotFoundError:
                self._kept.pop(name, None)
                return None
        value = self._parse(data, str(path))
        if is_settled(status.st_mtime_ns):
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[name] = _Kept(str(path), _identity(status), value)
        return value


def _identity(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
