"""Expressions as `jinja2.nodes` expressions."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import nodes

from cpanel_emu.tags import escapes
from cpanel_emu.tags.encoding import Place
from cpanel_emu.tags.expression_tree import (
    Bracket,
    Choice,
    Expression,
    Field,
    Hash,
    Literal,
    NestedList,
    Parity,
    Part,
    Phrase,
    ScalarVariable,
    UnknownVariable,
)
from cpanel_emu.tags.operations import NAMES, inclusion, values, variables

_HASHES: dict[str, Callable[..., str]] = {
    "RAW_FORM": variables.raw_form,
    "URI_ENCODED_FORM": variables.uri_form,
    "CPVAR": variables.variable,
    "CPDATA": variables.account,
    "CPERROR": variables.error,
    "LANG": variables.language,
    "BRLANG": variables.branding_language,
    "ENV": variables.environment,
    "CONF": variables.configuration,
    "MAGICREVISION": inclusion.magic_revision,
    "NVDATA": variables.preference,
    "CPFLAGS": variables.build_flag,
    "HASMODULE": variables.has_module,
}
_PREFIXES: dict[str, Callable[[str], str]] = {
    "^": escapes.uri,
    "*": escapes.js,
    "@": escapes.css,
    "&": escapes.attribute,
    "+": values.checked,
}


@dataclass(slots=True)
class RowScope:
    """The names of the row at hand and of its number; whether the number is used."""

    row: str
    number: str
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """Where an expression stands.

    ``raw`` says that ``$FORM{}`` is not escaped there (``tags §5.3``), ``conditional`` that
    unknown variables are empty (``tags §5.1``).
    """

    place: Place
    raw: bool = False
    conditional: bool = False
    scope: RowScope | None = None


def operation(function: Callable[..., Any], subject: nodes.Expr, *rest: nodes.Expr) -> nodes.Expr:
    """Return a call of one of the `OPERATIONS` on *subject*."""
    return nodes.Filter(subject, NAMES[function], list(rest), [], None, None)


def page_operation(function: Callable[..., Any], *rest: nodes.Expr) -> nodes.Expr:
    """Return a call of one of the `OPERATIONS` on the page."""
    return operation(function, nodes.Name("page", "load"), *rest)


def constant(value: object) -> nodes.Expr:
    """Return *value* as it is; its ``repr`` must build it again."""
    return nodes.Const(value)


def position(place: Place) -> nodes.Expr:
    """Return the argument that tells an operation where its tag stands."""
    return constant((place.line, place.column))


def loaded(name: str) -> nodes.Expr:
    """Return the value of a loop variable."""
    return nodes.Name(name, "load")


def compile_outputs(expression: Expression, setting: Setting) -> list[nodes.Expr]:
    """Return what prints *expression*, part after part."""
    outputs: list[nodes.Expr] = []
    for part in expression:
        if isinstance(part, Phrase):
            # A phrase escapes its form values wherever it stands.
            outputs += compile_outputs(part.parts, replace(setting, raw=False))
        else:
            outputs.append(_PARTS[type(part)](part, setting))
    return merged_outputs(outputs)


def merged_outputs(outputs: Iterable[nodes.Expr]) -> list[nodes.Expr]:
    """Return *outputs* with neighbouring texts as one: the template compiler is slow on many."""
    merged: list[nodes.Expr] = []
    for is_text, group in itertools.groupby(outputs, key=_is_text):
        if is_text:
            merged.append(nodes.TemplateData("".join(each.data for each in _texts(group))))
        else:
            merged += group
    return merged


def _is_text(output: nodes.Expr) -> bool:
    return isinstance(output, nodes.TemplateData)


def _texts(outputs: Iterable[nodes.Expr]) -> Iterator[nodes.TemplateData]:
    return (output for output in outputs if isinstance(output, nodes.TemplateData))


def _literal(part: Literal, _: Setting) -> nodes.Expr:
    return nodes.TemplateData(part.text)


def compile_text(expression: Expression, setting: Setting) -> nodes.Expr:
    """Return *expression* as one text."""
    outputs = compile_outputs(expression, setting)
    if not outputs:
        return constant("")
    return outputs[0] if len(outputs) == 1 else nodes.Concat(outputs)


def _hash(part: Hash, setting: Setting) -> nodes.Expr:
    key = compile_text(part.key, setting)
    if part.name == "FORM":
        return page_operation(variables.raw_form if setting.raw else variables.form, key)
    if part.name == "BRANDINGIMG":
        return page_operation(inclusion.branding_image_url, key, position(setting.place))
    return page_operation(_HASHES[part.name], key)


def _scalar(part: ScalarVariable, setting: Setting) -> nodes.Expr:
    if part.name == "random":
        return page_operation(variables.random_digits)
    if part.name == "formdump":
        return page_operation(variables.raw_form_dump if setting.raw else variables.form_dump)
    return page_operation(variables.scalar, constant(part.name))


def _unknown(part: UnknownVariable, setting: Setting) -> nodes.Expr:
    return nodes.TemplateData("" if setting.conditional else part.raw)


def _field(part: Field, setting: Setting) -> nodes.Expr:
    assert setting.scope is not None, "fields stand in formats only"
    row = loaded(setting.scope.row)
    value = operation(values.row_text, row, constant(part.name), constant(part.index))
    return operation(_PREFIXES[part.prefix], value) if part.prefix else value


def _parity(_: Parity, setting: Setting) -> nodes.Expr:
    assert setting.scope is not None, "*num stands in formats only"
    setting.scope.numbered = True
    return operation(values.parity, loaded(setting.scope.number))


def _choice(part: Choice, setting: Setting) -> nodes.Expr:
    subject = compile_text((part.subject,), setting)
    value = compile_text(part.value, replace(setting, raw=True))
    return nodes.CondExpr(
        nodes.Compare(subject, [nodes.Operand("eq", value)]),
        compile_text(part.yes, setting),
        compile_text(part.no, setting),
    )


def _nested_list(_: NestedList, __: Setting) -> nodes.Expr:
    # As a field of its own it is a statement; in the key of a variable it means nothing.
    return constant("")


def _bracket(part: Bracket, setting: Setting) -> nodes.Expr:
    texts = [compile_text(argument, setting) for argument in part.arguments]
    if part.method == "boolean":
        return nodes.CondExpr(operation(values.truth, texts[0]), texts[1], texts[2])
    if part.method == "list":
        return operation(values.listed, texts[0], nodes.Tuple(texts[1:], "load"))
    return operation(_BRACKETS[part.method], texts[0], *texts[1:])


_BRACKETS: dict[str, Callable[..., str]] = {
    "quant": values.quantity,
    "numerate": values.numerate,
    "numf": values.grouped,
}

_PARTS: dict[type[Part], Callable[[Any, Setting], nodes.Expr]] = {
    Literal: _literal,
    Hash: _hash,
    ScalarVariable: _scalar,
    UnknownVariable: _unknown,
    Field: _field,
    Parity: _parity,
    Choice: _choice,
    NestedList: _nested_list,
    Bracket: _bracket,
}
