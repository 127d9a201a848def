"""Stretches of a page in which a tag needs a second look: HTML comments and PHP code."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence

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
