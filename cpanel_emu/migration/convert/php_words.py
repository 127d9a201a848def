"""Built-in words as LivePHP (``tags §2.2``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cpanel_emu.migration.convert.php import Piece, Shown, string
from cpanel_emu.migration.convert.php_values import (
    Setting,
    asked,
    is_key,
    pieces,
    value,
    variable,
)
from cpanel_emu.migration.convert.pieces import Done, Text
from cpanel_emu.tags import tree
from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.expression_tree import Hash, Part, literal_text

_RAW = Setting(raw=True)
_ESCAPED = Setting()
_INSERTS = {
    "include": "insert",
    "relinclude": "insert_from_theme",
    "rawinclude": "insert_raw",
    "relrawinclude": "insert_raw_from_theme",
    "dynamicinclude": "insert_matches",
}
_ESCAPES = {
    "formprint": "attribute({0})",
    "uriprint": "rawurlencode({0})",
    "jsprint": "'\"' . js({0}) . '\"'",
    "unsafeprint": "{0}",
}


def word(node: tree.Word) -> Iterator[Piece]:
    """Yield what a built-in word becomes."""
    yield from _WORDS[node.word](node)


def executed(node: tree.Node) -> Shown:
    """The tag as it is, run by the server."""
    return Shown(f"printed($cpanel->exec({string(node.raw)}))")


def _is_word(text: str) -> bool:
    """Whether ``print`` takes *text* for a key of the account's data (``tags §2.2``)."""
    return re.fullmatch(r"[\w-]+", text.strip(BLANKS)) is not None


def _print(node: tree.Word) -> Iterator[Piece]:
    [expression] = node.operands
    text = literal_text(expression)
    if text is not None and not _is_word(text):
        yield Text(text)
    elif len(expression) == 1 and _is_form(expression[0]):
        yield from pieces(expression, _ESCAPED)
    else:
        yield Shown(asked(node.value))


def _is_form(part: Part) -> bool:
    return isinstance(part, Hash) and part.name in {"FORM", "RAW_FORM", "URI_ENCODED_FORM"}


def _setvar(node: tree.Word) -> Iterator[Piece]:
    yield Done(f"$cpanel->exec({string(node.raw)}, 1)")


def _insert(node: tree.Word) -> Iterator[Piece]:
    yield Done(f"{_INSERTS[node.word]}({value(node.operands[0], _RAW)})")


def _printvar(node: tree.Word) -> Iterator[Piece]:
    if is_key(node.operands[0]):
        yield Shown(asked(variable("CPVAR", literal_text(node.operands[0]) or "")))
    else:
        yield executed(node)


def _escaped(node: tree.Word) -> Iterator[Piece]:
    yield Shown(_ESCAPES[node.word].format(value(node.operands[0], _RAW)))


def _sprint(node: tree.Word) -> Iterator[Piece]:
    separator, number = map(literal_text, node.operands[1:])
    if separator and number is not None and re.fullmatch("[0-9]{1,9}", number):
        text = value(node.operands[0], _ESCAPED)
        yield Shown(f"explode({string(separator)}, {text})[{int(number)}] ?? ''")
    else:
        yield executed(node)


_WORDS: dict[str, Callable[[tree.Word], Iterator[Piece]]] = {
    **dict.fromkeys(_INSERTS, _insert),
    **dict.fromkeys(_ESCAPES, _escaped),
    "print": _print,
    "setvar": _setvar,
    "langprint": lambda node: iter([Shown(f"$cpanel->cpanellangprint({string(node.value)})")]),
    "printvar": _printvar,
    "sprint": _sprint,
    "getcharset": lambda _: iter([Text("utf-8")]),
    "hostname": lambda _: iter([Shown(asked("$hostname"))]),
    "version": lambda _: iter([Shown(asked("$version"))]),
    "printhelp": lambda _: iter(()),
}
"""What every built-in word becomes; ``cprint`` and ``dprint`` stay."""
