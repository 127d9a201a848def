"""Bytes of a page as text and back, losslessly (``tags §1`` rule 1.2).

Pages are read as UTF-8; a byte that is not valid UTF-8 becomes one lone surrogate
(U+DC80…U+DCFF, PEP 383) and is written as the same byte again. So text outside tags keeps its
bytes in any encoding, while tag contents and inserted values are proper text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

BLANKS = " \t\r\n\f\v"
"""What counts as white space inside tags."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_BYTE = re.compile("[\udc80-\udcff]")
_NOT_A_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def decode(source: bytes) -> str:
    """Return *source* as text; never fails."""
    return source.decode("utf-8", "surrogateescape")


def has_other_bytes(text: str) -> bool:
    """Whether the source of *text* has bytes that are no UTF-8."""
    return _BYTE.search(text) is not None


def encode(text: str) -> bytes:
    """Return the bytes of *text*; ``encode(decode(source)) == source``.

    A lone surrogate that stands for no byte (a broken value from a JSON file) becomes U+FFFD.
    """
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return _NOT_A_BYTE.sub("\ufffd", text).encode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something starts: line and column, both counted from 1, the column in characters."""

    line: int = 1
    column: int = 1


class Lines:
    """The places of one text; lines end with LF, CR LF or CR."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def place(self, offset: int) -> Place:
        """Return the place of the character at *offset*."""
        line = bisect_right(self._starts, offset)
        return Place(line, offset - self._starts[line - 1] + 1)
