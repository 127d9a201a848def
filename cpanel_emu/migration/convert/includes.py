"""Which files the pages of a theme include: names as patterns, where a part is computed."""

from __future__ import annotations

import fnmatch
import glob
import posixpath
import re
from collections.abc import Iterable, Iterator

from cpanel_emu.tags.encoding import BLANKS, Place
from cpanel_emu.tags.expression_tree import Expression, Literal
from cpanel_emu.tags.tree import Api1Call, Document, Node, Word, walk

_RAW = frozenset({"rawinclude", "relrawinclude"})
_UPWARDS = re.compile(r"\A/*(?:\.\./)*")
"""The beginning of a path that leads out of the page's folder, which may be any."""
_PARSED = frozenset({"include", "relinclude", "dynamicinclude"})


def included_patterns(document: Document) -> set[str]:
    """Return the patterns of what *document* includes and has processed (``tags §2.2`` f.)."""
    return {pattern for node in walk(document.nodes) for pattern in _patterns(node)}


def raw_patterns(document: Document) -> list[tuple[str, Place]]:
    """Return the patterns of what *document* includes as it is, each with its place."""
    return [
        (_pattern(node.operands[0], is_pattern=False), node.place)
        for node in walk(document.nodes)
        if isinstance(node, Word) and node.word in _RAW
    ]


def is_included(path: str, patterns: Iterable[str]) -> bool:
    """Whether some page may include the file at *path*; includes start at any folder."""
    return any(
        fnmatch.fnmatchcase(path, pattern) or fnmatch.fnmatchcase(path, f"*/{pattern}")
        for pattern in patterns
    )


def _patterns(node: Node) -> Iterator[str]:
    if isinstance(node, Word) and node.word in _PARSED:
        yield _pattern(node.operands[0], is_pattern=node.word == "dynamicinclude")
    elif (
        isinstance(node, Api1Call)
        and node.module.lower() == "branding"
        and node.function == "include"
        and node.arguments
    ):
        yield _pattern(node.arguments[0], is_pattern=False)


def _pattern(expression: Expression, *, is_pattern: bool) -> str:
    pieces = []
    for part in expression:
        if not isinstance(part, Literal):
            pieces.append("*")
        else:
            pieces.append(part.text if is_pattern else glob.escape(part.text))
    return _UPWARDS.sub("", posixpath.normpath("".join(pieces).strip(BLANKS)))
