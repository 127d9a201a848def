"""Text with variables: ``$NAME{'key'}`` and ``$name`` (``tags §5.1``, ``tags §5.2``)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.expression_tree import (
    Expression,
    Hash,
    Literal,
    Part,
    ScalarVariable,
    UnknownVariable,
)

HASHES = frozenset(
    {
        "FORM",
        "RAW_FORM",
        "URI_ENCODED_FORM",
        "CPVAR",
        "CPDATA",
        "CPERROR",
        "LANG",
        "BRLANG",
        "ENV",
        "CONF",
        "BRANDINGIMG",
        "MAGICREVISION",
        "NVDATA",
        "CPFLAGS",
        "HASMODULE",
    }
)
"""Every ``$NAME{…}`` that is expanded."""

SCALARS = frozenset(
    {
        "homedir",
        "abshomedir",
        "user",
        "authuser",
        "appname",
        "httphost",
        "hostname",
        "ip",
        "version",
        "basefile",
        "basedir",
        "brandingpkg",
        "formdump",
        "random",
        "lang",
        "locale",
        "dbownerprefix",
        "dbprefix",
        "dbowner",
        "isreseller",
        "isresellerlogin",
        "isoverridelogin",
        "isarchiveuser",
        "isallowedssl",
        "hasdedicatedip",
        "hasvalidshell",
        "hasanonftp",
        "haspureftp",
        "haspostgres",
        "hascloudlinux",
        "pgrunning",
        "mysqlrunning",
        "sslhttpdport",
        "mainhttpdport",
    }
)
"""Every ``$name`` that is expanded."""

VARIABLE = r"\$(?P<name>[A-Za-z_]\w*)(?:\{(?P<key>[^{}]*)\})?"
"""A pattern for anything that may be a variable; a key holds no braces."""

BRACED = r"\$[A-Za-z_]\w*\{[^{}]*\}"
"""The same with its key, without groups: what split rules step over as a whole."""

_VARIABLE = re.compile(VARIABLE)


def variable(match: re.Match[str]) -> tuple[Part, int]:
    """Return the part that a match of `VARIABLE` means, and where the match then ends."""
    name, key = match["name"], match["key"]
    if name in HASHES and key is not None:
        return Hash(name, literal(_unquoted(key)), match[0]), match.end()
    if name in SCALARS:
        return ScalarVariable(name), match.end("name")
    return UnknownVariable(match[0]), match.end()


def parse_expression(text: str) -> Expression:
    """Return *text* as an expression; everything but variables is literal."""
    if "$" not in text:  # most texts
        return literal(text)
    parts: list[Part] = []
    position = 0
    while (match := _VARIABLE.search(text, position)) is not None:
        parts.append(Literal(text[position : match.start()]))
        part, position = variable(match)
        parts.append(part)
    parts.append(Literal(text[position:]))
    return merged(parts)


def merged(parts: Iterable[Part]) -> Expression:
    """Return *parts* with neighbouring literals as one and empty ones dropped."""
    result: list[Part] = []
    for part in parts:
        last = result[-1] if result else None
        if isinstance(part, Literal) and isinstance(last, Literal):
            result[-1] = Literal(last.text + part.text)
        elif part != Literal(""):
            result.append(part)
    return tuple(result)


def has_variables(text: str) -> bool:
    """Whether *text* holds something written like a variable."""
    return _VARIABLE.search(text) is not None


def literal(text: str) -> Expression:
    """Return *text* as an expression."""
    return (Literal(text),) if text else ()


def _unquoted(key: str) -> str:
    """Drop the quotes of a hash key; one of them may be missing (``$FORM{x'}``)."""
    key = key.strip(BLANKS)
    if key[:1] in {"'", '"'}:
        key = key[1:]
    if key[-1:] in {"'", '"'}:
        key = key[:-1]
    return key
