"""Conditions of ``<cpanelif>`` and ``<cpanelfeature>`` (``tags §4``)."""

from __future__ import annotations

import re

from cpanel_emu.tags.arguments import QUOTES
from cpanel_emu.tags.brackets import Warn
from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.expression_tree import (
    AllOf,
    AnyOf,
    AtLeast,
    Comparison,
    Condition,
    Feature,
    Not,
    Operand,
    Truth,
)
from cpanel_emu.tags.expressions import BRACED, has_variables, parse_expression

RULE = "tags §4.8"

_OPERATOR = re.compile(
    rf"""(?P<variable>{BRACED})|(?P<operator>\|\||&&|==|=(?:gtet|gt|ltet|lt|et)=)|(?P<quote>['"])"""
)
_AT_LEAST = re.compile(r"version-([0-9]{1,9}(?:\.[0-9]{1,9})*)")
_BRACED = re.compile(BRACED)
_OPERAND_START = re.compile(rf"[!{BLANKS}]*")


def parse_condition(text: str, warn: Warn) -> Condition:
    """Return the condition that the body of a ``<cpanelif>`` means; never fails."""
    return _Condition(text, warn).parse()


def parse_feature(text: str) -> Condition:
    """Return the condition that the body of a ``<cpanelfeature>`` means (4.11, 4.12)."""
    negated, name = _negation(text)
    at_least = _AT_LEAST.fullmatch(name)
    condition = _at_least(at_least) if at_least else Feature(_operand(name))
    return Not(condition) if negated else condition


class _Condition:
    """Splits first at ``||``, then at ``&&``, then at the first comparison (4.6, 4.9)."""

    def __init__(self, text: str, warn: Warn) -> None:
        self._text = text
        self._warn = warn
        self._operators = self._scan()

    def _scan(self) -> list[re.Match[str]]:
        """Return the operators that stand outside variables and quotes.

        A quote counts only as the first character of an operand, and only if it is closed.
        """
        found: list[re.Match[str]] = []
        position = 0
        first = self._operand_start(0)
        while (match := _OPERATOR.search(self._text, position)) is not None:
            position = match.end()
            if match["operator"]:
                found.append(match)
                first = self._operand_start(position)
            elif match["quote"] and match.start() == first:
                end = self._text.find(match[0], position)
                position = end + 1 if end >= 0 else position
        return found

    def _operand_start(self, position: int) -> int:
        match = _OPERAND_START.match(self._text, position)
        return match.end() if match else position

    def parse(self) -> Condition:
        """Return the whole condition."""
        alternatives: list[Condition] = []
        together: list[Condition] = []
        start = 0
        compared: re.Match[str] | None = None
        for operator in self._operators:
            if operator[0] not in {"||", "&&"}:
                compared = compared or operator
                continue
            together.append(self._comparison(start, operator.start(), compared))
            start, compared = operator.end(), None
            if operator[0] == "||":
                alternatives.append(_joined_by_and(together))
                together = []
        together.append(self._comparison(start, len(self._text), compared))
        alternatives.append(_joined_by_and(together))
        return alternatives[0] if len(alternatives) == 1 else AnyOf(tuple(alternatives))

    def _comparison(self, start: int, end: int, operator: re.Match[str] | None) -> Condition:
        left_end = operator.start() if operator else end
        negated, left = _negation(self._text[start:left_end])
        self._check(left)
        condition: Condition
        if operator is not None:
            right = self._text[operator.end() : end].strip(BLANKS)
            self._check(right)
            condition = Comparison(operator[0], _operand(left), _operand(right))
        elif (at_least := _AT_LEAST.fullmatch(left)) is not None:
            condition = _at_least(at_least)
        else:
            condition = Truth(_operand(left))
        return Not(condition) if negated else condition

    def _check(self, operand: str) -> None:
        """Warn of what looks like an operator and is none (4.8)."""
        if _quoted(operand):
            return
        outside = _BRACED.sub("$", operand)
        if "!=" in outside:
            self._warn(RULE, '"!=" is no operator but text')
        elif "$" in outside and has_variables(operand) and len(outside.split()) > 1:
            self._warn(RULE, "values side by side are one text")


def _joined_by_and(conditions: list[Condition]) -> Condition:
    return conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions))


def _negation(text: str) -> tuple[bool, str]:
    """Return whether *text* is negated, and the rest of it; ``!!`` is no negation (4.3)."""
    text = text.strip(BLANKS)
    rest = text.lstrip(BLANKS + "!")
    return text[: len(text) - len(rest)].count("!") % 2 == 1, rest


def _quoted(text: str) -> bool:
    return len(text) >= 2 and text[0] in QUOTES and text[-1] == text[0]


def _operand(text: str) -> Operand:
    if _quoted(text):
        return Operand(parse_expression(text[1:-1]), quoted=True)
    return Operand(parse_expression(text))


def _at_least(match: re.Match[str]) -> AtLeast:
    return AtLeast(tuple(int(number) for number in match[1].split(".")))
