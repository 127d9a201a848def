"""What one file of a theme uses, and what is wrong in it: values that processes exchange."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from cpanel_emu.call import Api
from cpanel_emu.migration.check.findings import Finding
from cpanel_emu.migration.pages import FileKind


class FunctionName(NamedTuple):
    """A function by its proper name, if it is known, else as written."""

    api: Api
    module: str
    function: str

    def __str__(self) -> str:
        """Return ``Module::function``."""
        return f"{self.module}::{self.function}"


class TagUse(NamedTuple):
    """A tag: where it starts, the word it is counted by, what it is about, what it calls."""

    line: int
    column: int
    kind: str
    subject: str
    """A function, a key, a condition …; on one line and cut."""
    function: FunctionName | None = None


class Reference(NamedTuple):
    """A tag that brings in another file."""

    word: str
    """``include`` and its siblings, or ``Branding::include`` …, or ``cptt``."""
    target: str | None
    """The path as written; None if it is computed."""
    line: int
    column: int


class TextUse(NamedTuple):
    """A key of a language file; *branding* for ``$BRLANG{…}``."""

    key: str
    branding: bool
    line: int
    column: int


@dataclass(slots=True)
class FileFacts:
    """Everything that one file tells by itself."""

    path: str
    kind: FileKind
    size: int
    """Bytes."""
    tags: list[TagUse] = field(default_factory=list)
    functions: Counter[FunctionName] = field(default_factory=Counter)
    variables: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By name and key: ``("FORM", "x")``; a scalar has no key, a computed key is ``…``."""
    features: Counter[str] = field(default_factory=Counter)
    """Names that ``<cpanelfeature>`` asks for."""
    references: list[Reference] = field(default_factory=list)
    texts: list[TextUse] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
