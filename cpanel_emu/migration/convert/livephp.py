"""Tag pages as LivePHP pages: PHP with the class ``CPANEL`` (``tags §9.2``).

The page's variables and errors stay at the server, so that includes and calls see them; what is
listed for a person still runs, by ``exec()``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cpanel_emu.migration.convert.doubts import Doubts
from cpanel_emu.migration.convert.php import (
    Closed,
    Opened,
    Piece,
    Shown,
    array,
    comment,
    string,
    write,
)
from cpanel_emu.migration.convert.php_values import (
    Setting,
    asked,
    is_key,
    pieces,
    value,
    variable,
)
from cpanel_emu.migration.convert.php_words import executed, word
from cpanel_emu.migration.convert.pieces import Done
from cpanel_emu.migration.convert.uapi import UapiCall, UapiCalls
from cpanel_emu.migration.convert.walk import Walk
from cpanel_emu.tags import tree
from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.expression_tree import (
    Expression,
    NestedList,
    Not,
    literal_text,
)

HELPER = "cpanel-emu-tags.php"
"""The file in the theme's folder that every converted page loads."""

_RAW = Setting(raw=True)
_ESCAPED = Setting()


def to_livephp(
    document: tree.Document, doubts: Doubts, line_end: str, calls: UapiCalls | None = None
) -> str:
    """Return the source of the LivePHP page that prints what *document* prints.

    Args:
        document: the page; its file name tells how deep it lies in the theme.
        doubts: what is to be listed; each of those gets a comment.
        line_end: of the lines that the page did not have.
        calls: the calls that become UAPI calls; without it none does.
    """
    up = "../" * document.file.count("/")
    first = f"<?php require_once __DIR__ . '/{up}{HELPER}' ?>{line_end}"
    return first + write(_Page(doubts, calls).of(document.nodes), line_end)


class _Page(Walk[Piece]):
    """Turns nodes into pieces."""

    def comment(self, text: str) -> Piece:
        return comment(text)

    def kept(self, node: tree.Node) -> Piece:
        return executed(node)

    def word(self, node: tree.Word) -> Iterator[Piece]:
        yield from word(node)

    def api1(self, node: tree.Api1Call) -> Iterator[Piece]:
        module = node.module[:1].upper() + node.module[1:]
        first = node.arguments[0] if node.arguments else ()
        new = self.uapi(node)
        if new is not None:
            yield _uapi_text(new)
        elif (module, node.function) == ("Branding", "include"):
            yield Done(f"insert_branding({value(first, _RAW)})")
        elif (module, node.function) == ("MagicRevision", "uri") and is_key(first):
            yield Shown(asked(variable("MAGICREVISION", literal_text(first) or "")))
        elif node.whole_form or (module, node.function) in _PAGE_FUNCTIONS:
            yield executed(node)
        else:
            arguments = [value(each, _RAW) for each in node.arguments]
            listed = f", {array(arguments)}" if arguments else ""
            name = f"{string(module)}, {string(node.function)}"
            yield Shown(f"printed($cpanel->api1({name}{listed}))")

    def localized(self, node: tree.Localized) -> Iterator[Piece]:
        yield executed(node)

    def api2(self, node: tree.Api2Call) -> Iterator[Piece]:
        breaks = "\n" in node.raw or "\r" in node.raw
        new = self.uapi(node)
        if new is not None:
            node = new.call
            rows = f"uapi_rows($cpanel->uapi({_name(node)}))"
        else:
            rows = f"rows($cpanel->api2({_name(node)}))"
        if node.message is not None:
            rows = f"$rows = {rows}"
        body = list(_row(node.format))
        if body:
            yield Opened(f"foreach ({rows} as {_target(body, _ESCAPED)}):", breaks)
            yield from body
        if node.message is None:
            yield Closed("endforeach") if body else Done(rows)
            return
        before = "endforeach" if body else rows
        yield Opened(f"{before}; if (!$rows):", breaks)
        yield from pieces(node.message, _ESCAPED)
        yield Closed("endif")

    def block_start(self, node: tree.Block) -> Piece:
        return Opened(f"if ({_test(node)}):")

    def block_else(self) -> Piece:
        return Opened("else:")

    def block_end(self) -> Piece:
        return Closed("endif")


_PAGE_FUNCTIONS = frozenset(
    {
        ("Branding", "image"),
        ("Branding", "file"),
        ("Branding", "text"),
        ("MagicRevision", "uri"),
    }
)
"""Functions that belong to pages alone: LiveAPI's ``api1()`` does not know them."""


def _test(node: tree.Block) -> str:
    if node.word == "cpanelif":
        return f"$cpanel->cpanelif({string(node.test)})"
    if isinstance(node.condition, Not):
        return f"!$cpanel->cpanelfeature({string(node.test.lstrip(BLANKS + '!'))})"
    return f"$cpanel->cpanelfeature({string(node.test)})"


def _uapi_text(new: UapiCall) -> Piece:
    """What a UAPI call in the place of an API 1 call prints."""
    call = f"$cpanel->uapi({_name(new.call)})"
    if new.row.printed == ("nothing",):
        return Done(call)
    return Shown(f"uapi_text({', '.join([call, *map(string, new.row.printed)])})")


def _name(node: tree.Api2Call) -> str:
    """Return module, function and parameters as they stand in a call of ``api2()``, ``uapi()``."""
    name = f"{string(node.module)}, {string(node.function)}"
    if not node.parameters:
        return name
    keys = [string(parameter.name) for parameter in node.parameters]
    values = [value(parameter.value, _RAW) for parameter in node.parameters]
    # Numbers alone would make a list of it, which is no set of arguments to the server.
    cast = "(object) " if all(each.name.isdigit() for each in node.parameters) else ""
    return f"{name}, {cast}{array(values, keys)}"


def _row(expression: Expression) -> Iterator[Piece]:
    """Yield what prints one row: its nested lists are loops (``tags §3.4``)."""
    for part in expression:
        if isinstance(part, NestedList):
            yield from _nested(part)
        else:
            yield from pieces((part,), _ESCAPED)


def _nested(part: NestedList) -> Iterator[Piece]:
    inner = Setting(row="$element", number="$element_number")
    item = list(pieces(part.item, inner))
    yield Opened(f"if ($elements = elements(member($row, {string(part.key.name)}))):")
    yield from pieces(part.before, _ESCAPED)
    yield Opened(f"foreach ($elements as {_target(item, inner)}):")
    yield from item
    yield Closed("endforeach")
    yield from pieces(part.after, _ESCAPED)
    yield Closed("endif")


def _target(body: Iterable[Piece], setting: Setting) -> str:
    """Return what a loop sets: the row, and its number where *body* uses it."""
    numbered = any(isinstance(piece, Shown) and setting.number in piece.code for piece in body)
    return f"{setting.number} => {setting.row}" if numbered else setting.row
