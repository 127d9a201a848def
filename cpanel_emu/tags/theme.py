"""A theme folder: which files pages may reach, and its language files (``tags §2.2``).

Every path that a page builds passes `Theme.find`. It may hold anything a visitor sends: ``..``,
absolute paths, NUL, names that no file system takes. Only regular files whose real path, with
all symbolic links followed, lies in the theme are ever opened.
"""

from __future__ import annotations

import fnmatch
import os
import posixpath
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cpanel_emu.errors import EmulatorError
from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.lexer import has_tags

MAX_FILE = 64 * 1024 * 1024
"""Bytes; a larger file counts as missing."""

_MAX_PATH = 4096
_MAX_VERIFIED = 4096


class OutsideTheme(EmulatorError):
    """A page asked for a path that leads outside its theme."""


class Identity(NamedTuple):
    """What tells whether a file is still the one that was read."""

    device: int
    inode: int
    size: int
    changed: int
    """Nanoseconds."""

    @classmethod
    def of(cls, status: os.stat_result) -> Identity:
        """Return the identity that *status* tells."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class LanguageFile:
    """The entries of a language file; ``plain`` are those whose values hold no tags."""

    entries: Mapping[str, str] = field(default_factory=dict)
    plain: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> LanguageFile:
        """Read ``KEY=value`` lines; ``#`` starts a comment line."""
        entries = {}
        for line in text.split("\n"):
            key, equals, value = line.removesuffix("\r").partition("=")
            if equals and not key.startswith("#"):
                entries[key.strip(BLANKS)] = value
        return cls(entries, {key: value for key, value in entries.items() if not has_tags(value)})


class Theme:
    """The folder of a theme, and the name that its URLs have; thread-safe.

    Paths are relative to the folder, with ``/`` between their parts.
    """

    def __init__(self, folder: str | os.PathLike[str], name: str) -> None:
        self.folder = Path(folder)
        self.name = name
        self._root = os.path.realpath(folder)
        self._verified: dict[str, Identity] = {}

    def find(self, path: str) -> Identity | None:
        """Return the identity of the file at *path*, None if there is no such regular file.

        Raises:
            OutsideTheme: the path leads out of the theme.
        """
        full = self._full(path)
        if full is None:
            return None
        try:
            status = os.stat(full)  # noqa: PTH116  (a Path costs more than the call)
        except OSError:
            self._require_inside(full)
            return None
        identity = Identity.of(status)
        if self._verified.get(path) != identity:
            self._require_inside(full)
            if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE:
                return None
            self._remember(path, identity)
        return identity

    def read(self, path: str) -> tuple[Identity, bytes] | None:
        """Return identity and content of the file at *path*, None if there is none to read.

        Raises:
            OutsideTheme: the path leads out of the theme.
        """
        full = self._full(path)
        if full is None or self.find(path) is None:
            return None
        try:
            with open(full, "rb") as file:  # noqa: PTH123  (as above)
                identity = Identity.of(os.fstat(file.fileno()))
                content = file.read(MAX_FILE + 1)
        except OSError:
            return None
        # A file that was exchanged between the check and the opening is none that was checked.
        return (identity, content) if self.find(path) == identity else None

    def matches(self, pattern: str) -> list[str]:
        """Return the files whose last part matches *pattern*, by name (``dynamicinclude``).

        Raises:
            OutsideTheme: the pattern's folder lies outside the theme.
        """
        folder, name_pattern = posixpath.split(pattern)
        full = self._full(folder)
        if full is None or self._full(pattern) is None:
            return []
        self._require_inside(full)
        try:
            names = [entry.name for entry in os.scandir(full)]
        except OSError:
            return []
        hidden = name_pattern.startswith(".")
        return [
            posixpath.join(folder, name)
            for name in sorted(names)
            if fnmatch.fnmatchcase(name, name_pattern) and (hidden or not name.startswith("."))
        ]

    def branding_folders(self, package: str) -> tuple[str, ...]:
        """Return the folders of branding files, best first (``tags §2.3``)."""
        return (f"branding/{package}", "branding") if package else ("branding",)

    def language_path(self, language: str, package: str = "") -> str:
        """Return the path of a language file; that of the branding *package* if one is given."""
        if package:
            return posixpath.join("branding", package, "lang", language)
        return posixpath.join("lang", language)

    def url(self, path: str) -> str:
        """Return the path of a theme file on the server, without a leading ``/``."""
        return posixpath.join("frontend", self.name, path)

    def _full(self, path: str) -> str | None:
        """Return the full path, None for what no file can be called."""
        if "\0" in path:
            return None
        try:
            if len(os.fsencode(path)) > _MAX_PATH:
                return None
        except UnicodeEncodeError:
            return None
        return os.path.join(self._root, path)  # noqa: PTH118  (a Path would drop the dots)

    def _require_inside(self, full: str) -> None:
        real = os.path.realpath(full)
        if real != self._root and not real.startswith(self._root.rstrip("/") + "/"):
            raise OutsideTheme("the path leads outside the theme")

    def _remember(self, path: str, identity: Identity) -> None:
        if len(self._verified) >= _MAX_VERIFIED:
            self._verified.clear()
        self._verified[path] = identity
