"""Which calls of a page become UAPI calls, and how (``tags §9.2``).

The data lies in ``successors.toml``.
"""

from __future__ import annotations

import dataclasses
import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cpanel_emu.call import Api
from cpanel_emu.functions.coverage import API_NAMES
from cpanel_emu.migration.convert.doubts import Doubts, is_page_function
from cpanel_emu.migration.convert.findings import Finding, Reason
from cpanel_emu.migration.parts import parts_of
from cpanel_emu.migration.successors import Standing, Successor, Successors, successors
from cpanel_emu.tags import tree
from cpanel_emu.tags.expression_tree import Expression, Field, Literal

_ERROR_READ = re.compile(r"""\$CPERROR\{['" ]*(\w*)""")


class Policy(enum.Enum):
    """Which calls become UAPI calls; the values are those of ``--uapi``."""

    SAME = "same"
    """Those with a successor that is proven to make the page print the same."""
    ALL = "all"
    """All whose arguments and output are known to have a place in the successor; all are listed."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class UapiCall:
    """A call of UAPI: module, function, parameters and fields of ``call`` have their new names."""

    call: tree.Api2Call
    row: Successor


class UapiCalls:
    """The calls of one document that become UAPI calls, and what is to be listed of them."""

    def __init__(
        self,
        document: tree.Document,
        doubts: Doubts,
        policy: Policy,
        table: Successors | None = None,
    ) -> None:
        self.findings: list[Finding] = []
        self._file = document.file
        self._changed: dict[int, UapiCall] = {}
        if policy is Policy.NONE:
            return
        self._errors_read = {
            module.lower() for module in _ERROR_READ.findall(tree.source_of(document.nodes))
        }
        self._policy = policy
        self._table = successors() if table is None else table
        for node in tree.walk(document.nodes):
            if not isinstance(node, tree.Api1Call | tree.Api2Call):
                continue
            if not doubts.stay(node) and not is_page_function(node):
                self._judge(node)

    def of(self, node: tree.Node) -> UapiCall | None:
        """Return the call that takes the place of *node*; None if it stays."""
        return self._changed.get(id(node))

    def _judge(self, node: tree.Api1Call | tree.Api2Call) -> None:
        """Change a call if it can and may be; list it if it is not sure to print the same."""
        api = Api.API1 if isinstance(node, tree.Api1Call) else Api.API2
        row = self._table.of(api, node.module, node.function)
        missing = list(_missing(node, row))
        if row is None or missing:
            if self._policy is Policy.ALL:
                name = f"{node.module}::{node.function}"
                message = f"{name} stays {API_NAMES[api]}: {'; '.join(missing)}"
                self._find(node, Reason.OLD_CALL, message)
            return
        differences = self._differences(node, row)
        if differences and self._policy is Policy.SAME:
            return
        self._changed[id(node)] = UapiCall(_renamed(node, row), row)
        if differences:
            message = f"{node.module}::{node.function} is now UAPI {row.new_name}; may differ: "
            self._find(node, Reason.NEW_CALL, message + "; ".join(differences))

    def _differences(self, node: tree.Api1Call | tree.Api2Call, row: Successor) -> list[str]:
        """Return how the page may print something else with the successor."""
        told = [] if row.same else [_as_clause(row.notes)]
        if self._reads_error(node):
            error = f"$CPERROR{{'{node.module.lower()}'}}"
            told.append(f"the page reads {error}, which UAPI does not set")
        return told

    def _reads_error(self, node: tree.Api1Call | tree.Api2Call) -> bool:
        """Whether the page asks if calls of this module failed; a computed name may be any."""
        return bool({node.module.lower(), ""} & self._errors_read)

    def _find(self, node: tree.Node, reason: Reason, message: str) -> None:
        place = node.place
        self.findings.append(Finding(self._file, place.line, place.column, reason, message))


def _as_clause(note: str) -> str:
    return note[:1].lower() + note[1:].rstrip(".")


def _missing(node: tree.Api1Call | tree.Api2Call, row: Successor | None) -> Iterator[str]:
    """Yield what keeps a call from becoming a UAPI call."""
    if row is None or row.standing is Standing.NONE_KNOWN:
        yield "no successor is known"
        return
    if row.standing is Standing.NONE_EXISTS:
        yield "there is no successor"
        return
    if not row.is_mapped:
        yield _as_clause(row.notes) or f"where {row.new_name} has the output is not known"
    if isinstance(node, tree.Api1Call):
        yield from _missing_positions(node, row)
    else:
        yield from _missing_names(node, row)


def _missing_positions(node: tree.Api1Call, row: Successor) -> Iterator[str]:
    if node.whole_form:
        yield "%FORM hands over every field of the form"
    for number, argument in enumerate(node.arguments):
        name = row.positions[number] if number < len(row.positions) else ""
        # An argument that is empty or 0 asks for nothing.
        if not name and argument not in {(), (Literal("0"),)}:
            yield f"argument {number + 1} has no place in {row.new_name}"
    given = row.positions[: len(node.arguments)]
    yield from _not_given(row, set(given))


def _missing_names(node: tree.Api2Call, row: Successor) -> Iterator[str]:
    names = {parameter.name for parameter in node.parameters}
    for name in sorted(names):
        if name.startswith("api2_"):
            yield f"{name} has no place in {row.new_name}"
    yield from _not_given(row, {row.arguments.get(name, name) for name in names})
    if row.is_mapped:
        for name in sorted(_fields(node.format) - set(row.fields)):
            yield f"the field {name} has no place in the data of {row.new_name}"


def _not_given(row: Successor, names: set[str]) -> Iterator[str]:
    for name in row.required:
        if name not in names:
            yield f"{row.new_name} needs {name}"


def _fields(expression: Expression) -> set[str]:
    return {part.name for part in parts_of([expression]) if isinstance(part, Field)}


def _renamed(node: tree.Api1Call | tree.Api2Call, row: Successor) -> tree.Api2Call:
    """Return the call with the successor's names; what it does not have is left out."""
    text: Expression = ()
    message = None
    if isinstance(node, tree.Api1Call):
        given = [
            tree.Parameter(name, argument)
            for name, argument in zip(row.positions, node.arguments, strict=False)
            if name
        ]
    else:
        given = [
            tree.Parameter(row.arguments.get(one.name, one.name), one.value)
            for one in node.parameters
            if one.name not in row.dropped
        ]
        text, message = _with_new_fields(node.format, row), node.message
    return tree.Api2Call(
        node.raw, node.place, row.new_module, row.new_function, text, tuple(given), message
    )


def _with_new_fields(value: Any, row: Successor) -> Any:
    """Return an expression, or a part of one, with the successor's names of all fields."""
    if isinstance(value, Field):
        return dataclasses.replace(value, name=row.fields[value.name])
    if isinstance(value, tuple):
        return tuple(_with_new_fields(one, row) for one in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            one.name: _with_new_fields(getattr(value, one.name), row)
            for one in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **changed)
    return value
