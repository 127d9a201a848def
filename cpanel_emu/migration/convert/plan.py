"""What becomes of every file of a theme: which are converted, which are copied, what is left."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.migration.convert.doubts import Doubts
from cpanel_emu.migration.convert.findings import Finding, Reason
from cpanel_emu.migration.convert.includes import included_patterns, is_included, raw_patterns
from cpanel_emu.migration.convert.targets import Target
from cpanel_emu.migration.convert.uapi import Policy, UapiCalls
from cpanel_emu.migration.pages import FileKind, Skipped, SkipReason, ThemeFile, read
from cpanel_emu.tags import decode, encode, parse
from cpanel_emu.tags.encoding import Place, has_other_bytes
from cpanel_emu.tags.lexer import has_tags
from cpanel_emu.tags.tree import Copied, Text
from cpanel_emu.tags.tree import walk as walk_nodes

_LINE_END = re.compile(r"\r\n|\n|\r")
_PROGRAMS = frozenset({".php", ".cpphp", ".phpcp"})
_START = (1, 1)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of the output; ``content`` is None for a copy of ``source``."""

    path: str
    source: Path
    content: bytes | None = None
    old_path: str = ""
    """The page that it was converted from."""


@dataclass(slots=True)
class Plan:
    """The files to write, by path, and what a person must look at."""

    target: Target
    files: dict[str, NewFile] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    @property
    def converted(self) -> list[NewFile]:
        """The converted pages."""
        return [file for file in self.files.values() if file.old_path]


def make_plan(
    target: Target, files: Iterable[ThemeFile | Skipped], uapi: Policy = Policy.SAME
) -> Plan:
    """Return what becomes of *files*; they are read, nothing is written.

    Args:
        target: what pages become.
        files: those of the theme.
        uapi: which calls become UAPI calls.

    Raises:
        ConfigurationError: the theme has a file of a name that converted pages need.
    """
    return _Planner(target, uapi).plan(files)


