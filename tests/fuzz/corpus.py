"""Inputs as text: one a line, bytes beyond printable ASCII escaped as Python does."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tests.fuzz.target import FOLDER


def corpus_file(name: str) -> Path:
    """Return the file with the inputs that reach much of the target *name*."""
    return FOLDER / "corpus" / f"{name}.txt"


def findings_file(name: str) -> Path:
    """Return the file with the inputs that once broke the target *name*."""
    return FOLDER / "findings" / f"{name}.txt"


def spelled(data: bytes) -> str:
    """Return *data* as a line; a ``#`` in front is escaped, for it begins a comment."""
    line = data.decode("latin-1").encode("unicode_escape").decode("ascii")
    return f"\\x23{line[1:]}" if line.startswith("#") else line


def read(line: str) -> bytes:
    """Return the input that *line* spells."""
    return line.encode("ascii").decode("unicode_escape").encode("latin-1")


def load(path: Path) -> list[bytes]:
    """Return the inputs in the file *path*, none if it is not there; comments are left out."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="ascii").split("\n")
    return [read(line) for line in lines if line and not line.startswith("#")]


def save(path: Path, inputs: Iterable[bytes]) -> None:
    """Write *inputs* into the file *path*, short ones first."""
    path.parent.mkdir(exist_ok=True)
    ordered = sorted({data for data in inputs if data}, key=lambda data: (len(data), data))
    path.write_text("".join(f"{spelled(data)}\n" for data in ordered), encoding="ascii")
