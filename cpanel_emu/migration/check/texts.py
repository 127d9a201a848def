"""The language keys that pages ask for, and those that language files have (``tags §2.2``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cpanel_emu.migration.check import rules
from cpanel_emu.migration.check.facts import FileFacts, TextUse
from cpanel_emu.migration.check.findings import Finding
from cpanel_emu.migration.check.nearest import Nearest

MAIN = "english"
"""The language that ``$lang`` names."""

_TOP = (1, 1)


@dataclass(frozen=True, slots=True)
class Language:
    """One language file."""

    path: str
    keys: frozenset[str]

    @property
    def name(self) -> str:
        """``english``."""
        return self.path.rpartition("/")[2]

    @property
    def package(self) -> str:
        """The branding package that it belongs to, or empty."""
        parts = self.path.split("/")
        return parts[1] if parts[0] == "branding" else ""


class Texts:
    """The language files of a theme."""

    def __init__(self, languages: Iterable[Language]) -> None:
        everything = sorted(languages, key=lambda one: (one.name != MAIN, one.path))
        self._own = [one for one in everything if not one.package]
        self._packages: dict[str, Language] = {}
        for one in everything:
            if one.package:
                self._packages.setdefault(one.package, one)
        self._nearest: dict[str, Nearest] = {}

    @property
    def main(self) -> Language | None:
        """The theme's main language file: ``english``, else the first by name."""
        return self._own[0] if self._own else None

    def findings(self, files: Iterable[FileFacts]) -> Iterator[Finding]:
        """Yield a finding for every use of a key that is not there."""
        used: set[str] = set()
        unchecked = 0
        for file in files:
            for use in file.texts:
                if not use.branding:
                    used.add(use.key)
                lacking = self._lacking(use)
                if lacking is None:
                    unchecked += 1
                elif lacking:
                    yield self._missing(file.path, use, lacking)
        if unchecked:
            message = f"there is no language file lang/{MAIN}; {unchecked} uses were not checked"
            yield rules.NO_LANGUAGE_FILE.at(f"lang/{MAIN}", _TOP, message)
        yield from self._incomplete(used)

    def _lacking(self, use: TextUse) -> list[Language] | None:
        """Return the files that lack a key, None if there is none to look into."""
        candidates = list(self._packages.values()) if use.branding else self._own[:1]
        if not candidates:
            return None
        return [one for one in candidates if use.key not in one.keys]

    def _missing(self, path: str, use: TextUse, lacking: list[Language]) -> Finding:
        names = ", ".join(one.path for one in lacking)
        message = f'the key "{use.key}" is missing in {names}'
        mend = self._suggestion(use.key, lacking[0]) or f"Add {use.key}=… to {lacking[0].path}."
        return rules.MISSING_TEXT.at(path, (use.line, use.column), message, mend)

    def _suggestion(self, key: str, language: Language) -> str:
        if language.path not in self._nearest:
            self._nearest[language.path] = Nearest(language.keys, 0.85)
        nearest = self._nearest[language.path].to(key)
        return f'Did you mean "{nearest}"?' if nearest else ""

    def _incomplete(self, used: set[str]) -> Iterator[Finding]:
        for language in self._own[1:]:
            lacking = sorted((used & self._own[0].keys) - language.keys)
            if lacking:
                some = ", ".join(lacking[:3]) + (" …" if len(lacking) > 3 else "")
                message = f"{len(lacking)} keys that pages use are missing: {some}"
                yield rules.INCOMPLETE_LANGUAGE.at(language.path, _TOP, message)
