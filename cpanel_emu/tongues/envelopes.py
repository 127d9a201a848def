"""The envelopes that answers travel in, before any format spells them (``wire §5`` to §7).

An `Envelope` holds its members in the golden JSON order (``wire §5.2``); the JSON, XML and
YAML encoders spell the same envelope, each in its own order and layout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cpanel_emu.call import (
    Answer,
    Api,
    Data,
    Printed,
    Refusal,
    RefusalKind,
    Rows,
    Tree,
)
from cpanel_emu.releases import UndefinedApi1

ACCESS_DENIED = "Access denied"
BAD_USER = "User parameter is invalid or was not supplied"
TOKEN_REFUSED_FOR_API1 = "Token authentication allows access to UAPI or API 2 calls only"  # noqa: S105

_LEAVES = (str, int, float, type(None))
"""Most of a tree; to ask the abstract classes whether it is one of them takes ten times as long."""
_API1_XML_ORDER = ("module", "func", "type", "source", "apiversion", "data", "event", "error")


@dataclass(slots=True)  # not frozen: one is made for every answer
class Envelope:
    """One answer's members, and how the formats wrap them."""

    members: Mapping[str, Tree]
    wrapped: bool
    """JSON puts them under ``cpanelresult``; XML always has that root."""
    xml_order: tuple[str, ...] = ()
    """The order of the members in XML where it is not alphabetical: API 1 (``wire §6.8``)."""
    line_end: bool = True
    """JSON over HTTP ends with LF."""


def envelope(answer: Answer, *, undefined: UndefinedApi1, source: str) -> Envelope:
    """Return the envelope of *answer*.

    Args:
        answer: the call and what came of it.
        undefined: how the release words an unknown API 1 function (``wire §5.7``).
        source: API 1's ``source``: ``module`` in JSON, ``internal`` in XML and LiveAPI.
    """
    if answer.call.api is Api.API1:
        return _api1(answer, undefined, source)
    if answer.call.api is Api.UAPI:
        return Envelope(
            members={
                "apiversion": 3,
                "func": answer.call.function,
                "module": answer.call.module,
                "result": uapi_result(answer),
            },
            wrapped=False,
        )
    return _api2(answer)


def _api2(answer: Answer) -> Envelope:
    call, outcome = answer.call, answer.outcome
    members: dict[str, Tree]
    if isinstance(outcome, Refusal):
        members = {
            "apiversion": 2,
            "error": outcome.text,
            "func": call.function,
            "module": call.module,
        }
        return Envelope(members, wrapped=True)
    assert isinstance(outcome, Rows)
    members = {
        "apiversion": 2,
        "func": call.function,
        "data": [sorted_tree(row) for row in outcome.rows],
        "event": {"result": 1},
        "module": call.module,
    }
    if outcome.error is not None:
        members["error"] = outcome.error
    if outcome.paginate is not None:
        members["paginate"] = sorted_tree(outcome.paginate)
    return Envelope(members, wrapped=True)


def sorted_tree(tree: Tree) -> Tree:
    """Return *tree* with every mapping's members by byte value of the key (``wire §5.2``)."""
    if isinstance(tree, _LEAVES):
        return tree
    if isinstance(tree, Mapping):
        return {key: sorted_tree(tree[key]) for key in sorted(tree)}
    if isinstance(tree, Sequence):
        return [sorted_tree(item) for item in tree]
    return tree


def _api1(answer: Answer, undefined: UndefinedApi1, source: str) -> Envelope:
    call, outcome = answer.call, answer.outcome
    members: dict[str, Tree] = {
        "apiversion": "1",
        "type": "event",
        "module": call.module,
        "func": call.function,
        "source": source,
        "data": {"result": outcome.text if isinstance(outcome, Printed) else ""},
        "event": {"result": 1},
    }
    if isinstance(outcome, Refusal):
        if outcome.kind is RefusalKind.UNKNOWN_FUNCTION:
            reason = _undefined_text(call.module, call.function, undefined)
            members["event"] = {"reason": reason, "result": 0}
        else:
            members["error"] = outcome.text
    elif isinstance(outcome, Printed) and outcome.error is not None:
        members["error"] = outcome.error
    return Envelope(members, wrapped=False, xml_order=_API1_XML_ORDER, line_end=False)


def _undefined_text(module: str, function: str, undefined: UndefinedApi1) -> str:
    where = "at (eval 21) line 1."
    name = f"Cpanel::{module}::{module}_{function}"
    if undefined is UndefinedApi1.UNDEFINED_SUBROUTINE:
        return f"{module}::{function}() failed: Undefined subroutine &{name} called {where}\n"
    return (
        f'{module}::{function}() failed: Can\'t use string ("{name}") as a subroutine ref '
        f'while "strict refs" in use {where}\n'
    )


def uapi_result(answer: Answer) -> Mapping[str, Tree]:
    """Return the bare result object of a UAPI answer, as ``/execute/`` sends it (``wire §7``)."""
    outcome = answer.outcome
    errors: Sequence[str] = ()
    messages: Sequence[str] = ()
    data: Tree = None
    if isinstance(outcome, Refusal):
        errors = (outcome.text,)
    else:
        assert isinstance(outcome, Data)
        errors = outcome.errors
        if not errors:
            data, messages = sorted_tree(outcome.data), outcome.messages
    is_list = isinstance(data, Sequence) and not isinstance(data, str)
    metadata: dict[str, Tree] = {"transformed": 1} if is_list else {}
    return {
        "data": data,
        "errors": list(errors) or None,
        "messages": list(messages) or None,
        "metadata": metadata,
        "status": 0 if errors else 1,
        "warnings": None,
    }


def bad_user(api: Api) -> Envelope:
    """Return the answer to a missing, unknown or foreign account (``wire §5.6``)."""
    members: dict[str, Tree] = {
        "data": {"reason": BAD_USER, "result": "0"},
        "type": "text",
        "error": BAD_USER,
    }
    return Envelope(members, wrapped=api is not Api.UAPI)


def access_denied(reason: str = ACCESS_DENIED) -> Envelope:
    """Return the answer to a request without good credentials (``wire §4.1``, ``wire §4.2``)."""
    members: dict[str, Tree] = {
        "apiversion": "2",
        "error": reason,
        "data": {"reason": reason, "result": "0"},
        "type": "text",
    }
    return Envelope(members, wrapped=True)
