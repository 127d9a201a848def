"""Tag pages as Template Toolkit pages (``tags §9.2``), for the runtime of `liveapi.template_pages`.

What is listed for a person stays as tags, beside a comment: the toolkit prints it as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cpanel_emu.migration.convert.doubts import Doubts
from cpanel_emu.migration.convert.pieces import Done, Text
from cpanel_emu.migration.convert.tt import (
    Comment,
    Opened,
    Piece,
    Shown,
    is_identifier,
    string,
    write,
)
from cpanel_emu.migration.convert.tt_conditions import test_of
from cpanel_emu.migration.convert.tt_values import (
    Setting,
    pieces,
    value,
)
from cpanel_emu.migration.convert.tt_words import word
from cpanel_emu.migration.convert.uapi import UapiCall, UapiCalls
from cpanel_emu.migration.convert.walk import Walk
from cpanel_emu.page_files import TEMPLATE_SUFFIX
from cpanel_emu.tags import tree
from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.expression_tree import (
    Expression,
    NestedList,
    Not,
)

_RAW = Setting(raw=True)
_ESCAPED = Setting()
_ROW = Setting(formatted=True)
_ELEMENT = Setting(formatted=True, row="element")
_PARAMETER = Setting(raw=True, formatted=True)


def template_name(path: str) -> str:
    """Return the path of the template that the tag page at *path* becomes."""
    return path + TEMPLATE_SUFFIX


def to_toolkit(
    document: tree.Document, doubts: Doubts, line_end: str, calls: UapiCalls | None = None
) -> str:
    """Return the source of the template that prints what *document* prints.

    Args:
        document: the page.
        doubts: what is to be listed; each of those gets a comment.
        line_end: of the lines that the page did not have.
        calls: the calls that become UAPI calls; without it none does.
    """
    page = write(_Page(doubts, calls).of(document.nodes), line_end)
    used = [plugin for plugin in ("Api1", "Api2") if f"{plugin}." in page]
    return "".join(f"[% USE {plugin} %]" for plugin in used) + page


class _Page(Walk[Piece]):
    """Turns nodes into pieces."""

    def comment(self, text: str) -> Piece:
        return Comment(text)

    def kept(self, node: tree.Node) -> Piece:
        return Text(node.raw)

    def word(self, node: tree.Word) -> Iterator[Piece]:
        yield from word(node)

    def api1(self, node: tree.Api1Call) -> Iterator[Piece]:
        module = node.module[:1].upper() + node.module[1:]
        first = value(node.arguments[0], _RAW) if node.arguments else "''"
        page_function = _PAGE_FUNCTIONS.get((module, node.function))
        if page_function is not None:
            yield Shown(f"{page_function}({first})")
            return
        new = self.uapi(node)
        if new is not None:
            yield _uapi_text(new)
            return
        arguments = [value(each, _RAW) for each in node.arguments]
        if node.whole_form:
            arguments.append("RAW_FORM.all")
        listed = ", ".join([string(module), string(node.function), *arguments])
        yield Shown(f"Api1.exec({listed})")

    def localized(self, node: tree.Localized) -> Iterator[Piece]:
        yield from pieces((node.phrase,), _ESCAPED)

    def api2(self, node: tree.Api2Call) -> Iterator[Piece]:
        new = self.uapi(node)
        if new is not None:
            yield from _uapi_rows(new)
            return
        call = f"Api2.exec({_name(node)})"
        yield from _loop(node, call, call)

    def block_start(self, node: tree.Block) -> Piece:
        return Opened(f"IF {_test(node)}")

    def block_else(self) -> Piece:
        return Opened("ELSE")

    def block_end(self) -> Piece:
        return Opened("END")


_PAGE_FUNCTIONS = {
    ("Branding", "include"): "Branding.include",
    ("Branding", "image"): "Branding.image",
    ("Branding", "file"): "Branding.file",
    ("Branding", "text"): "Branding.text",
    ("MagicRevision", "uri"): "MagicRevision",
}
"""The functions of ``tags §2.3``."""


def _test(node: tree.Block) -> str:
    if node.word == "cpanelif":
        return test_of(node.test, node.condition)
    if isinstance(node.condition, Not):
        return f"!CPANEL.feature({string(node.test.lstrip(BLANKS + '!'))})"
    return f"CPANEL.feature({string(node.test)})"


def _loop(node: tree.Api2Call, call: str, rows: str) -> Iterator[Piece]:
    """Yield a call and a loop over its rows; *rows* is the expression with *call* in it."""
    if node.message is None and not node.format:
        yield Done(f"CALL {call}")
    elif node.message is None:
        yield from _printed(node, rows)
    else:
        yield Done(f"SET rows = {rows}")
        yield from _printed(node, "rows")


def _printed(node: tree.Api2Call, rows: str) -> Iterator[Piece]:
    """Yield what prints *rows*, and the message where there are none."""
    if node.format:
        yield Opened(f"FOREACH row IN {rows}")
        yield from _row(node.format)
        yield Opened("END")
    if node.message is not None:
        yield Opened("IF !rows.size")
        yield from pieces(node.message, _ROW)
        yield Opened("END")


def _uapi_rows(new: UapiCall) -> Iterator[Piece]:
    """Yield a loop over what a UAPI call answers; one row comes without a list round it."""
    call = f"execute({_name(new.call)})"
    if new.row.data == "row" and (new.call.format or new.call.message is not None):
        yield Done(f"SET answer = {call}")
        yield Done("SET rows = answer.status ? [answer.data] : []")
        yield from _printed(new.call, "rows")
    else:
        # No data is a text to the toolkit, and the size of a text is 1.
        empty = " || []" if new.call.message is not None else ""
        yield from _loop(new.call, call, f"{call}.data{empty}")


def _uapi_text(new: UapiCall) -> Piece:
    """What a UAPI call in the place of an API 1 call prints."""
    call = f"execute({_name(new.call, _RAW)})"
    if new.row.printed == ("nothing",):
        return Done(f"CALL {call}")
    return Shown(".".join([call, *new.row.printed]))


def _name(node: tree.Api2Call, setting: Setting = _PARAMETER) -> str:
    """Return module, function and parameters as they stand in a call."""
    name = f"{string(node.module)}, {string(node.function)}"
    if not node.parameters:
        return name
    pairs = [
        f"{_hash_key(parameter.name)} = {value(parameter.value, setting)}"
        for parameter in node.parameters
    ]
    return f"{name}, {{ {', '.join(pairs)} }}"


def _hash_key(name: str) -> str:
    return name if is_identifier(name) else string(name)


def _row(expression: Expression) -> Iterator[Piece]:
    """Yield what prints one row: its nested lists are loops (``tags §3.4``)."""
    for part in expression:
        if isinstance(part, NestedList):
            yield from _nested(part)
        else:
            yield from pieces((part,), _ROW)


def _nested(part: NestedList) -> Iterator[Piece]:
    # A prefix means nothing to a list, as to tags.
    key = value((replace(part.key, prefix=""),), _ROW)
    yield Done(f"SET elements = Api2.list({key})")
    yield Opened("IF elements.size")
    yield from pieces(part.before, _ROW)
    yield Opened("FOREACH element IN elements")
    yield from pieces(part.item, _ELEMENT)
    yield Opened("END")
    yield from pieces(part.after, _ROW)
    yield Opened("END")
