"""PHP pages as pieces: text, values, statements; and how they are written down.

What is written prints the text byte for byte. Two things of PHP make that more than joining: a
line end directly behind ``?>`` is not printed, and ``<?`` in text begins PHP where short tags are
switched on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_LINE_END = re.compile(r"\r\n|\n|\r")
_ESCAPED_LINE_ENDS = {"\r\n": r'"\r\n"', "\n": r'"\n"', "\r": r'"\r"'}
_SINGLE = re.compile(r"(['\\])")
_DOUBLE = re.compile(r'(["\\$])')


@dataclass(frozen=True, slots=True)
class Text:
    """Text of the page."""

    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that is printed."""

    code: str


@dataclass(frozen=True, slots=True)
class Done:
    """A statement, without its semicolon."""

    code: str


@dataclass(frozen=True, slots=True)
class Opened:
    """What needs no semicolon: ``if (…):``, ``else:``, a comment.

    ``breaks`` ends the line of the source behind it, for the eye; nothing is printed for that.
    """

    code: str
    breaks: bool = False


@dataclass(frozen=True, slots=True)
class Closed:
    """What ends a block: ``endif``, ``endforeach``."""

    code: str


Piece: TypeAlias = Text | Shown | Done | Opened | Closed


def string(text: str) -> str:
    """Return *text* as a string of PHP, in the quotes that need fewer backslashes."""
    single, double = _SINGLE.sub(r"\\\1", text), _DOUBLE.sub(r"\\\1", text)
    return f'"{double}"' if len(double) < len(single) else f"'{single}'"


def comment(text: str) -> Opened:
    """Return *text* as a comment for the maintainer."""
    return Opened(f"/* {text.replace('*/', '* /')} */")


def array(items: Sequence[str], keys: Sequence[str] | None = None) -> str:
    """Return an array of PHP; *items* and *keys* are code."""
    if keys is None:
        return f"array({', '.join(items)})"
    pairs = ", ".join(f"{key} => {item}" for key, item in zip(keys, items, strict=True))
    return f"array({pairs})"


def write(pieces: Iterable[Piece], line_end: str) -> str:
    """Return the source of a page that prints and does what *pieces* say."""
    merged = list(_merged(pieces, line_end))
    written: list[str] = []
    for index, piece in enumerate(merged):
        following = merged[index + 1] if index + 1 < len(merged) else None
        if isinstance(piece, Text):
            written.append(piece.text)
        else:
            written.append(_island(piece, following, line_end))
    return "".join(written)


def _island(piece: Shown | Done | Opened | Closed, following: Piece | None, line_end: str) -> str:
    if isinstance(piece, Opened) and piece.breaks:
        return f"<?php {piece.code} ?>{line_end}"
    lost = _LINE_END.match(following.text) if isinstance(following, Text) else None
    shown = _ESCAPED_LINE_ENDS[lost[0]] if lost is not None else ""
    if isinstance(piece, Shown):
        return f"<?= {piece.code}, {shown} ?>" if shown else f"<?= {piece.code} ?>"
    if not shown:
        return f"<?php {piece.code} ?>"
    semicolon = "" if isinstance(piece, Opened) else ";"
    return f"<?php {piece.code}{semicolon} echo {shown} ?>"


def _merged(pieces: Iterable[Piece], line_end: str) -> Iterator[Piece]:
    """Join neighbouring texts and neighbouring statements, and hide ``<?`` of texts."""
    waiting: Piece | None = None
    for piece in pieces:
        if isinstance(piece, Text) and isinstance(waiting, Text):
            waiting = Text(waiting.text + piece.text)
        elif isinstance(piece, Done) and isinstance(waiting, Done):
            waiting = Done(f"{waiting.code};{line_end}{piece.code}")
        else:
            yield from _without_php(waiting)
            waiting = piece
    yield from _without_php(waiting)


def _without_php(piece: Piece | None) -> Iterator[Piece]:
    if not isinstance(piece, Text):
        if piece is not None:
            yield piece
        return
    first, *rest = piece.text.split("<?")
    if first:
        yield Text(first)
    for text in rest:
        yield Shown("'<?'")
        if text:
            yield Text(text)
