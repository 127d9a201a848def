"""Expressions of tags as Template Toolkit: what a page prints, and what calls are given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from cpanel_emu.migration.convert.pieces import Text, one_text
from cpanel_emu.migration.convert.tt import Piece, Shown, is_identifier, string
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
from cpanel_emu.tags.expressions import parse_expression

_FILTERS = {"": "", "^": "url", "*": "js", "&": "html_attr"}
_METHODS_OF_HASHES = frozenset(
    {
        *("item", "exists", "keys", "all", "new"),
        # Those that every object of Perl has, or that Perl calls itself.
        *("can", "isa", "DOES", "VERSION", "import", "unimport", "AUTOLOAD", "DESTROY"),
    }
)
_METHODS_OF_ROWS = frozenset(
    {
        *("item", "hash", "size", "empty", "each", "keys", "values", "items", "pairs", "list"),
        *("exists", "defined", "delete", "import", "sort", "nsort"),
    }
)
_RANDOM = ScalarVariable("random")
_SPECIAL_IN_FORMATS = re.compile(r"[\\%$]")


@dataclass(frozen=True, slots=True)
class Setting:
    """Where an expression stands.

    ``raw`` says that ``$FORM{}`` is not escaped there (``tags §5.3``); ``formatted`` that it is
    part of an API 2 tag, whose escapes work in phrases too; ``row`` is the loop's variable.
    """

    raw: bool = False
    formatted: bool = False
    row: str = "row"


def pieces(expression: Expression, setting: Setting) -> Iterator[Piece]:
    """Yield what prints *expression*."""
    for part in expression:
        if isinstance(part, Literal):
            yield Text(part.text)
        elif isinstance(part, UnknownVariable):
            yield Text(part.raw)
        elif isinstance(part, Phrase):
            whole = _phrase_call(part, setting)
            if whole is None:
                yield from pieces(part.parts, replace(setting, raw=False))
            else:
                yield Shown(whole)
        else:
            yield _shown(part, setting)


def value(expression: Expression, setting: Setting) -> str:
    """Return the code of *expression* as one text."""
    return one_text(_codes(expression, setting), " _ ", string)


def variable(name: str, key: Expression, setting: Setting) -> str:
    """Return the code of ``$NAME{'key'}``."""
    if name == "URI_ENCODED_FORM":
        return f"{member('RAW_FORM', key, setting)}.url"
    if name == "FORM":
        return member("RAW_FORM" if setting.raw else "FORM", key, setting)
    if name == "BRANDINGIMG":
        return f"Branding.image_url({value(key, setting)})"
    if name == "MAGICREVISION":
        return f"MagicRevision({value(key, setting)})"
    return member(name if name == "RAW_FORM" else f"CPANEL.{name}", key, setting)


def member(table: str, key: Expression, setting: Setting) -> str:
    """Return the code of a value of a table; any name is right for ``item()``."""
    text = literal_text(key)
    is_plain = text is not None and is_identifier(text) and text not in _METHODS_OF_HASHES
    if is_plain and table != "CPANEL.CPERROR":
        return f"{table}.{text}"
    return f"{table}.item({value(key, setting)})"


def maketext(text: str, arguments: tuple[Expression, ...], setting: Setting) -> str:
    """Return the call that prints a phrase; one that may be a key is not looked up as such."""
    function = "maketext" if " " in text or "[" in text else "phrase"
    listed = ", ".join([string(text), *(value(each, setting) for each in arguments)])
    return f"locale.{function}({listed})"


def _phrase_call(part: Phrase, setting: Setting) -> str | None:
    """Return the call that prints *part*; None if it would not print the same.

    Text that holds more than bracket notation would not, nor would a random argument, which tags
    draw where it is printed.
    """
    if setting.formatted:
        has_more = _SPECIAL_IN_FORMATS.search(part.text) is not None
    else:
        has_more = any(
            isinstance(piece, Hash | ScalarVariable) for piece in parse_expression(part.text)
        )
    if has_more or any(_RANDOM in argument for argument in part.arguments):
        return None
    return maketext(part.text, part.arguments, replace(setting, raw=False))


def _codes(expression: Expression, setting: Setting) -> Iterator[tuple[bool, str]]:
    """Yield literal text and code, each with whether it is literal."""
    for part in expression:
        if isinstance(part, Literal):
            yield True, part.text
        elif isinstance(part, UnknownVariable):
            yield True, part.raw
        elif isinstance(part, Phrase):
            whole = _phrase_call(part, setting)
            if whole is None:
                # A phrase escapes its form values wherever it stands.
                yield from _codes(part.parts, replace(setting, raw=False))
            else:
                yield False, whole
        else:
            yield False, _code(part, setting)


def _shown(part: Part, setting: Setting) -> Shown:
    if isinstance(part, Field) and part.prefix in _FILTERS:
        return Shown(_field_value(part, setting), _FILTERS[part.prefix])
    if isinstance(part, Hash) and part.name == "URI_ENCODED_FORM":
        return Shown(member("RAW_FORM", part.key, setting), "url")
    code = _code(part, setting)
    is_wrapped = isinstance(part, Bracket | Choice | Parity | Field) and code.startswith("(")
    return Shown(code[1:-1] if is_wrapped else code)


def _code(part: Any, setting: Setting) -> str:
    return _PARTS[type(part)](part, setting)


def _hash(part: Hash, setting: Setting) -> str:
    return variable(part.name, part.key, setting)


def _scalar(part: ScalarVariable, setting: Setting) -> str:
    return (
        "CPANEL.raw_formdump" if part.name == "formdump" and setting.raw else f"CPANEL.{part.name}"
    )


def _field(part: Field, setting: Setting) -> str:
    code = _field_value(part, setting)
    if part.prefix == "+":
        return f"({code} ? 'checked' : '')"
    return f"{code}.{_FILTERS[part.prefix]}" if part.prefix else code


def _field_value(part: Field, setting: Setting) -> str:
    is_plain = is_identifier(part.name) and part.name not in _METHODS_OF_ROWS
    if is_plain or part.name.isdigit():
        return f"{setting.row}.{part.name}"
    return f"Api2.text({setting.row}, {string(part.name)})"


def _parity(_: Parity, __: Setting) -> str:
    return "(loop.count % 2 ? 'odd' : 'even')"


def _choice(part: Choice, setting: Setting) -> str:
    subject = _code(part.subject, setting)
    wanted = value(part.value, replace(setting, raw=True))
    yes, no = value(part.yes, setting), value(part.no, setting)
    return f"({subject} == {_grouped(wanted)} ? {yes} : {no})"


def _grouped(code: str) -> str:
    return f"({code})" if " _ " in code else code


def _nested_list(_: NestedList, __: Setting) -> str:
    # A list is a field of its own; in the key of a variable it means nothing.
    return "''"


def _bracket(part: Bracket, setting: Setting) -> str:
    if part.method == "boolean":
        test, yes, no = (value(argument, setting) for argument in part.arguments)
        return f"({_grouped(test)} ? {yes} : {no})"
    if part.method == "list":
        word, *items = part.arguments
        numbers = "".join(f",_{number}" for number in range(1, len(items) + 1))
        text = f"[list,{literal_text(word)}{numbers}]"
    else:
        items = list(part.arguments)
        numbers = "".join(f",_{number}" for number in range(1, len(items) + 1))
        text = f"[{part.method}{numbers}]"
    return maketext(text, tuple(items), setting)


_PARTS: dict[type[Part], Callable[[Any, Setting], str]] = {
    Hash: _hash,
    ScalarVariable: _scalar,
    Field: _field,
    Parity: _parity,
    Choice: _choice,
    NestedList: _nested_list,
    Bracket: _bracket,
}
