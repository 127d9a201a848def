"""What a tag is about: the line it is listed with, the files and the texts it asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cpanel_emu.migration.check.known import Known
from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.expression_tree import Hash, Part, literal_text
from cpanel_emu.tags.tree import (
    Api1Call,
    Block,
    Copied,
    Dropped,
    Localized,
    Node,
    TemplateToolkit,
    Word,
    function_use,
)

_INCLUDING = frozenset({"include", "relinclude", "rawinclude", "relrawinclude", "dynamicinclude"})
_BRANDING = frozenset({"include", "image", "file", "text"})
_LONGEST = 80


def kind_of(node: Node, known: Known) -> str:
    """Return the word that a tag is counted by; empty for what is no tag of its own.

    An API 1 call counts for its module, by the module's proper name (rule 1.13).
    """
    if isinstance(node, Api1Call):
        use = function_use(node)
        return known.named(*use).module if use is not None else node.kind
    return "" if node.kind.startswith("/") else node.kind


def subject_of(node: Node) -> str:
    """Return what a tag is about, on one line."""
    if isinstance(node, Localized):
        text = node.phrase.text
    elif (use := function_use(node)) is not None:
        text = f"{use.module}::{use.function}"
    elif isinstance(node, Word):
        text = node.value
    elif isinstance(node, Block):
        text = node.test
    elif isinstance(node, TemplateToolkit):
        text = node.file
    elif isinstance(node, Dropped | Copied):
        text = node.raw
    else:
        text = ""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def brought_in(node: Node) -> tuple[str, str | None] | None:
    """Return the word and the path of a tag that brings in a file; None for the path if computed.

    The file of a ``<?cptt … ?>`` is one too (``tags §3.9``).
    """
    if isinstance(node, Word) and node.word in _INCLUDING:
        return node.word, _path(literal_text(node.operands[0]))
    if isinstance(node, Api1Call) and node.function in _BRANDING and node.arguments:
        if node.module in {"Branding", "branding"}:
            return f"Branding::{node.function}", _path(literal_text(node.arguments[0]))
    elif isinstance(node, TemplateToolkit) and node.file:
        return "cptt", _path(None if "$" in node.file else node.file)
    return None


def _path(text: str | None) -> str | None:
    return None if text is None else text.strip(BLANKS)


def texts_of(node: Node, parts: Iterable[Part]) -> Iterator[tuple[str, bool]]:
    """Yield the literal language keys of a tag, and whether they are the branding package's.

    *parts* are those of the tag (`parts_of`).
    """
    if isinstance(node, Word) and node.word == "langprint":
        key = literal_text(node.operands[0])
        if key is not None:
            yield key, False
    for part in parts:
        if isinstance(part, Hash) and part.name in {"LANG", "BRLANG"}:
            key = literal_text(part.key)
            if key is not None:
                yield key, part.name == "BRLANG"
