"""Template Toolkit pages as pieces: text, values, statements; and how they are written down."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from cpanel_emu.migration.convert.pieces import Done, Text, merged

_IDENTIFIER = re.compile("[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_BACKSLASHED = re.compile(r"(['\\])")
_KEYWORDS = frozenset(
    {
        *("GET", "CALL", "SET", "DEFAULT", "INSERT", "INCLUDE", "PROCESS", "WRAPPER", "BLOCK"),
        *("END", "USE", "PLUGIN", "FILTER", "MACRO", "PERL", "RAWPERL", "TO", "STEP", "DIV", "MOD"),
        *("IF", "UNLESS", "ELSE", "ELSIF", "FOR", "FOREACH", "NEXT", "WHILE", "SWITCH", "CASE"),
        *("META", "IN", "TRY", "THROW", "CATCH", "FINAL", "LAST", "BREAK", "RETURN", "STOP"),
        *("CLEAR", "VIEW", "DEBUG", "TAGS", "AND", "OR", "NOT", "and", "or", "not", "mod", "div"),
    }
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that is printed, through a filter if one is named."""

    code: str
    filter: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """The beginning or end of a block."""

    code: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark for the maintainer."""

    text: str


Piece: TypeAlias = Text | Shown | Done | Opened | Comment


def string(text: str) -> str:
    """Return *text* as a string of Template Toolkit; ``%]`` would end the directive."""
    quoted = _BACKSLASHED.sub(r"\\\1", text).replace("%]", "%' _ ']")
    return f"('{quoted}')" if "%]" in text else f"'{quoted}'"


def is_identifier(name: str) -> bool:
    """Whether *name* can stand behind a dot."""
    return _IDENTIFIER.fullmatch(name) is not None and name not in _KEYWORDS


def write(pieces: Iterable[Piece], line_end: str) -> str:
    """Return the source of a page that prints and does what *pieces* say."""
    return "".join(_written(piece) for piece in merged(pieces, line_end))


def _written(piece: Piece) -> str:
    match piece:
        case Text(text):
            return text.replace("[%", "[% '[%' %]")
        case Shown(code, name):
            return f"[% {code} | {name} %]" if name else f"[% {code} %]"
        case Comment(text):
            return f"[%# {text.replace('%]', '% ]')} %]"
        case Done(code) | Opened(code):
            return f"[% {code} %]"
