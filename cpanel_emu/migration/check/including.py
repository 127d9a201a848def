"""Which file includes which, and whether the included files are there (``tags §2.2``, ``§2.3``).

``include`` starts from the folder of the page that was requested, not of the file it stands in. So
a file that others include is looked at once for every folder of a page that reaches it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cpanel_emu.migration.check import rules
from cpanel_emu.migration.check.circles import circles
from cpanel_emu.migration.check.facts import FileFacts, Reference
from cpanel_emu.migration.check.findings import Finding
from cpanel_emu.migration.check.lookup import FROM_THE_PAGE, PARSED, SUFFIXES, Lookup
from cpanel_emu.migration.pages import FileKind

_RAW = frozenset({"rawinclude", "relrawinclude"})
_RULES = {"cptt": rules.MISSING_TEMPLATE, "dynamicinclude": rules.NO_MATCH}


class Inclusion(NamedTuple):
    """A path that pages include, and whether it is there for all of them."""

    word: str
    target: str | None
    """As written; None if it is computed."""
    uses: int
    files: int
    found: bool | None
    """None: nobody can tell without rendering."""


class Includes:
    """The references of all files of a theme."""

    def __init__(self, lookup: Lookup, files: Iterable[FileFacts]) -> None:
        self._lookup = lookup
        self._files = {file.path: file for file in files}
        self._bases = self._bases_of_files()

    def parsed_targets(self) -> set[str]:
        """Return the paths of all files whose tags are processed because a file includes them."""
        return {
            target
            for path, bases in self._bases.items()
            for base in bases
            for target in self._parsed_from(path, base)
        }

    def findings(self) -> Iterator[Finding]:
        """Yield what is included in vain, and what is another file after the conversion."""
        for path, file in self._files.items():
            for reference in file.references:
                yield from self._missing(path, reference)
                yield from self._converted(path, reference)
        yield from self._circles()

    def inclusions(self) -> list[Inclusion]:
        """Return every path that is included, by word and path; computed ones last."""
        uses: dict[tuple[str, str | None], list[str]] = {}
        lost: set[tuple[str, str | None]] = set()
        for path, file in self._files.items():
            for reference in file.references:
                key = (reference.word, reference.target)
                uses.setdefault(key, []).append(path)
                if any(self._missing(path, reference)):
                    lost.add(key)
        order = sorted(uses, key=lambda key: (key[1] is None, key[0], key[1] or ""))
        return [
            Inclusion(
                *key,
                len(uses[key]),
                len(set(uses[key])),
                None if key[1] is None else key not in lost,
            )
            for key in order
        ]

    # --- Where pages are requested from ---

    def _bases_of_files(self) -> dict[str, set[str]]:
        """Return for each file the folders of the pages that reach it.

        A file that is never included counts as requested itself, and so does one whose includers
        lead to no requested page.
        """
        pages = [path for path, file in self._files.items() if file.kind is FileKind.PAGE]
        guess: dict[str, set[str]] = {}
        self._spread(guess, pages)
        included = {
            target
            for path, bases in guess.items()
            for base in bases
            for target in self._parsed_from(path, base)
            if target != path
        }
        result: dict[str, set[str]] = {}
        self._spread(result, (path for path in pages if path not in included))
        for path in self._files:
            if path not in result:
                self._spread(result, [path])
        return result

    def _spread(self, bases: dict[str, set[str]], requested: Iterable[str]) -> None:
        """Hand the folders of *requested* pages on to what they include."""
        waiting = [(path, _folder(path)) for path in requested]
        while waiting:
            path, base = waiting.pop()
            known = bases.setdefault(path, set())
            if base not in known:
                known.add(base)
                waiting += [(target, base) for target in self._parsed_from(path, base)]

    def _parsed_from(self, path: str, base: str) -> Iterator[str]:
        """Yield the files that *path* includes and whose tags are processed."""
        for reference in self._references(path):
            if reference.word in PARSED:
                yield from self._lookup.files(reference, base)

    def _references(self, path: str) -> Iterator[Reference]:
        """Yield the references of a file whose target is no computed one."""
        file = self._files.get(path)
        for reference in file.references if file is not None else ():
            if reference.target is not None:
                yield reference

    # --- What is wrong ---

    def _missing(self, path: str, reference: Reference) -> Iterator[Finding]:
        if reference.target is None:
            return
        bases = sorted(self._bases.get(path, ()))
        if reference.word not in FROM_THE_PAGE | {"cptt"}:
            bases = bases[:1]
        elif self._files[path].kind is FileKind.LANGUAGE:
            return  # any page may print it
        lost = [base for base in bases if not self._lookup.files(reference, base)]
        if lost:
            yield self._finding(path, reference, lost)

    def _finding(self, path: str, reference: Reference, lost: list[str]) -> Finding:
        word, target = reference.word, reference.target
        candidates = self._lookup.candidates(reference, lost[0])
        if self._lookup.leads_out(reference, lost[0]):
            rule, message = rules.OUTSIDE, f'the path "{target}" leads out of the theme'
        elif word.startswith("Branding::"):
            suffixes = " ".join(SUFFIXES.get(word, ()))
            rule = rules.MISSING_BRANDING
            message = f'there is no branding file "{target}"' + (suffixes and f" ({suffixes})")
        else:
            rule = _RULES.get(word, rules.MISSING_INCLUDE)
            message = f'there is no file "{target}"'
            if word in FROM_THE_PAGE:
                seen_from = "" if lost == [_folder(path)] else _seen_from(lost)
                message = f'there is no file "{candidates[0]}"{seen_from}'
        return rule.at(path, (reference.line, reference.column), message)

    def _converted(self, path: str, reference: Reference) -> Iterator[Finding]:
        """Yield what a person must decide because the included page becomes another one."""
        place = (reference.line, reference.column)
        if self._files[path].kind is FileKind.LANGUAGE and reference.word in PARSED:
            yield rules.INCLUDE_IN_LANGUAGE_FILE.at(path, place, "the text includes a file")
        elif reference.word in _RAW and reference.target is not None:
            shown = {
                file
                for base in self._bases.get(path, ())
                for file in self._lookup.files(reference, base)
                if self._has_tags(file)
            }
            if shown:
                message = f"the source of {min(shown)} is shown, which has tags"
                yield rules.RAW_INCLUDE_OF_PAGE.at(path, place, message)

    def _has_tags(self, path: str) -> bool:
        file = self._files.get(path)
        return file is not None and file.kind is FileKind.PAGE and bool(file.tags)

    def _circles(self) -> Iterator[Finding]:
        """Yield a finding for each tag that closes a circle of includes."""
        for path, reference in circles(self._bases, self._edges):
            message = f'"{reference.target}" includes this file again'
            place = (reference.line, reference.column)
            yield rules.ENDLESS_INCLUDE.at(path, place, message)

    def _edges(self, path: str, base: str) -> Iterator[tuple[Reference, str]]:
        for reference in self._references(path):
            if reference.word in PARSED:
                for target in self._lookup.files(reference, base):
                    yield reference, target


def _folder(path: str) -> str:
    """Return the folder that includes of a requested page start from.

    A branding package's own index is served as the theme's index (``tags §2.2``).
    """
    folder, name = posixpath.split(path)
    parts = folder.split("/")
    if name == "index.html" and len(parts) == 2 and parts[0] == "branding":
        return ""
    return folder


def _seen_from(lost: list[str]) -> str:
    first = f'"{lost[0]}"' if lost[0] else "the theme's folder"
    more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
    return f", for pages of {first}{more}"
