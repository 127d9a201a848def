"""Conditions of tags as Template Toolkit (``tags §4``).

What the toolkit's operators cannot say the same way is asked of the server, as LiveAPI does.
"""

from __future__ import annotations

import re

from cpanel_emu.migration.convert.tt import string
from cpanel_emu.migration.convert.tt_values import Setting, value
from cpanel_emu.tags.encoding import BLANKS
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
    if condition.operator in _NUMERIC:
        left, right = _number(condition.left), _number(condition.right)
        return f"{left} {_NUMERIC[condition.operator]} {right}"
    left, right = _operand(condition.left), _operand(condition.right)
    if condition.operator == "==":
        return f"{left} == {right}"
    texts = [literal_text(side.expression) for side in (condition.left, condition.right)]
    if any(text is not None and _NUMBER.fullmatch(text) is None for text in texts):
        return f"{left} == {right}"
    raise _NoSuchForm


def _number(operand: Operand) -> str:
    """Return one side as a number (4.5); to the toolkit alone ``info`` would be infinite."""
    text = literal_text(operand.expression)
    if text is None:
        part = _only_part(operand)
        is_known = not isinstance(part, UnknownVariable)
        return f"{value((part,), _RAW)}.number" if is_known else "0"
    match = _NUMBER.match(text.lstrip(BLANKS))
    number = match[0] if match else "0"
    return number if _WHOLE_NUMBER.fullmatch(number) else string(number)


def _operand(operand: Operand) -> str:
    """Return one side; a value that may have blanks round it is trimmed (4.2)."""
    if literal_text(operand.expression) is not None:
        return value(operand.expression, _RAW)
    part = _only_part(operand)
    if isinstance(part, UnknownVariable):
        return "''"
    code = value((part,), _RAW)
    if isinstance(part, Hash):
        may_have_blanks = part.name not in _NEVER_BLANK
    else:
        may_have_blanks = part.name in _BLANK_SCALARS
    return f"{code}.trim" if may_have_blanks and not operand.quoted else code


def _only_part(operand: Operand) -> Hash | ScalarVariable | UnknownVariable:
    """Return the variable that one side is; its key is known."""
    [part] = operand.expression if len(operand.expression) == 1 else [None]
    if isinstance(part, Hash) and literal_text(part.key) is not None:
        return part
    if isinstance(part, ScalarVariable | UnknownVariable):
        return part
    raise _NoSuchForm
