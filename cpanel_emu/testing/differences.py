"""Say where two byte strings differ, for people: unified diff, offset and bytes in hex."""

from __future__ import annotations

import difflib

_AROUND = 16


def first_difference(expected: bytes, actual: bytes) -> int | None:
    """Return the offset of the first byte that differs, or None if they are equal."""
    if expected == actual:
        return None
    shorter = min(len(expected), len(actual))
    for offset in range(shorter):
        if expected[offset] != actual[offset]:
            return offset
    return shorter


def describe_difference(expected: bytes, actual: bytes) -> str:
    """Return the report on two byte strings that differ, empty if they are equal.

    It names the first differing offset in hex and decimal, shows the bytes there, and ends with
    a unified diff in which CR, TAB and bytes that are not UTF-8 are visible.
    """
    offset = first_difference(expected, actual)
    if offset is None:
        return ""
    diff = difflib.unified_diff(
        _lines(expected), _lines(actual), "expected", "answered", lineterm="", n=2
    )
    sizes = f"{len(expected)} bytes expected, {len(actual)} answered"
    return "\n".join(
        (
            f"first difference at offset 0x{offset:x} ({offset}); {sizes}",
            f"  expected {_hex_at(expected, offset)}",
            f"  answered {_hex_at(actual, offset)}",
            *diff,
        )
    )


def _hex_at(data: bytes, offset: int) -> str:
    chunk = data[offset : offset + _AROUND]
    if not chunk:
        return "(end)"
    return f"{chunk.hex(' ')}  {_visible(chunk)}"


def _lines(data: bytes) -> list[str]:
    lines = [_visible(line) for line in data.split(b"\n")]
    # What follows the last LF is a line only if there is something; say so when LF is missing.
    last = lines.pop()
    if last or not lines:
        lines.append(f"{last} (no LF at the end)" if data else "(nothing)")
    return lines


def _visible(data: bytes) -> str:
    text = data.decode("utf-8", "backslashreplace")
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
