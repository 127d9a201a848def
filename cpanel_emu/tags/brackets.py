"""Bracket notation of localised phrases (``tags §2.4``).

The brackets are resolved when a page is parsed: ``[_1]`` becomes the argument's expression, so a
value can never bring brackets of its own (``tags §1`` rule 1.9).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from cpanel_emu.tags.arguments import Argument, split_arguments
from cpanel_emu.tags.expression_tree import (
    Bracket,
    Expression,
    Literal,
    Part,
    Phrase,
)
from cpanel_emu.tags.expressions import merged

Parse: TypeAlias = Callable[[str], Expression]
"""Turns text into an expression."""

Warn: TypeAlias = Callable[[str, str], None]
"""Takes a rule and a message."""

RULE = "tags §2.4"

_PIECE = re.compile(r"~(?P<escaped>[\[\],~])|\[(?P<group>(?:~[\[\],~]|[^\[\]])*+)\]|(?P<open>\[)")
_SEPARATOR = re.compile(r"~[\[\],~]|(?P<comma>,)")
_ESCAPE = re.compile(r"~([\[\],~])")
_ARGUMENT = re.compile(r"_([1-9][0-9]{0,3})")
_BACKSLASHED_QUOTE = {"'": r"\'", '"': r"\""}


def parse_phrase(text: str, parse_text: Parse, parse_argument: Parse, warn: Warn) -> Phrase:
    """Return the phrase of the argument list ``'text',a,b``.

    *parse_text* reads pieces of the phrase, *parse_argument* its arguments.
    """
    first, *rest = split_arguments(text, backslash=True) or (Argument(""),)
    arguments = tuple(parse_argument(_unescaped(argument)) for argument in rest)
    phrase = _unescaped(first)
    return Phrase(phrase, arguments, _Resolver(arguments, parse_text, warn).resolve(phrase))


def resolve_phrase(text: str, arguments: tuple[Expression, ...], warn: Warn) -> Expression:
    """Return what the phrase *text* prints; nothing in it is a variable."""
    return _Resolver(arguments, lambda piece: (Literal(piece),), warn).resolve(text)


def _unescaped(argument: Argument) -> str:
    backslashed = _BACKSLASHED_QUOTE.get(argument.quote)
    return argument.text.replace(backslashed, argument.quote) if backslashed else argument.text


class _Resolver:
    """Turns phrase text into the expression that it prints."""

    def __init__(self, arguments: tuple[Expression, ...], parse: Parse, warn: Warn) -> None:
        self._arguments = arguments
        self._parse = parse
        self._warn = warn

    def resolve(self, text: str) -> Expression:
        """Return what *text* prints."""
        parts: list[Part] = []
        position = 0
        for match in _PIECE.finditer(text):
            parts += self._parse(text[position : match.start()])
            position = match.end()
            if match["escaped"] is not None:
                parts.append(Literal(match["escaped"]))
            elif match["group"] is not None:
                parts += self._group(match[0], match["group"])
            else:
                self._warn(RULE, 'a "[" of a phrase is not closed')
                parts.append(Literal("["))
        parts += self._parse(text[position:])
        return merged(parts)

    def _group(self, raw: str, body: str) -> Expression:
        name, *texts = _split(body)
        reference = _ARGUMENT.fullmatch(name)
        if reference is not None and not texts:
            return self._argument(int(reference[1]))
        method = _METHODS.get(name)
        result = method(self, texts) if method is not None else None
        if result is None:
            self._warn(RULE, f'unknown bracket method "{name}"')
            return self._parse(raw)
        return result

    def _argument(self, number: int) -> Expression:
        return self._arguments[number - 1] if number <= len(self._arguments) else ()

    def _value(self, texts: list[str], index: int) -> Expression:
        if index >= len(texts):
            return ()
        reference = _ARGUMENT.fullmatch(texts[index])
        if reference is not None:
            return self._argument(int(reference[1]))
        return self._parse(_ESCAPE.sub(r"\1", texts[index]))

    def output(self, texts: list[str]) -> Expression | None:
        """``[output,strong,T]`` and its siblings."""
        element = texts[0] if texts else ""
        content, extra = self._value(texts, 1), self._value(texts, 2)
        if element in {"strong", "em"}:
            return (Literal(f"<{element}>"), *content, Literal(f"</{element}>"))
        if element == "class":
            return (Literal('<span class="'), *extra, Literal('">'), *content, Literal("</span>"))
        if element == "url":
            return (Literal('<a href="'), *content, Literal('">'), *extra, Literal("</a>"))
        return None

    def three(self, method: str, texts: list[str]) -> Expression:
        """``[method,_1,one,many]``."""
        return (Bracket(method, tuple(self._value(texts, index) for index in range(3))),)

    def number(self, texts: list[str]) -> Expression:
        """``[numf,_1]``."""
        return (Bracket("numf", (self._value(texts, 0),)),)

    def joined(self, texts: list[str]) -> Expression | None:
        """``[list,or,_*]``."""
        word, *items = texts or [""]
        if word not in {"and", "or"}:
            return None
        expressions: list[Expression] = []
        for index, item in enumerate(items, start=1):
            if item == "_*":
                expressions += self._arguments
            else:
                expressions.append(self._value(texts, index))
        return (Bracket("list", ((Literal(word),), *expressions)),)


_METHODS: dict[str, Callable[[_Resolver, list[str]], Expression | None]] = {
    "output": _Resolver.output,
    "boolean": lambda resolver, texts: resolver.three("boolean", texts),
    "quant": lambda resolver, texts: resolver.three("quant", texts),
    "numerate": lambda resolver, texts: resolver.three("numerate", texts),
    "numf": _Resolver.number,
    "list": _Resolver.joined,
}


def _split(body: str) -> list[str]:
    """Split a group's body at its commas, leaving ``~`` escapes as they are."""
    pieces = []
    start = 0
    for match in _SEPARATOR.finditer(body):
        if match["comma"] is not None:
            pieces.append(body[start : match.start()])
            start = match.end()
    pieces.append(body[start:])
    return pieces
