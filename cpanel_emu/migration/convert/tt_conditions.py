"""Conditions of tags as Template Toolkit (``tags §4``).

What the toolkit's operators cannot say the same way is asked of the server, as LiveAPI does.
"""

from __future__ import annotations

import re

from cpanel_emu.migration.convert.tt import string
from cpanel_emu.migration.convert.tt_values import Setting, value
from cpanel_emu.tags.expression_tree import (
    AllOf,
    AnyOf,
    AtLeast,
    Comparison,
    Condition,
    Feature,
    Hash,
    Not,
    Operand,
    ScalarVariable,
    Truth,
    UnknownVariable,
    literal_text,
)

_RAW = Setting(raw=True)
_NUMERIC = {"=gt=": ">", "=gtet=": ">=", "=lt=": "<", "=ltet=": "<="}
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_WHOLE_NUMBER = re.compile("0|[1-9][0-9]{0,8}")
_NEVER_BLANK = frozenset({"CPDATA", "CPERROR"})
"""Tables whose values do not begin or end with blanks."""
_BLANK_SCALARS = frozenset({"formdump", "httphost"})


def test_of(text: str, condition: Condition) -> str:
    """Return the code of *condition*, which is written as *text*."""
    try:
        return _code(condition)
    except _NoSuchForm:
        return f"CPANEL.cpanelif({string(text)})"


class _NoSuchForm(Exception):
    """A condition that the toolkit's operators cannot express."""


def _code(condition: Condition) -> str:
    match condition:
        case Truth(operand):
            code = _operand(operand)
        case Comparison():
            code = _comparison(condition)
        case AtLeast(number):
            code = f"CPANEL.feature('version-{'.'.join(map(str, number))}')"
        case Not(Comparison("==", left, right)):
            code = f"{_operand(left)} != {_operand(right)}"
        case Not(inner):
            code = f"!{_grouped(inner)}"
        case AllOf(conditions):
            code = " && ".join(map(_grouped, conditions))
        case AnyOf(conditions):
            code = " || ".join(map(_grouped, conditions))
        case Feature():
            raise _NoSuchForm
    return code


def _grouped(condition: Condition) -> str:
    code = _code(condition)
    return code if isinstance(condition, Truth | AtLeast) else f"({code})"


def _comparison(condition: Comparison) -> str:
    left, right = _operand(condition.left), _operand(condition.right)
    if condition.operator == "==":
        return f"{left} == {right}"
    texts = [literal_text(side.expression) for side in (condition.left, condition.right)]
    if condition.operator != "=et=":
        number = texts[1] or ""
        right = number if _WHOLE_NUMBER.fullmatch(number) else right
        return f"{left} {_NUMERIC[condition.operator]} {right}"
    if any(text is not None and _NUMBER.fullmatch(text) is None for text in texts):
        return f"{left} == {right}"
    raise _NoSuchForm


def _operand(operand: Operand) -> str:
    """Return one side; a value that may have blanks round it is trimmed (4.2)."""
    if literal_text(operand.expression) is not None:
        return value(operand.expression, _RAW)
    if len(operand.expression) != 1:
        raise _NoSuchForm
    [part] = operand.expression
    code = value(operand.expression, _RAW)
    if isinstance(part, UnknownVariable):
        return "''"
    if isinstance(part, Hash) and literal_text(part.key) is not None:
        return code if operand.quoted or part.name in _NEVER_BLANK else f"{code}.trim"
    if isinstance(part, ScalarVariable):
        is_blank = part.name in _BLANK_SCALARS and not operand.quoted
        return f"{code}.trim" if is_blank else code
    raise _NoSuchForm
