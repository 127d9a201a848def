"""PHP pages as pieces: text, values, statements; and how they are written down.

What is written prints the text byte for byte. Two things of PHP make that more than joining: a
line end directly behind ``?>`` is not printed, and ``<?`` in text begins PHP where short tags are
switched on.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cpanel_emu.migration.convert.pieces import Done, Text, merged

_LINE_END = re.compile(r"\r\n|\n|\r")
_ESCAPED_LINE_ENDS = {"\r\n": r'"\r\n"', "\n": r'"\n"', "\r": r'"\r"'}
_SINGLE = re.compile(r"(['\\])")
_DOUBLE = re.compile(r'(["\\$])')


@dataclass(frozen=True, slots=True)
class Shown:
    """A value that is printed."""

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
    whole = [one for piece in merged(pieces, line_end) for one in _without_php(piece)]
    written: list[str] = []
    for piece, following in itertools.zip_longest(whole, whole[1:]):
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


def _without_php(piece: Piece) -> Iterator[Piece]:
    """Yield *piece*, the ``<?`` of a text as values that are printed."""
    if not isinstance(piece, Text):
        yield piece
        return
    first, *rest = piece.text.split("<?")
    if first:
        yield Text(first)
    for text in rest:
        yield Shown("'<?'")
        if text:
            yield Text(text)
