"""Expressions of tags as PHP: what a page prints, and what calls are given.

The server knows the page's variables, so most are asked of it with ``cpanelprint``; only their
names go there, never a value that a visitor sent (``tags §1`` rules 1.8 and 1.9).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from cpanel_emu.migration.convert.php import Piece, Shown, array, string
from cpanel_emu.migration.convert.pieces import Text, one_text
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
    literal_text,
)

_PREFIXES = {
    "": "{0}",
    "^": "rawurlencode({0})",
    "*": "js({0})",
    "&": "attribute({0})",
    "+": "(is_true({0}) ? 'checked' : '')",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """Where an expression stands.

    ``raw`` says that ``$FORM{}`` is not escaped there (``tags §5.3``); ``row`` and ``number`` are
    the PHP variables of the row at hand.
    """

    raw: bool = False
    row: str = "$row"
    number: str = "$number"


def pieces(expression: Expression, setting: Setting) -> Iterator[Piece]:
    """Yield what prints *expression*."""
    for part in expression:
        if isinstance(part, Literal):
            yield Text(part.text)
        elif isinstance(part, UnknownVariable):
            yield Text(part.raw)
        elif isinstance(part, Phrase):
            yield from pieces(part.parts, replace(setting, raw=False))
        else:
            yield Shown(_unwrapped(_code(part, setting)))


def value(expression: Expression, setting: Setting) -> str:
    """Return the code of *expression* as one text."""
    return one_text(_codes(expression, setting), " . ", string)


def _codes(expression: Expression, setting: Setting) -> Iterator[tuple[bool, str]]:
    """Yield literal text and code, each with whether it is literal."""
    for part in expression:
        if isinstance(part, Literal):
            yield True, part.text
        elif isinstance(part, UnknownVariable):
            yield True, part.raw
        elif isinstance(part, Phrase):
            # A phrase escapes its form values wherever it stands.
            yield from _codes(part.parts, replace(setting, raw=False))
        else:
            yield False, _code(part, setting)


def is_key(expression: Expression) -> bool:
    """Whether *expression* is text that can be the key of a variable."""
    text = literal_text(expression)
    return text is not None and not {"{", "}"} & set(text)


def asked(text: str) -> str:
    """Return the code that asks the server for *text* with its variables expanded."""
    return f"$cpanel->cpanelprint({string(text)})"


def variable(name: str, key: str) -> str:
    """Return a variable as tags write it; the key holds no braces."""
    return f"${name}{{'{key}'}}"


def _code(part: Any, setting: Setting) -> str:
    return _PARTS[type(part)](part, setting)


def _hash(part: Hash, setting: Setting) -> str:
    key = value(part.key, setting)
    if part.name == "FORM" and not setting.raw:
        return f"htmlspecialchars(form({key}), ENT_COMPAT)"
    if part.name in {"FORM", "RAW_FORM"}:
        return f"form({key})"
    if part.name == "URI_ENCODED_FORM":
        return f"rawurlencode(form({key}))"
    text = literal_text(part.key)
    if text is None or "{" in text or "}" in text:
        return f"lookup({string(part.name)}, {key})"
    return asked(variable(part.name, text))


def _scalar(part: ScalarVariable, setting: Setting) -> str:
    code = asked(f"${part.name}")
    if part.name == "formdump" and setting.raw:
        return f"htmlspecialchars_decode({code}, ENT_COMPAT)"
    return code


def _field(part: Field, setting: Setting) -> str:
    return _PREFIXES[part.prefix].format(f"field({setting.row}, {string(part.name)})")


def _parity(_: Parity, setting: Setting) -> str:
    return f"parity({setting.number})"


def _choice(part: Choice, setting: Setting) -> str:
    subject = _code(part.subject, setting)
    wanted = value(part.value, replace(setting, raw=True))
    yes, no = value(part.yes, setting), value(part.no, setting)
    return f"({subject} === {wanted} ? {yes} : {no})"


def _nested_list(_: NestedList, __: Setting) -> str:
    # A list is a field of its own; in the key of a variable it means nothing.
    return "''"


def _bracket(part: Bracket, setting: Setting) -> str:
    texts = [value(argument, setting) for argument in part.arguments]
    if part.method == "boolean":
        return f"(is_true({texts[0]}) ? {texts[1]} : {texts[2]})"
    if part.method == "list":
        return f"listed({texts[0]}, {array(texts[1:])})"
    if part.method == "numf":
        return f"grouped({texts[0]})"
    return f"{part.method}({', '.join(texts)})"


def _unwrapped(code: str) -> str:
    """Return *code* without the parentheses that only a longer expression needs."""
    if not code.startswith("(") or not code.endswith(")"):
        return code
    return code[1:-1]


_PARTS: dict[type[Part], Callable[[Any, Setting], str]] = {
    Hash: _hash,
    ScalarVariable: _scalar,
    Field: _field,
    Parity: _parity,
    Choice: _choice,
    NestedList: _nested_list,
    Bracket: _bracket,
}
