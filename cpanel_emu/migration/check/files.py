"""Reads the files of a theme, in this process or in several: each file stands for itself."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from cpanel_emu.errors import EmulatorError
from cpanel_emu.migration.check.facts import FileFacts
from cpanel_emu.migration.check.known import Known
from cpanel_emu.migration.check.reading import read_language, read_page
from cpanel_emu.migration.check.texts import Language
from cpanel_emu.migration.pages import FileKind, Skipped, ThemeFile, read
from cpanel_emu.tags import decode
from cpanel_emu.tags.theme import LanguageFile

_WORTH_A_PROCESS = 400
"""Files; fewer are read sooner than another process is there."""
_CHUNK = 32

_known: Known
"""In a worker process: what its files are read with."""


class WorkerLost(EmulatorError):
    """A process that read files was ended from outside."""


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


def read_files(files: Sequence[ThemeFile], known: Known, workers: int) -> Iterator[ReadFile]:
    """Yield what each file tells, in the order of *files*.

    Raises:
        WorkerLost: a worker process died.
    """
    if workers < 2 or len(files) < _WORTH_A_PROCESS:
        for file in files:
            yield read_file(file, file.kind, known)
        return
    with ProcessPoolExecutor(workers, initializer=_begin, initargs=(known,)) as pool:
        try:
            yield from pool.map(_read, files, chunksize=_CHUNK)
        except BrokenProcessPool:
            raise WorkerLost("A process that read the files was ended; try again.") from None


def _begin(known: Known) -> None:
    """Prepare a worker; Ctrl-C is for the process that waits for it."""
    global _known  # noqa: PLW0603  (a worker has no other place)
    _known = known
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _read(file: ThemeFile) -> ReadFile:
    return read_file(file, file.kind, _known)
