"""Operations that call functions (``tags §2.1``, ``tags §3``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from cpanel_emu.call import (
    Answer,
    Api,
    Arguments,
    Call,
    Printed,
    Refusal,
    RefusalKind,
    Row,
    Rows,
    Tree,
)
from cpanel_emu.errors import EmulatorError
from cpanel_emu.tags.operations.values import rows_of
from cpanel_emu.tags.page import FATAL, Page, Place

Name: TypeAlias = tuple[str, str]
"""Module and function."""

_PAGINATION = {
    "pages": "total_pages",
    "currentpage": "current_page",
    "itemsperpage": "results_per_page",
    "api2_paginate_total": "total_results",
}
"""``$CPVAR`` names of ``tags §2.5`` and the members of ``wire §2.8`` that they show."""


def api1(
    page: Page, name: Name, positional: tuple[str, ...], whole_form: bool, place: Place
) -> str:
    """Return what an API 1 function prints (2.1.9)."""
    named = dict(page.form) if whole_form else {}
    call = Call(Api.API1, *name, Arguments(named, positional))
    answer = _answer(page, call, place)
    if answer is None:
        return FATAL
    note(page, answer)
    return answer.outcome.text if isinstance(answer.outcome, Printed) else ""


def api2(page: Page, name: Name, named: Mapping[str, str], place: Place) -> Sequence[Tree]:
    """Return the rows of an API 2 function; after a crash there are none and it is noted."""
    answer = _answer(page, Call(Api.API2, *name, Arguments(named)), place)
    page.crashed = answer is None
    if answer is None:
        return ()
    note(page, answer)
    return rows_of(answer.outcome.rows) if isinstance(answer.outcome, Rows) else ()


def template_toolkit(page: Page, name: Name, named: Mapping[str, str], place: Place) -> str:
    """Run the call of a ``<?cptt … ?>``; nothing is printed (``tags §3.9``)."""
    api2(page, name, named, place)
    return FATAL if page.crashed else ""


def crashed(page: Page) -> bool:
    """Whether the last API 2 call crashed."""
    return page.crashed


def trace(page: Page, name: Name, positional: tuple[str, ...]) -> None:
    """Show a built-in word to the tracer (rule 1.14)."""
    if page.trace is not None:
        page.trace(Call(Api.API1, *name, Arguments({}, positional)))


def warn_all(page: Page, warnings: tuple[tuple[str, str, Place], ...]) -> None:
    """Note what the parser found in the file at hand."""
    for rule, message, place in warnings:
        page.warn(rule, message, place)


def _answer(page: Page, call: Call, place: Place) -> Answer | None:
    """Run *call*; None if it crashed (rule 1.11)."""
    try:
        answer = page.calls(call)
    except EmulatorError as crash:
        page.warn("tags §1.11", f"{call.module}::{call.function}: {crash}", place)
        return None
    if isinstance(answer.outcome, Refusal):
        page.warn("tags §1.10", answer.outcome.text, place)
    return answer


def note(page: Page, answer: Answer) -> None:
    """Keep what a call says for the rest of the page (2.1.9, 2.1.10).

    A call that roles or features stopped is an error too (``ssl §7``).
    """
    outcome = answer.outcome
    error: str | None = None
    variables: Mapping[str, str] = {}
    if isinstance(outcome, Refusal):
        error = outcome.text if outcome.kind is not RefusalKind.UNKNOWN_FUNCTION else None
    elif isinstance(outcome, Printed):
        error, variables = outcome.error, outcome.variables
    elif isinstance(outcome, Rows):
        error = outcome.error
        variables = {**_pagination(outcome.paginate), **outcome.variables}
    if error is not None:
        page.errors[answer.call.module.lower()] = error
    for name, value in variables.items():
        page.set_variable(name, value)


def _pagination(paginate: Row | None) -> dict[str, str]:
    if paginate is None:
        return {}
    return {
        name: str(paginate[member])
        for name, member in _PAGINATION.items()
        if paginate.get(member) is not None
    }
