"""Splitting before expanding: attribute values and argument lists (``tags §2.1``)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.expressions import BRACED

QUOTES = frozenset({"'", '"'})

# The quantifiers are possessive, so that an argument list costs linear time whatever it holds.
_QUOTED = re.compile(rf"""'(?:{BRACED}|[^'])*+'|["](?:{BRACED}|[^"])*+["]""")
_QUOTED_WITH_BACKSLASH = re.compile(
    rf"""'(?:\\.|{BRACED}|[^'\\])*+'|["](?:\\.|{BRACED}|[^"\\])*+["]""", re.DOTALL
)
_BARE = re.compile(rf"{BRACED}|[(),]")
_BLANK_RUN = re.compile(rf"[{BLANKS}]*")
_SLASH_AFTER_QUOTE = re.compile(rf"""(?<=["'])[{BLANKS}]*/\Z""")


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument without its quotes; ``quote`` is the quote it had, or empty."""

    text: str
    quote: str = ""


def attribute_value(text: str) -> str:
    """Return an attribute's value without its quotes, either of which may be missing (2.1.1)."""
    value = _SLASH_AFTER_QUOTE.sub("", text.strip(BLANKS))
    if value[:1] in QUOTES:
        quote = value[0]
        return value[1:].removesuffix(quote)
    return value[:-1] if value[-1:] in QUOTES else value


def split_call(value: str) -> tuple[str, str | None]:
    """Return the function and the argument list of ``function(list)``.

    The list runs to the last ``)``, or to the end if there is none (2.1.8); it is None without
    ``(``.
    """
    head, parenthesis, rest = value.partition("(")
    if not parenthesis:
        return value.strip(BLANKS + ";"), None
    inside, found, _ = rest.rpartition(")")
    return head.strip(BLANKS), inside if found else rest


def split_arguments(text: str, *, backslash: bool = False) -> tuple[Argument, ...]:
    r"""Split an argument list at its commas; an empty list has no arguments (2.1.2 to 2.1.4).

    Commas in quotes, in variable braces and in inner parentheses do not count. *backslash* makes
    ``\'`` not end a quoted argument, as phrases need it (``tags §2.4``).
    """
    if not text.strip(BLANKS):
        return ()
    quoted = _QUOTED_WITH_BACKSLASH if backslash else _QUOTED
    return tuple(_argument(raw) for raw in _split(text, quoted))


def _split(text: str, quoted: re.Pattern[str]) -> Iterator[str]:
    start = 0
    while True:
        end = _argument_end(text, start, quoted)
        yield text[start:end].strip(BLANKS)
        if end == len(text):
            return
        start = end + 1


def _argument_end(text: str, start: int, quoted: re.Pattern[str]) -> int:
    """Return the offset of the comma that ends the argument at *start*, or of the end."""
    blanks = _BLANK_RUN.match(text, start)
    position = blanks.end() if blanks else start
    opening = quoted.match(text, position)
    if opening is not None:
        position = opening.end()
    depth = 0
    for match in _BARE.finditer(text, position):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            depth = max(0, depth - 1)
        elif match[0] == "," and depth == 0:
            return match.start()
    return len(text)


def _argument(raw: str) -> Argument:
    if len(raw) >= 2 and raw[0] in QUOTES and raw[-1] == raw[0]:
        return Argument(raw[1:-1], raw[0])
    return Argument(raw)
