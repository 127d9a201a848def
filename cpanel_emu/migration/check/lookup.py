"""Where the server looks for a file that a tag names (``tags §2.2``, ``tags §2.3``)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from cpanel_emu.migration.check.facts import Reference
from cpanel_emu.tags import OutsideTheme, Theme

FROM_THE_PAGE = frozenset({"include", "rawinclude", "dynamicinclude"})
"""Words whose paths start from the folder of the requested page."""
PARSED = frozenset({"include", "relinclude", "dynamicinclude", "Branding::include"})
"""Words that process the tags of what they include."""
SUFFIXES = {"Branding::image": (".gif", ".png", ".jpg"), "Branding::text": (".txt",)}
"""What is added to the names of branding files."""


class Lookup:
    """Finds the files of a theme; *packages* are its branding packages."""

    def __init__(self, theme: Theme, packages: Iterable[str]) -> None:
        self._theme = theme
        self._branding = [f"branding/{package}" for package in sorted(packages)] + ["branding"]
        self._found: dict[str, bool | None] = {}

    def files(self, reference: Reference, base: str) -> list[str]:
        """Return the files that a tag brings in for pages of the folder *base*, none if lost."""
        if reference.word == "dynamicinclude":
            return self._matches(self.candidates(reference, base)[0])
        for path in self.candidates(reference, base):
            if self._is_there(path):
                return [posixpath.normpath(path)]
        return []

    def candidates(self, reference: Reference, base: str) -> list[str]:
        """Return the paths at which the server looks, best first."""
        word, target = reference.word, reference.target or ""
        if word.startswith("Branding::"):
            names = [target + suffix for suffix in SUFFIXES.get(word, ("",))]
            root = [target] if word == "Branding::include" else []
            return [*(f"{folder}/{name}" for folder in self._branding for name in names), *root]
        from_page = posixpath.join(base, target)
        if word == "cptt":
            return [target, from_page]
        return [from_page] if word in FROM_THE_PAGE else [target]

    def leads_out(self, reference: Reference, base: str) -> bool:
        """Whether a tag names a path outside the theme."""
        return any(self._is_there(path) is None for path in self.candidates(reference, base))

    def _is_there(self, path: str) -> bool | None:
        """Whether *path* is a file of the theme; None if it leads out of it."""
        if path not in self._found:
            try:
                self._found[path] = self._theme.find(path) is not None
            except OutsideTheme:
                self._found[path] = None
        return self._found[path]

    def _matches(self, pattern: str) -> list[str]:
        try:
            return [posixpath.normpath(path) for path in self._theme.matches(pattern)]
        except OutsideTheme:
            return []
