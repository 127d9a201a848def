"""The syntax of the regular expressions that `patterns` matches."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TypeAlias

from cpanel_emu.errors import EmulatorError

_LONGEST_PATTERN = 500
_DEEPEST_NESTING = 20
_QUANTIFIER = re.compile(r"\{(?:([0-9]{1,4})(,([0-9]{0,4}))?)\}", re.ASCII)
_HEX = re.compile(r"x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2}))", re.ASCII)
_CONTROLS = {"n": "\n", "t": "\t", "r": "\r", "f": "\f"}
_CLASSES = frozenset("dwsDWS")


class PatternError(EmulatorError):
    """The regular expression is wrong or uses what is not supported."""


class Limit(enum.Enum):
    """What an assertion may ask for between two characters."""

    START = r"^ \A"
    END = r"$ \Z"
    VERY_END = r"\z"
    WORD_EDGE = r"\b"
    NO_WORD_EDGE = r"\B"


_ASSERTIONS = {
    "A": Limit.START,
    "Z": Limit.END,
    "z": Limit.VERY_END,
    "b": Limit.WORD_EDGE,
    "B": Limit.NO_WORD_EDGE,
}


@dataclass(frozen=True, slots=True)
class Characters:
    """A set of characters: ranges and the classes ``d``, ``w``, ``s`` or their opposites."""

    ranges: tuple[tuple[str, str], ...] = ()
    classes: frozenset[str] = frozenset()
    negated: bool = False

    def hold(self, character: str) -> bool:
        """Whether *character* belongs to the set."""
        inside = any(low <= character <= high for low, high in self.ranges) or any(
            _in_class(character, name) for name in self.classes
        )
        return inside != self.negated


def _in_class(character: str, name: str) -> bool:
    kind = name.lower()
    if kind == "d":
        inside = character.isdecimal()
    elif kind == "s":
        inside = character.isspace()
    else:
        inside = character.isalnum() or character == "_"
    return inside != name.isupper()


@dataclass(frozen=True, slots=True)
class Assertion:
    """Holds between two characters, and consumes none."""

    limit: Limit


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after the other."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several parts."""

    options: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part so many times; *most* None means without end."""

    part: Part
    least: int
    most: int | None


Part: TypeAlias = Characters | Assertion | Sequence | Choice | Repeat

_SPECIAL: dict[str, Part] = {
    ".": Characters((("\n", "\n"),), negated=True),
    "^": Assertion(Limit.START),
    "$": Assertion(Limit.END),
}


def parse(text: str) -> tuple[Part, bool]:
    """Return the regular expression in *text*, and whether it ignores case.

    Raises:
        PatternError: it is wrong, too long, or uses what is not supported.
    """
    if len(text) > _LONGEST_PATTERN:
        raise PatternError("too long")
    ignores_case = text.startswith("(?i)")
    parser = _Parser(text.removeprefix("(?i)"), ignores_case=ignores_case)
    part = parser.choice(depth=0)
    if parser.rest:
        raise PatternError("unbalanced parenthesis")
    return part, ignores_case


class _Parser:
    def __init__(self, text: str, *, ignores_case: bool) -> None:
        self.rest = text
        self._ignores_case = ignores_case

    def _take(self) -> str:
        if not self.rest:
            raise PatternError("ends too early")
        character, self.rest = self.rest[0], self.rest[1:]
        return character

    def _skip(self, text: str) -> bool:
        found = self.rest.startswith(text)
        if found:
            self.rest = self.rest.removeprefix(text)
        return found

    def choice(self, depth: int) -> Part:
        if depth > _DEEPEST_NESTING:
            raise PatternError("nested too deep")
        options = [self._sequence(depth)]
        while self._skip("|"):
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _sequence(self, depth: int) -> Part:
        parts: list[Part] = []
        while self.rest and self.rest[0] not in "|)":
            parts.append(self._quantified(self._atom(depth)))
        return Sequence(tuple(parts))

    def _quantified(self, part: Part) -> Part:
        found = _QUANTIFIER.match(self.rest)
        if found is not None:
            least = int(found[1])
            most = least if found[2] is None else int(found[3]) if found[3] else None
            self.rest = self.rest[found.end() :]
        elif self.rest[:1] in {"*", "+", "?"}:
            quantifier = self._take()
            least, most = int(quantifier == "+"), 1 if quantifier == "?" else None
        else:
            return part
        if most is not None and most < least:
            raise PatternError("bounds in the wrong order")
        self._skip("?")  # lazy or not, what matches is the same
        if self.rest[:1] in {"*", "+", "?"} or _QUANTIFIER.match(self.rest):
            raise PatternError("two quantifiers")
        return Repeat(part, least, most)

    def _atom(self, depth: int) -> Part:
        character = self._take()
        match character:
            case "(":
                return self._group(depth)
            case "[":
                return self._set()
            case "\\":
                return self._escape()
            case "*" | "+" | "?":
                raise PatternError("nothing to repeat")
            case _:
                return _SPECIAL.get(character) or self._literal(character)

    def _group(self, depth: int) -> Part:
        if self.rest.startswith("?") and not self._skip("?:"):
            raise PatternError("unsupported group")
        part = self.choice(depth + 1)
        if not self._skip(")"):
            raise PatternError("unbalanced parenthesis")
        return part

    def _escape(self) -> Part:
        if self.rest[:1] in _ASSERTIONS:
            return Assertion(_ASSERTIONS[self._take()])
        if self.rest[:1] in _CLASSES:
            return Characters(classes=frozenset(self._take()))
        return self._literal(self._escaped_character())

    def _escaped_character(self) -> str:
        found = _HEX.match(self.rest)
        if found is not None:
            self.rest = self.rest[found.end() :]
            code = int(found[1] or found[2], 16)
            if code > 0x10FFFF:
                raise PatternError("no such character")
            return chr(code)
        character = self._take()
        if character in _CONTROLS:
            return _CONTROLS[character]
        if character.isalnum():
            raise PatternError(f"unsupported escape \\{character}")
        return character

    def _set(self) -> Part:
        negated = self._skip("^")
        ranges: list[tuple[str, str]] = []
        classes: set[str] = set()
        first = True
        while first or not self.rest.startswith("]"):
            first = False
            if self.rest.startswith("[:"):
                raise PatternError("unsupported class")
            if self.rest[:1] == "\\" and self.rest[1:2] in _CLASSES:
                classes.add(self.rest[1])
                self.rest = self.rest[2:]
                continue
            low = self._set_character()
            high = low
            if self.rest[:1] == "-" and self.rest[1:2] not in {"]", ""}:
                self._take()
                high = self._set_character()
            if high < low:
                raise PatternError("range in the wrong order")
            ranges.extend(self._folded(low, high))
        self._take()
        return Characters(tuple(ranges), frozenset(classes), negated)

    def _set_character(self) -> str:
        character = self._take()
        return self._escaped_character() if character == "\\" else character

    def _literal(self, character: str) -> Part:
        if not self._ignores_case:
            return Characters(((character, character),))
        # One character may fold to several.
        folded = (Characters(((one, one),)) for one in character.casefold())
        return Sequence(tuple(folded))

    def _folded(self, low: str, high: str) -> list[tuple[str, str]]:
        ranges = [(low, high)]
        if self._ignores_case:
            # The text is folded already: what remains is to meet its small letters.
            start, end = max(low, "A"), min(high, "Z")
            if start <= end:
                ranges.append((start.lower(), end.lower()))
        return ranges
