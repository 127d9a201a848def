"""FORMAT and its rows as `jinja2.nodes` statements (``tags §3.3``, ``tags §3.4``)."""

from __future__ import annotations

from dataclasses import replace

from jinja2 import nodes

from cpanel_emu.tags.expression_compiler import (
    RowScope,
    Setting,
    compile_outputs,
    constant,
    loaded,
    operation,
)
from cpanel_emu.tags.expression_tree import Expression, NestedList, Part
from cpanel_emu.tags.operations import values


def compile_rows(
    expression: Expression, setting: Setting, rows: nodes.Expr, empty: nodes.Stmt
) -> nodes.Stmt:
    """Return a loop that prints FORMAT for each of *rows*, and runs *empty* if there is none."""
    scope = RowScope("row", "number")
    body = _rows(expression, replace(setting, scope=scope))
    return _loop(scope, rows, body, [empty])


def _rows(expression: Expression, setting: Setting) -> list[nodes.Node]:
    """Return what prints one row: its nested lists are loops, the rest is printed."""
    statements: list[nodes.Node] = []
    together: list[Part] = []
    for part in expression:
        if isinstance(part, NestedList):
            statements += [_print(tuple(together), setting)] if together else []
            together = []
            statements.append(_nested(part, setting))
        else:
            together.append(part)
    statements += [_print(tuple(together), setting)] if together else []
    return statements


def _nested(part: NestedList, setting: Setting) -> nodes.Stmt:
    assert setting.scope is not None, "nested lists stand in formats only"
    key, index = constant(part.key.name), constant(part.key.index)
    elements = operation(values.elements, loaded(setting.scope.row), key, index)
    scope = RowScope("element", "element_number")
    item = _print(part.item, Setting(setting.place, scope=scope))
    body: list[nodes.Node] = [
        _print(part.before, setting),
        _loop(scope, elements, [item], []),
        _print(part.after, setting),
    ]
    return nodes.If(elements, body, [], [])


def _loop(
    scope: RowScope, rows: nodes.Expr, body: list[nodes.Node], empty: list[nodes.Node]
) -> nodes.For:
    target: nodes.Expr = nodes.Name(scope.row, "store")
    if scope.numbered:
        rows = operation(values.numbered, rows)
        target = nodes.Tuple([nodes.Name(scope.number, "store"), target], "store")
    return nodes.For(target, rows, body, empty, None, False)


def _print(expression: Expression, setting: Setting) -> nodes.Output:
    return nodes.Output(compile_outputs(expression, setting))
