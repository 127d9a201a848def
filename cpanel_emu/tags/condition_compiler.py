"""Conditions as `jinja2.nodes` expressions (``tags §4``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jinja2 import nodes

from cpanel_emu.tags.encoding import Place
from cpanel_emu.tags.expression_compiler import (
    Setting,
    compile_text,
    constant,
    operation,
    page_operation,
)
from cpanel_emu.tags.expression_tree import (
    AllOf,
    AnyOf,
    AtLeast,
    Comparison,
    Condition,
    Feature,
    Literal,
    Not,
    Operand,
    Truth,
)
from cpanel_emu.tags.operations import values

_NUMERIC = {"=gt=": "gt", "=gtet=": "gteq", "=lt=": "lt", "=ltet=": "lteq"}


def compile_condition(condition: Condition, place: Place) -> nodes.Expr:
    """Return *condition* as a test; what needs no second operand is not asked for it (4.6)."""
    return _CONDITIONS[type(condition)](condition, Setting(place, raw=True, conditional=True))


def _condition(condition: Condition, setting: Setting) -> nodes.Expr:
    return _CONDITIONS[type(condition)](condition, setting)


def _operand(operand: Operand, setting: Setting) -> nodes.Expr:
    if all(isinstance(part, Literal) for part in operand.expression):
        # The parser trimmed it.
        return compile_text(operand.expression, setting)
    text = compile_text(operand.expression, setting)
    return text if operand.quoted else operation(values.trimmed, text)


def _truth(condition: Truth, setting: Setting) -> nodes.Expr:
    return operation(values.truth, _operand(condition.operand, setting))


def _comparison(condition: Comparison, setting: Setting) -> nodes.Expr:
    left, right = _operand(condition.left, setting), _operand(condition.right, setting)
    if condition.operator == "==":
        return nodes.Compare(left, [nodes.Operand("eq", right)])
    if condition.operator == "=et=":
        return operation(values.same, left, right)
    numeric = nodes.Operand(_NUMERIC[condition.operator], operation(values.number, right))
    return nodes.Compare(operation(values.number, left), [numeric])


def _at_least(condition: AtLeast, _: Setting) -> nodes.Expr:
    return page_operation(values.at_least, constant(condition.number))


def _feature(condition: Feature, setting: Setting) -> nodes.Expr:
    return page_operation(values.feature, _operand(condition.name, setting))


def _not(condition: Not, setting: Setting) -> nodes.Expr:
    return nodes.Not(_condition(condition.condition, setting))


def _all_of(condition: AllOf, setting: Setting) -> nodes.Expr:
    return _joined(nodes.And, [_condition(each, setting) for each in condition.conditions])


def _any_of(condition: AnyOf, setting: Setting) -> nodes.Expr:
    return _joined(nodes.Or, [_condition(each, setting) for each in condition.conditions])


def _joined(node: type[nodes.BinExpr], tests: list[nodes.Expr]) -> nodes.Expr:
    """Join *tests* in halves, so that a thousand of them are nested ten deep."""
    if len(tests) == 1:
        return tests[0]
    middle = len(tests) // 2
    return node(_joined(node, tests[:middle]), _joined(node, tests[middle:]))


_CONDITIONS: dict[type[Condition], Callable[[Any, Setting], nodes.Expr]] = {
    Truth: _truth,
    Comparison: _comparison,
    AtLeast: _at_least,
    Feature: _feature,
    Not: _not,
    AllOf: _all_of,
    AnyOf: _any_of,
}
