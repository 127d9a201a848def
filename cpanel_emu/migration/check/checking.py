"""The way of a check: walk the folder, read each file, link them, sum up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from cpanel_emu.migration.check.facts import FileFacts, FunctionName
from cpanel_emu.migration.check.files import ReadFile, read_file
from cpanel_emu.migration.check.findings import Finding
from cpanel_emu.migration.check.including import Includes
from cpanel_emu.migration.check.known import Known, Use
from cpanel_emu.migration.check.lookup import Lookup
from cpanel_emu.migration.check.report import FunctionUsage, Report, Usage, usages
from cpanel_emu.migration.check.texts import Language, Texts
from cpanel_emu.migration.pages import FileKind, Skipped, ThemeFile, walk
from cpanel_emu.migration.successors import successors
from cpanel_emu.tags import Theme


class Watcher(Protocol):
    """Is told how far a check has come."""

    def expect(self, total: int) -> object:
        """So many files will be read."""

    def step(self) -> object:
        """One more file was read."""


class _Nobody:
    def expect(self, total: int) -> None:
        pass

    def step(self) -> None:
        pass


_READ = frozenset({FileKind.PAGE, FileKind.INCLUDED, FileKind.LANGUAGE})


def check_theme(
    folder: Path,
    known: Known,
    *,
    exclude: Sequence[str] = (),
    ignore: Collection[str] = (),
    watcher: Watcher | None = None,
) -> Report:
    """Return what the pages of a theme use, and what is wrong in them.

    Args:
        folder: the theme.
        known: the functions that the emulator has.
        exclude: patterns of files to leave out (`walk`).
        ignore: names of rules whose findings are left out.
        watcher: is told how many files there are, and of each one that was read.

    Raises:
        ConfigurationError: there is no such folder.
    """
    return _Check(folder, known, watcher or _Nobody()).run(exclude, frozenset(ignore))


class _Check:
    def __init__(self, folder: Path, known: Known, watcher: Watcher) -> None:
        self._folder = folder
        self._known = known
        self._watcher = watcher
        self._read: set[str] = set()
        self._facts: dict[str, FileFacts] = {}
        self._languages: list[Language] = []
        self._skipped: list[Skipped] = []

    def run(self, exclude: Sequence[str], ignore: frozenset[str]) -> Report:
        """Check the folder."""
        found: list[ThemeFile] = []
        for one in walk(self._folder, exclude):
            if isinstance(one, Skipped):
                self._skipped.append(one)
            else:
                found.append(one)
        first = [file for file in found if file.kind in _READ]
        self._watcher.expect(len(first))
        for file in first:
            self._take(read_file(file, file.kind, self._known))
        includes = self._read_included({file.path: file for file in found})
        return self._sum(found, includes, ignore)

    def _take(self, told: ReadFile) -> None:
        """Keep what a file told; one that holds no tags and is no page counts for nothing."""
        self._read.add(told.path)
        self._watcher.step()
        if told.skipped is not None:
            self._skipped.append(told.skipped)
        if told.language is not None:
            self._languages.append(told.language)
        facts = told.facts
        if facts is not None and (facts.tags or facts.kind is not FileKind.INCLUDED):
            self._facts[told.path] = facts

    def _read_included(self, files: Mapping[str, ThemeFile]) -> Includes:
        """Read files of other names too, if a page includes them with their tags processed."""
        while True:
            includes = self._includes()
            unread = sorted((includes.parsed_targets() & files.keys()) - self._read)
            if not unread:
                return includes
            for path in unread:
                self._take(read_file(files[path], FileKind.INCLUDED, self._known))

    def _includes(self) -> Includes:
        packages = {one.package for one in self._languages if one.package}
        packages |= {
            parts[1]
            for path in self._facts
            if (parts := path.split("/"))[0] == "branding" and len(parts) > 2
        }
        lookup = Lookup(Theme(self._folder, self._folder.name), packages)
        return Includes(lookup, self._facts.values())

    def _sum(
        self, found: Sequence[ThemeFile], includes: Includes, ignore: frozenset[str]
    ) -> Report:
        files = [self._facts[path] for path in sorted(self._facts)]
        findings = [finding for file in files for finding in file.findings]
        findings += includes.findings()
        findings += Texts(self._languages).findings(files)
        kinds = usages(Counter(tag.kind for tag in file.tags) for file in files)
        texts = usages(Counter(one.key for one in file.texts if not one.branding) for file in files)
        return Report(
            theme=str(self._folder),
            files=tuple(files),
            live_pages=sum(file.kind is FileKind.LIVE for file in found),
            other_files=self._others(found),
            kinds=dict(sorted(kinds.items(), key=lambda item: (-item[1].uses, item[0]))),
            functions=self._functions(files),
            variables=dict(sorted(usages(file.variables for file in files).items())),
            features=dict(sorted(usages(file.features for file in files).items())),
            texts=dict(sorted(texts.items())),
            inclusions=tuple(includes.inclusions()),
            findings=_sorted(findings, ignore),
            skipped=tuple(sorted(self._skipped, key=lambda one: one.path)),
        )

    def _others(self, found: Iterable[ThemeFile]) -> int:
        told = self._facts.keys() | {one.path for one in self._skipped}
        return sum(file.path not in told and file.kind is not FileKind.LIVE for file in found)

    def _functions(self, files: Iterable[FileFacts]) -> tuple[FunctionUsage, ...]:
        rows = [
            self._function(name, usage)
            for name, usage in usages(file.functions for file in files).items()
        ]
        order = [Use.UNKNOWN, Use.STUBBED, Use.SUPPORTED]
        rows.sort(key=lambda row: (order.index(row.use), -row.usage.uses, str(row.name)))
        return tuple(rows)

    def _function(self, name: FunctionName, usage: Usage) -> FunctionUsage:
        return FunctionUsage(name, self._known.use(name), usage, successors().of(*name))


def _sorted(findings: Iterable[Finding], ignore: frozenset[str]) -> tuple[Finding, ...]:
    kept = (finding for finding in findings if finding.rule.name not in ignore)
    return tuple(sorted(kept, key=lambda finding: finding.order))
