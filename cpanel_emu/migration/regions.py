"""Where tags stand, and the stretches in which one needs a second look: comments, PHP code."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Generator, Iterable, Sequence
from typing import NamedTuple

from cpanel_emu.tags.tree import Block, Else, Node, Text

_COMMENT = re.compile(r"<!--(?P<condition>\[if)?.*?(?:-->|\Z)", re.DOTALL)
_SCRIPT = re.compile(r"<(script|style)\b.*?(?:</\1|\Z)", re.DOTALL | re.IGNORECASE)
_PHP = re.compile(r"<\?(?:php\b|=).*?(?:\?>|\Z)", re.DOTALL)


class Regions:
    """Stretches of text by their offsets; they do not overlap."""

    def __init__(self, spans: Sequence[tuple[int, int]] = ()) -> None:
        self._starts = [start for start, _ in spans]
        self._ends = [end for _, end in spans]

    def __contains__(self, offset: object) -> bool:
        """Whether *offset* lies in one of them."""
        if not self._starts or not isinstance(offset, int):
            return False
        index = bisect_right(self._starts, offset) - 1
        return index >= 0 and offset < self._ends[index]


def comments(source: str) -> Regions:
    """Return the HTML comments of a page.

    Old scripts and styles are wrapped in ``<!--`` and ``-->``, and old browsers read conditional
    comments: neither hides anything.
    """
    if "<!--" not in source:
        return Regions()
    scripts = Regions([match.span() for match in _SCRIPT.finditer(source)])
    return Regions(
        [
            match.span()
            for match in _COMMENT.finditer(source)
            if not match["condition"] and match.start() not in scripts
        ]
    )


def php_code(source: str, tags: Sequence[tuple[int, int]]) -> Regions:
    """Return the PHP code of a page, whose *tags* (start and end) are replaced before it runs.

    So the ``?>`` of a tag does not end it.
    """
    if "<?php" not in source and "<?=" not in source:
        return Regions()
    pieces = []
    position = 0
    for start, end in tags:
        pieces += [source[position:start], " " * (end - start)]
        position = end
    pieces.append(source[position:])
    return Regions([match.span() for match in _PHP.finditer("".join(pieces))])


class Placed(NamedTuple):
    """A tag and the offsets of its own text in the source."""

    node: Node
    start: int
    end: int


def placed(nodes: Iterable[Node], start: int = 0) -> Generator[Placed, None, int]:
    """Yield every tag of *nodes*, which begin at *start*, and return the offset behind them."""
    for node in nodes:
        end = start + len(node.raw)
        if not isinstance(node, Text):
            yield Placed(node, start, end)
        start = end
        if isinstance(node, Else):
            start = yield from placed(node.body, start)
        elif isinstance(node, Block):
            start = yield from placed(node.body, start)
            if node.otherwise is not None:
                start = yield from placed((node.otherwise,), start)
            start += len(node.end)
    return start
