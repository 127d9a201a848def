"""YAML as ``cpapi2`` prints it: the spelling of Perl's YAML::Syck (``liveapi_cli §2.4``).

Keys are sorted, nothing is folded, text that is not ASCII stays raw. Pure: data in, text out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from cpanel_emu.call import Scalar, Tree

_RESERVED_WORDS = frozenset(
    {"~", "y", "Y", "n", "N"}
    | {
        spelling
        for word in ("null", "true", "false", "yes", "no", "on", "off")
        for spelling in (word, word.capitalize(), word.upper())
    }
)
_INFINITE_OR_NOT_A_NUMBER = re.compile(r"[-+]?(?:inf|infinity|nan)", re.ASCII | re.IGNORECASE)
_SHORT_INTEGER = re.compile(r"(?=.{1,9}\Z)(?:0|-?[1-9][0-9]*)")
_PLAIN_DECIMAL = re.compile(r"\+[0-9]+|-?\.[0-9]+")
_QUOTED_DECIMAL = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_NEEDS_DOUBLE_QUOTES = re.compile(
    r"""
      \A [\[\]{}!*&|>'"#%@`^:]      # an indicator in front
    | \A [-?,] (?: \Z | [ \n\r] )   # a block indicator in front
    | \A [ \t\n]  |  [ \t\n] \Z     # blank edges
    | \n  |  [ ]\#  |  :[ ]  |  : \Z
    | [\x00-\x08\x0b\x0c\x0e-\x1f\x7f]
    """,
    re.VERBOSE,
)
_ESCAPED = re.compile(r'["\\\x00-\x1f\x7f]')
_NAMED_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\n": "\\n",
    "\t": "\\t",
    "\r": "\\r",
    "\0": "\\0",
    "\a": "\\a",
    "\b": "\\b",
    "\v": "\\v",
    "\f": "\\f",
    "\x1b": "\\e",
}


def dump(tree: Tree) -> str:
    """Return *tree* as one YAML document: ``---`` first, LF last, keys by byte value."""
    return "".join(pieces(tree))


def pieces(tree: Tree) -> Iterator[str]:
    """Yield the document of `dump` in small pieces, for who must not work long at a stretch."""
    yield "---"
    yield from _after_mark(tree, 0)


def _after_mark(value: Tree, column: int) -> Iterator[str]:
    """Yield what follows ``---``, ``key:`` or ``-``, from its blank to the last LF.

    *column* is where the lines of a hash or list begin (rules 1 to 3).
    """
    if isinstance(value, str) or not isinstance(value, Mapping | Sequence):
        yield f" {_scalar(value)}\n"
    elif not value:
        yield " {}\n\n" if isinstance(value, Mapping) else " []\n\n"
    else:
        yield " \n"
        yield from _lines(value, column)


def _lines(value: Mapping[str, Tree] | Sequence[Tree], column: int) -> Iterator[str]:
    margin = " " * column
    if isinstance(value, Mapping):
        for key in sorted(value):
            yield f"{margin}{_key(key)}:"
            yield from _after_mark(value[key], column + 2)
    else:
        for item in value:
            yield f"{margin}-"
            yield from _after_mark(item, column + 2)


def _key(key: str) -> str:
    return key if _scalar(key) == key else _in_double_quotes(key)


def _scalar(value: Scalar | bool | float) -> str:
    """Spell a scalar (rule 4); true and false are ``1`` and ``0``, as in ``wire §6.1``."""
    if value is None:
        return "~"
    if isinstance(value, bool):
        value = int(value)
    text = str(value)
    if not text or text in _RESERVED_WORDS or _INFINITE_OR_NOT_A_NUMBER.fullmatch(text):
        return f"'{text}'"
    if _SHORT_INTEGER.fullmatch(text) or _PLAIN_DECIMAL.fullmatch(text):
        return text
    if _QUOTED_DECIMAL.fullmatch(text):
        return f"'{text}'"
    return _in_double_quotes(text) if _NEEDS_DOUBLE_QUOTES.search(text) else text


def _in_double_quotes(text: str) -> str:
    return f'"{_ESCAPED.sub(_escape, text)}"'


def _escape(match: re.Match[str]) -> str:
    character = match.group()
    return _NAMED_ESCAPES.get(character, f"\\x{ord(character):02X}")
