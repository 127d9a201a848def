"""Text of foreign files as it may go to a terminal or into a report."""

from __future__ import annotations

import re

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


def _escaped(match: re.Match[str]) -> str:
    number = ord(match[0])
    if 0xDC80 <= number <= 0xDCFF:  # a byte that is no UTF-8, by PEP 383
        number -= 0xDC00
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