class _Planner:
    def __init__(self, target: Target, uapi: Policy) -> None:
        self._target = target
        self._uapi = uapi
        self._plan = Plan(target)
        self._names: frozenset[str] = frozenset()
        self._patterns: set[str] = set()
        self._raw: list[tuple[str, str, Place]] = []

    def plan(self, files: Iterable[ThemeFile | Skipped]) -> Plan:
        readable: list[ThemeFile] = []
        for file in files:
            if isinstance(file, Skipped):
                self._skip(file)
            else:
                readable.append(file)
        self._names = frozenset(file.path for file in readable)
        for file in readable:
            self._first(file)
        self._convert_included(readable)
        self._plan.findings += self._raw_includes()
        if self._plan.converted:
            self._add_helpers()
        self._plan.findings.sort()
        return self._plan

    def _first(self, file: ThemeFile) -> None:
        """Convert a page; copy anything else."""
        text = self._text(file) if file.kind in {FileKind.PAGE, FileKind.LANGUAGE} else None
        if text is not None and file.kind is FileKind.LANGUAGE:
            self._plan.findings += _doubts_of_language(file.path, text)
            self._copy(file)
        elif text is None or not has_tags(text):
            self._copy(file)
        elif posixpath.splitext(file.path)[1] in _PROGRAMS:
            self._plan.findings += _tags_of_program(file.path, text)
            self._copy(file)
        elif not self._convert(file, text):
            self._copy(file)

    def _convert_included(self, files: Iterable[ThemeFile]) -> None:
        """Convert what else pages include with tags, such as styles; the files stay as well."""
        waiting = [file for file in files if file.kind in {FileKind.INCLUDED, FileKind.OTHER}]
        while True:
            found = [file for file in waiting if is_included(file.path, self._patterns)]
            if not found:
                return
            waiting = [file for file in waiting if not is_included(file.path, self._patterns)]
            for file in found:
                content = read(file)
                # A computed name may be that of a picture too; it is copied like any other.
                if not isinstance(content, Skipped) and has_tags(text := decode(content)):
                    self._convert(file, text)

    def _convert(self, file: ThemeFile, text: str) -> bool:
        """Convert a file; tell whether its new name is free."""
        new_path = self._target.new_name(file.path)
        if new_path in self._names or new_path in self._plan.files:
            message = f"it was not converted: the theme has a {new_path}"
            self._find(file.path, Reason.NAME_TAKEN, message)
            return False
        document = parse(text, file.path)
        doubts = Doubts(document)
        calls = UapiCalls(document, doubts, self._uapi)
        line_end = _LINE_END.search(text)
        source = self._target.page(document, doubts, line_end[0] if line_end else "\n", calls)
        self._patterns |= included_patterns(document)
        self._raw += [(file.path, *found) for found in raw_patterns(document)]
        self._plan.findings += [*doubts.findings, *calls.findings]
        self._plan.files[new_path] = NewFile(new_path, file.full, encode(source), file.path)
        return True

    def _text(self, file: ThemeFile) -> str | None:
        content = read(file)
        if isinstance(content, Skipped):
            self._skip(content)
            return None
        return decode(content)

    def _copy(self, file: ThemeFile) -> None:
        if os.access(file.full, os.R_OK):
            self._plan.files[file.path] = NewFile(file.path, file.full)
        elif file.kind not in {FileKind.PAGE, FileKind.LANGUAGE}:  # of a page that has been told
            self._skip(Skipped(file.path, SkipReason.UNREADABLE))

    def _skip(self, skipped: Skipped) -> None:
        self._find(skipped.path, Reason.SKIPPED, f"it was not converted: {skipped}")

    def _find(self, path: str, reason: Reason, message: str) -> None:
        self._plan.findings.append(Finding(path, *_START, reason, message))

    def _raw_includes(self) -> Iterator[Finding]:
        """Yield the places that show the source of a page that is another one now."""
        gone = [file.old_path for file in self._plan.converted]
        gone = [path for path in gone if path not in self._plan.files]
        for path, pattern, place in self._raw:
            if "*" not in pattern and any(is_included(page, [pattern]) for page in gone):
                message = f"the source of {pattern} was shown, which is converted"
                yield Finding(path, place.line, place.column, Reason.RAW_INCLUDE, message)

    def _add_helpers(self) -> None:
        for name, place in self._target.helpers.items():
            if name in self._names:
                raise ConfigurationError(
                    f"The theme has a {name} of its own; rename it, converted pages need that name."
                )
            self._plan.files[name] = NewFile(name, place)


def _tags_of_program(path: str, text: str) -> Iterator[Finding]:
    """Yield every tag of a page that is PHP as well: it may stand anywhere in the program."""
    for node in walk_nodes(parse(text, path).nodes):
        if not isinstance(node, Text | Copied):
            place = node.place
            message = f"the {node.kind} tag stands in a PHP page, which was copied"
            yield Finding(path, place.line, place.column, Reason.IN_PROGRAM, message)


def _doubts_of_language(path: str, text: str) -> Iterator[Finding]:
    """Yield what a person must see to in a language file, which stays as it is.

    The server reads texts as tags, and finds no old page that one of them includes. Converted pages
    are handed the texts as UTF-8; the first that is none is told.
    """
    is_told = False
    for number, line in enumerate(text.split("\n"), start=1):
        key, _, value = line.partition("=")
        if key.startswith("#"):
            continue
        if has_other_bytes(line) and not is_told:
            is_told = True
            message = f"the text {key.strip()} holds bytes that are no UTF-8"
            yield Finding(path, number, 1, Reason.NOT_UTF8, message)
        if has_tags(value) and included_patterns(parse(value, path)):
            message = f"the text {key.strip()} includes a file"
            yield Finding(path, number, 1, Reason.IN_LANGUAGE_FILE, message)
