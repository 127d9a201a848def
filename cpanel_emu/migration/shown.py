"""Text as it goes to a terminal or into a report; that of foreign files can do no harm there."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

Paint: TypeAlias = Callable[[str, str], str]
"""Returns a text in the colour of a name, or as it is."""

_UNSHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NO_TEXT = re.compile("[\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Return *text* on one line: controls and bytes that are no UTF-8 are written ``\x1b``.

    So no file name and no page can move the cursor, or fail to be encoded.
    """
    return _UNSHOWN.sub(_escaped, text)


def valid_text(text: str) -> str:
    """Return *text* with its bytes that are no UTF-8 written out; line ends and tabs stay."""
    return _NO_TEXT.sub(_escaped, text)


def plain(text: str, _colour: str) -> str:
    """Return *text* without colour."""
    return text


def counted(number: int, one: str, many: str = "") -> str:
    """Return ``1 page`` or ``2 pages``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _escaped(match: re.Match[str]) -> str:
    number = ord(match[0])
    if 0xDC80 <= number <= 0xDCFF:  # a byte that is no UTF-8, by PEP 383
        number -= 0xDC00
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
