"""What follows the ``)`` of an API 2 tag: parameters and message (``tags §3.7``, ``tags §3.8``)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cpanel_emu.tags.arguments import QUOTES
from cpanel_emu.tags.brackets import Warn
from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.expression_tree import (
    Expression,
)
from cpanel_emu.tags.expressions import BRACED
from cpanel_emu.tags.formats import FormatText
from cpanel_emu.tags.tree import (
    Parameter,
)

RULE = "tags §3.7.4"

# The quantifiers are possessive: linear time whatever the tag holds.
_SEPARATORS = re.compile(rf"[{BLANKS},]*+")
_NAME = re.compile(rf"(?P<name>[\w.:-]++)[{BLANKS}]*+=[{BLANKS}]*+")
_QUOTED = re.compile(rf"""'(?:\\.|{BRACED}|[^'\\])*+'|["](?:\\.|{BRACED}|[^"\\])*+["]""", re.DOTALL)
_BARE = re.compile(rf"(?:\\.|{BRACED}|[^,|]|\|(?!\|))*+", re.DOTALL)
_AFTER_QUOTE = re.compile(rf"[{BLANKS}]*+(?=,|\|\||\Z)")


@dataclass(frozen=True, slots=True)
class Tail:
    """Parameters and message of a tag."""

    parameters: tuple[Parameter, ...]
    message: Expression | None


def parse_tail(text: str, warn: Warn) -> Tail:
    """Return the parameters and the message that *text* holds; never fails."""
    return _Tail(text, warn).parse()


class _Tail:
    def __init__(self, text: str, warn: Warn) -> None:
        self._text = text
        self._warn = warn
        self._position = 0
        self._parameters: list[Parameter] = []

    def parse(self) -> Tail:
        """Read pair after pair until the message or the end."""
        while True:
            self._match(_SEPARATORS)
            if self._position >= len(self._text):
                return Tail(tuple(self._parameters), None)
            if self._text.startswith("||", self._position):
                message = parse_message(self._text[self._position + 2 :], self._warn)
                return Tail(tuple(self._parameters), message)
            self._pair()

    def _pair(self) -> None:
        name = _NAME.match(self._text, self._position)
        if name is None:
            self._drop()
            return
        self._position = name.end()
        value = self._value()
        self._parameters.append(Parameter(name["name"], self._expression(value)))

    def _value(self) -> str:
        quoted = _QUOTED.match(self._text, self._position)
        if quoted is not None:
            self._position = quoted.end()
            if _AFTER_QUOTE.match(self._text, self._position) is None:
                self._warn(RULE, "a comma is missing after a quoted value")
            return quoted[0][1:-1]
        value = self._match(_BARE).strip(BLANKS)
        if value[:1] in QUOTES:
            self._warn(RULE, "the quote of a value is not closed")
            return value[1:]
        return value

    def _drop(self) -> None:
        piece = self._match(_BARE).strip(BLANKS)
        self._warn(RULE, f'"{piece}" is no name=value')

    def _match(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._position)
        if match is None:
            return ""
        self._position = match.end()
        return match[0]

    def _expression(self, text: str) -> Expression:
        return FormatText(self._warn, rows=False).parse(text)


def parse_message(text: str, warn: Warn) -> Expression:
    """Return the message after ``||``: quoted, bare or with a doubled opening quote (3.8.4)."""
    return FormatText(warn, rows=False).parse(_unquoted_message(text.strip(BLANKS)))


def _unquoted_message(text: str) -> str:
    quote = text[:1]
    if quote not in QUOTES:
        return text
    inside = text[1:].removesuffix(quote)
    return inside.removeprefix(quote)
