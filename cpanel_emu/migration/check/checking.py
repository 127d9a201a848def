"""The way of a check: walk the folder, read each file, link them, sum up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from cpanel_emu.migration.check.facts import FileFacts, FunctionName
from cpanel_emu.migration.check.findings import Finding
from cpanel_emu.migration.check.including import Includes
from cpanel_emu.migration.check.known import Known, Use
from cpanel_emu.migration.check.reading import read_language, read_page
from cpanel_emu.migration.check.report import FunctionUsage, Report, Usage, usages
from cpanel_emu.migration.check.texts import Language, Texts
from cpanel_emu.migration.pages import FileKind, Skipped, ThemeFile, read, walk
from cpanel_emu.migration.successors import successors
from cpanel_emu.tags import Theme, decode
from cpanel_emu.tags.theme import LanguageFile

Step: TypeAlias = Callable[[], object]
"""Called after each file."""

_READ = frozenset({FileKind.PAGE, FileKind.INCLUDED, FileKind.LANGUAGE})


def check_theme(
    folder: Path,
    known: Known,
    *,
    exclude: Sequence[str] = (),
    ignore: Collection[str] = (),
    step: Step = lambda: None,
) -> Report:
    """Return what the pages of a theme use, and what is wrong in them.

    Args:
        folder: the theme.
        known: the functions that the emulator has.
        exclude: patterns of files to leave out (`walk`).
        ignore: names of rules whose findings are left out.
        step: called after each file that was read.

    Raises:
        ConfigurationError: there is no such folder.
    """
    return _Check(folder, known, step).run(exclude, frozenset(ignore))


class _Check:
    def __init__(self, folder: Path, known: Known, step: Step) -> None:
        self._folder = folder
        self._known = known
        self._step = step
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
        for file in found:
            if file.kind in _READ:
                self._read(file, file.kind)
        includes = self._read_included({file.path: file for file in found})
        return self._sum(found, includes, ignore)

    def _read(self, file: ThemeFile, kind: FileKind) -> None:
        content = read(file)
        self._step()
        if isinstance(content, Skipped):
            self._skipped.append(content)
        elif kind is FileKind.LANGUAGE:
            keys = frozenset(LanguageFile.parse(decode(content)).entries)
            self._languages.append(Language(file.path, keys))
            self._facts[file.path] = read_language(file.path, content, self._known)
        else:
            facts = read_page(file.path, kind, content, self._known)
            if kind is FileKind.PAGE or facts.tags:
                self._facts[file.path] = facts

    def _read_included(self, files: Mapping[str, ThemeFile]) -> Includes:
        """Read files of other names too, if a page includes them with their tags processed."""
        while True:
            includes = self._includes()
            unread = [
                files[path]
                for path in sorted(includes.parsed_targets())
                if path in files and files[path].kind is FileKind.OTHER and path not in self._facts
            ]
            if not unread:
                return includes
            for file in unread:
                self._read(file, FileKind.INCLUDED)
                self._facts.setdefault(
                    file.path, FileFacts(file.path, FileKind.INCLUDED, file.size)
                )

    def _includes(self) -> Includes:
        packages = {one.package for one in self._languages if one.package}
        packages |= {
            parts[1]
            for path in self._facts
            if (parts := path.split("/"))[0] == "branding" and len(parts) > 2
        }
        return Includes(Theme(self._folder, self._folder.name), packages, self._facts.values())

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
