"""The lossless lexer: page text into raw tokens (``tags §1`` rules 1.4 to 1.7).

Law: the joined raw texts of the tokens are the source, for every source.
The lexer runs in linear time; HTML around the tags means nothing to it.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass

_OPENER = re.compile(
    r"""<(?:
        (?P<name>/cpanel(?:if|feature)?|cpanel(?:if|else|feature)?|cptext|\?cp(?:tt)?)
        (?=[ \t\r\n\f\v>]|\?>)
      | /?cpanel[A-Za-z0-9_:-]*
    )""",
    re.VERBOSE,
)


class TokenKind(enum.Enum):
    """What a token is; every kind but ``TAG`` is copied to the page."""

    TEXT = "text"
    TAG = "tag"
    UNKNOWN = "unknown"
    """``<cpanel…`` with a word that is no tag (rule 1.6): the opener alone."""
    UNCLOSED = "unclosed"
    """A tag without ``>`` before the end of the file (rule 1.7)."""


@dataclass(frozen=True, slots=True)
class Token:
    """One stretch of the source.

    ``offset`` counts characters from 0; ``name`` and ``body`` are those of a tag: ``cpanel``,
    ``cpanelif``, ``/cpanelif``, ``cptext``, ``?cp`` …, and what stands between it and the end.
    """

    kind: TokenKind
    raw: str
    offset: int
    name: str = ""
    body: str = ""


def has_tags(text: str) -> bool:
    """Whether *text* holds anything that is not plain text to the lexer."""
    return _OPENER.search(text) is not None


def tokenize(source: str) -> Iterator[Token]:
    """Yield the tokens of *source* in order; none is empty."""
    position = 0
    while (opener := _OPENER.search(source, position)) is not None:
        start = opener.start()
        if start > position:
            yield Token(TokenKind.TEXT, source[position:start], position)
        token = _token(source, start, opener)
        yield token
        position = start + len(token.raw)
    if position < len(source):
        yield Token(TokenKind.TEXT, source[position:], position)


def _token(source: str, start: int, opener: re.Match[str]) -> Token:
    name = opener["name"]
    if name is None:
        return Token(TokenKind.UNKNOWN, opener[0], start)
    end = source.find(">", opener.end())
    if end < 0:
        return Token(TokenKind.UNCLOSED, source[start:], start, name)
    body = source[opener.end() : end]
    if name.startswith("?"):
        body = body.removesuffix("?")
    return Token(TokenKind.TAG, source[start : end + 1], start, name, body)
