"""Built-in words as Template Toolkit (``tags §2.2``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from cpanel_emu.migration.convert.pieces import Done, Text
from cpanel_emu.migration.convert.tt import Piece, Shown, string
from cpanel_emu.migration.convert.tt_values import Setting, member, pieces, value
from cpanel_emu.tags import tree
from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.expression_tree import Hash, Literal, ScalarVariable, literal_text

_RAW = Setting(raw=True)
_ESCAPED = Setting()
_FILTERS = {
    "formprint": "html_attr",
    "uriprint": "url",
    "jsprint": "js_literal",
    "unsafeprint": "",
}
_INCLUDES = ("include", "relinclude", "rawinclude", "relrawinclude", "dynamicinclude")
_WORD = re.compile(r"[\w-]+")
_KEY = re.compile("[A-Za-z0-9_]+", re.ASCII)


def word(node: tree.Word) -> Iterator[Piece]:
    """Yield what a built-in word becomes."""
    yield from _WORDS[node.word](node)


def _print(node: tree.Word) -> Iterator[Piece]:
    [expression] = node.operands
    text = literal_text(expression)
    word = text.strip(BLANKS) if text is not None else ""
    if _WORD.fullmatch(word):
        # A key of the account's data prints its value, any other word itself (tags §2.2).
        data = member("CPANEL.CPDATA", (Literal(word),), _RAW)
        yield Shown(f"CPANEL.CPDATA.exists({string(word)}) ? {data} : {string(word)}")
    else:
        yield from pieces(expression, _ESCAPED)


def _setvar(node: tree.Word) -> Iterator[Piece]:
    name, text = node.operands
    variable = member("CPANEL.CPVAR", name, _ESCAPED)
    if variable.endswith(")"):
        yield Done(f"CALL CPANEL.CPVAR.item({value(name, _ESCAPED)}, {value(text, _ESCAPED)})")
    else:
        yield Done(f"SET {variable} = {value(text, _ESCAPED)}")


def _include(node: tree.Word) -> Iterator[Piece]:
    yield Shown(f"Theme.{node.word}({value(node.operands[0], _RAW)})")


def _escaped(node: tree.Word) -> Iterator[Piece]:
    yield Shown(value(node.operands[0], _RAW), _FILTERS[node.word])


def _langprint(node: tree.Word) -> Iterator[Piece]:
    text = literal_text(node.operands[0])
    function = "maketext" if text is not None and _KEY.fullmatch(text) else "langprint"
    yield Shown(f"locale.{function}({value(node.operands[0], _ESCAPED)})")


def _sprint(node: tree.Word) -> Iterator[Piece]:
    texts = [value(operand, _ESCAPED) for operand in node.operands]
    separator, number = map(literal_text, node.operands[1:])
    [part] = node.operands[0] if len(node.operands[0]) == 1 else [None]
    is_plain = separator and number is not None and re.fullmatch("[0-9]{1,9}", number)
    if is_plain and isinstance(part, Hash | ScalarVariable):
        pattern = re.sub(r"([^\w]|_)", r"\\\1", separator or "", flags=re.ASCII)
        yield Shown(f"{texts[0]}.split({string(pattern)}).{int(number or '')}")
    else:
        yield Shown(f"CPANEL.sprint({', '.join(texts)})")


def _scalar(name: str) -> Callable[[tree.Word], Iterator[Piece]]:
    return lambda _: iter([Shown(f"CPANEL.{name}")])


_WORDS: dict[str, Callable[[tree.Word], Iterator[Piece]]] = {
    **dict.fromkeys(_INCLUDES, _include),
    **dict.fromkeys(_FILTERS, _escaped),
    "print": _print,
    "setvar": _setvar,
    "langprint": _langprint,
    "printvar": lambda node: iter([Shown(member("CPANEL.CPVAR", node.operands[0], _RAW))]),
    "sprint": _sprint,
    "getcharset": lambda _: iter([Text("utf-8")]),
    "hostname": _scalar("hostname"),
    "version": _scalar("version"),
    "printhelp": lambda _: iter(()),
}
"""What every built-in word becomes; ``cprint`` and ``dprint`` stay."""
