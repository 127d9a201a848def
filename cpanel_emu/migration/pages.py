"""The files of a theme folder: what each is, and what cannot be read (``tags §1`` rule 1.16).

Walking is safe with any folder: the order is the same on every machine, links are never followed,
and what cannot be read is a `Skipped`, never an exception.
"""

from __future__ import annotations

import enum
import fnmatch
import os
import posixpath
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.liveapi.pages import is_live_page
from cpanel_emu.tags import processes_tags

MAX_PAGE = 8 * 1024 * 1024
"""Bytes; a larger page is skipped. Real pages have some ten thousand."""

_INCLUDED = frozenset({".css", ".js"})
_LANGUAGE_FOLDER = "lang"
_NO_PART_OF_A_THEME = frozenset({".git", ".hg", ".svn", "CVS"})
_LOOKED_AT = 8192
_CONTROLS = bytes({*range(0x20)} - set(b"\t\n\v\f\r\x1b")) + b"\x7f"
"""No text has many of them; ISO-2022 has escapes."""
_MOST_CONTROLS = 20
"""One byte of so many; a page may have a stray one."""


class FileKind(enum.Enum):
    """What a file of a theme is."""

    PAGE = "page"
    """Tags are processed when it is requested: ``.html`` and its like."""
    INCLUDED = "included"
    """``.css`` and ``.js``: tags are processed where a page includes it."""
    LANGUAGE = "language"
    """A language file, whose values may hold tags."""
    LIVE = "live"
    """A LiveAPI page (``.live.php`` …); it has no tags."""
    OTHER = "other"
    """Anything else: pictures, texts."""


class SkipReason(enum.Enum):
    """Why a file is not read; the value is for people."""

    OUTSIDE = "a link that leads out of the theme"
    INSIDE = "a link to a file of the theme, which is read under its own name"
    LOOP = "a link that leads to itself or to nothing"
    SPECIAL = "no regular file"
    UNREADABLE = "cannot be read"
    TOO_LARGE = f"larger than {MAX_PAGE // 1024 // 1024} MiB"
    BINARY = "binary, or UTF-16"


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """A regular file; ``path`` is relative to the theme, with ``/`` between its parts.

    Bytes of a name that are no UTF-8 are lone surrogates, as everywhere in Python.
    """

    path: str
    full: Path
    size: int

    @property
    def kind(self) -> FileKind:
        """What it is, by its name."""
        if is_live_page(self.path):
            return FileKind.LIVE
        if processes_tags(self.path):
            return FileKind.PAGE
        if posixpath.splitext(self.path)[1] in _INCLUDED:
            return FileKind.INCLUDED
        folder = posixpath.dirname(self.path)
        if posixpath.basename(folder) == _LANGUAGE_FOLDER and _is_language_place(folder):
            return FileKind.LANGUAGE
        return FileKind.OTHER


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that is not read; ``detail`` is what the system said, or empty."""

    path: str
    reason: SkipReason
    detail: str = ""

    def __str__(self) -> str:
        """Return the reason, with what the system said."""
        return f"{self.reason.value} ({self.detail})" if self.detail else self.reason.value


def walk(folder: Path, exclude: Sequence[str] = ()) -> Iterator[ThemeFile | Skipped]:
    """Yield the files below *folder*, folder by folder and by name, and what cannot be read.

    *exclude* are patterns for a path or a name, ``old/*`` or ``*.bak``; a folder that matches is
    left out as a whole, as folders of version control are. Links are skipped, not followed.

    Raises:
        ConfigurationError: there is no such folder, or it cannot be listed.
    """
    if not folder.is_dir():
        missing = "is no folder" if folder.exists() else "does not exist"
        raise ConfigurationError(f"{folder} {missing}; name the folder of a theme.")
    try:
        top = _entries(folder, "")
    except OSError as error:
        raise ConfigurationError(f"{folder} cannot be listed: {error.strerror}.") from None
    root = os.path.realpath(folder)
    waiting = top
    while waiting:
        entry = waiting.pop()
        if _excluded(entry, exclude):
            continue
        if entry.is_folder:
            try:
                waiting += _entries(folder, entry.path)
            except OSError as error:
                yield Skipped(entry.path, SkipReason.UNREADABLE, error.strerror or "")
            continue
        yield _file(folder, root, entry.path)


def read(file: ThemeFile, limit: int = MAX_PAGE) -> bytes | Skipped:
    """Return the content of a page, or why it is skipped.

    Never blocks and never raises: the file may have become anything since the walk.
    """
    try:
        descriptor = os.open(file.full, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as opened:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return Skipped(file.path, SkipReason.SPECIAL)
            if status.st_size > limit:
                return Skipped(file.path, SkipReason.TOO_LARGE)
            content = opened.read(limit + 1)
    except OSError as error:
        return Skipped(file.path, SkipReason.UNREADABLE, error.strerror or "")
    if len(content) > limit:
        return Skipped(file.path, SkipReason.TOO_LARGE)
    return Skipped(file.path, SkipReason.BINARY) if _is_binary(content) else content


def _is_binary(content: bytes) -> bool:
    start = content[:_LOOKED_AT]
    return (len(start) - len(start.translate(None, _CONTROLS))) * _MOST_CONTROLS > len(start)


@dataclass(frozen=True, slots=True)
class _Entry:
    path: str
    is_folder: bool


def _entries(folder: Path, path: str) -> list[_Entry]:
    """Return what lies in a folder, the last first; links count as files."""
    with os.scandir(folder / path) as entries:
        found = [
            _Entry(posixpath.join(path, entry.name), entry.is_dir(follow_symlinks=False))
            for entry in entries
        ]
    return sorted(found, key=lambda entry: entry.path, reverse=True)


def _excluded(entry: _Entry, exclude: Sequence[str]) -> bool:
    name = posixpath.basename(entry.path)
    if entry.is_folder and name in _NO_PART_OF_A_THEME:
        return True
    return any(
        fnmatch.fnmatchcase(entry.path, pattern) or fnmatch.fnmatchcase(name, pattern)
        for pattern in (pattern.removesuffix("/") for pattern in exclude)
    )


def _file(folder: Path, root: str, path: str) -> ThemeFile | Skipped:
    full = folder / path
    try:
        status = full.lstat()
    except OSError as error:
        return Skipped(path, SkipReason.UNREADABLE, error.strerror or "")
    if stat.S_ISLNK(status.st_mode):
        return Skipped(path, _link(full, root))
    if not stat.S_ISREG(status.st_mode):
        return Skipped(path, SkipReason.SPECIAL)
    return ThemeFile(path, full, status.st_size)


def _link(full: Path, root: str) -> SkipReason:
    try:
        target = os.path.realpath(full, strict=True)
    except OSError:
        return SkipReason.LOOP
    if (os.path.realpath(full.parent) + "/").startswith(target.rstrip("/") + "/"):
        return SkipReason.LOOP
    inside = target.startswith(root.rstrip("/") + "/")
    return SkipReason.INSIDE if inside else SkipReason.OUTSIDE


def _is_language_place(folder: str) -> bool:
    """Whether a ``lang`` folder is the theme's or a branding package's (``tags §2.2``)."""
    parts = folder.split("/")
    return len(parts) == 1 or (len(parts) == 3 and parts[0] == "branding")
