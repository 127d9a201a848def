"""One file of a theme, read or skipped; each stands for itself."""

from __future__ import annotations

from dataclasses import dataclass

from cpanel_emu.migration.check.facts import FileFacts
from cpanel_emu.migration.check.known import Known
from cpanel_emu.migration.check.reading import read_language, read_page
from cpanel_emu.migration.check.texts import Language
from cpanel_emu.migration.pages import FileKind, Skipped, ThemeFile, read
from cpanel_emu.tags import decode
from cpanel_emu.tags.theme import LanguageFile


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read, or skipped; ``language`` has the keys of a language file."""

    path: str
    skipped: Skipped | None = None
    facts: FileFacts | None = None
    language: Language | None = None


def read_file(file: ThemeFile, kind: FileKind, known: Known) -> ReadFile:
    """Return what *file* tells when it is read as a *kind*; never raises."""
    content = read(file)
    if isinstance(content, Skipped):
        return ReadFile(file.path, skipped=content)
    if kind is not FileKind.LANGUAGE:
        return ReadFile(file.path, facts=read_page(file.path, kind, content, known))
    keys = frozenset(LanguageFile.parse(decode(content)).entries)
    facts = read_language(file.path, content, known)
    return ReadFile(file.path, facts=facts, language=Language(file.path, keys))
