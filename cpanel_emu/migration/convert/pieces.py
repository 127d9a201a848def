"""Pieces that are written alike in both targets, and how neighbours become one."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

AnyPiece = TypeVar("AnyPiece")


@dataclass(frozen=True, slots=True)
class Text:
    """Text of the page."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """A statement that prints nothing, without what ends it."""

    code: str


def merged(pieces: Iterable[AnyPiece], line_end: str) -> Iterator[AnyPiece | Text | Done]:
    """Yield *pieces* with neighbouring texts joined, and neighbouring statements."""
    waiting: AnyPiece | Text | Done | None = None
    for piece in pieces:
        if isinstance(piece, Text) and isinstance(waiting, Text):
            waiting = Text(waiting.text + piece.text)
        elif isinstance(piece, Done) and isinstance(waiting, Done):
            waiting = Done(f"{waiting.code};{line_end}{piece.code}")
        else:
            if waiting is not None:
                yield waiting
            waiting = piece
    if waiting is not None:
        yield waiting


def one_text(codes: Iterable[tuple[bool, str]], operator: str, string: Callable[[str], str]) -> str:
    """Return the code of one text.

    Args:
        codes: its parts, each with whether it is literal text rather than code.
        operator: what joins two texts.
        string: returns the code of a literal text.
    """
    joined: list[str] = []
    for is_literal, group in itertools.groupby(codes, key=lambda one: one[0]):
        texts = [text for _, text in group]
        joined += [string("".join(texts))] if is_literal else texts
    return operator.join(joined) or "''"
