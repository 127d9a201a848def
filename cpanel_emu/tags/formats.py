"""Bodies of API 2 tags: FORMAT, fields, parameters, message (``tags §3``)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cpanel_emu.tags.arguments import QUOTES
from cpanel_emu.tags.brackets import Warn, parse_phrase
from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.expression_tree import (
    Choice,
    Expression,
    Field,
    Hash,
    Literal,
    NestedList,
    Parity,
    Part,
)
from cpanel_emu.tags.expressions import VARIABLE, merged, variable

_HEAD = re.compile(
    rf"[{BLANKS}]*(?P<module>[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*)::(?P<function>[A-Za-z_]\w*)"
    rf"[{BLANKS}]*\("
)
_STEP = re.compile(r"\\\{\w*\}|\\.|[(),]", re.DOTALL)
_COLON = re.compile(r"\\\{\w*\}|\\.|:", re.DOTALL)

_NAMED = {
    "colon": ":",
    "comma": ",",
    "percent": "%",
    "leftparenthesis": "(",
    "rightparenthesis": ")",
    "leftbracket": "[",
    "rightbracket": "]",
}
_BRACKETS = {"[[": "(", "]]": ")", "[": "<", "]": ">"}
_PHRASE_BRACKET = re.compile(r"\\\{(left|right)bracket\}")

_SPECIAL = re.compile(
    rf"""
      \\\{{(?P<named>\w*)\}}
    | \\(?P<escaped>.)
    | (?P<bracket>\[\[|\]\]|\[|\])
    | (?P<placeholder>%)
    | \$\{{(?P<field>[^{{}}$]*)\}}
    | (?P<variable>{VARIABLE})
    | (?<![\w$])(?P<phrase>maketext\()
    """,
    re.VERBOSE | re.DOTALL,
)

_FIELD = re.compile(r"(?P<prefix>[\^*@&+]?)(?P<name>\w+)(?P<next>[=:]?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Body:
    """The raw pieces of ``Module::function(FORMAT,field,…) rest``."""

    module: str
    function: str
    format: str
    fields: tuple[str, ...]
    rest: str


def split_body(text: str) -> Body | None:
    """Split the body of an API 2 tag; None without ``Module::function(`` and its ``)``."""
    head = _HEAD.match(text)
    if head is None:
        return None
    pieces: list[str] = []
    start = head.end()
    depth = 0
    for match in _STEP.finditer(text, start):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")" and depth:
            depth -= 1
        elif match[0] in {")", ","} and not depth:
            pieces.append(text[start : match.start()].strip(BLANKS))
            start = match.end()
            if match[0] == ")":
                rest = text[start:]
                return Body(head["module"], head["function"], pieces[0], tuple(pieces[1:]), rest)
    return None


def unquoted_format(text: str) -> str:
    """Drop the quotes of a FORMAT that is quoted as a whole (3.2.4)."""
    if len(text) >= 2 and text[0] in QUOTES and text.find(text[0], 1) == len(text) - 1:
        return text[1:-1]
    return text


def parse_format(body: Body, warn: Warn) -> Expression:
    """Return FORMAT with its fields in place of its ``%`` (3.2.6, 3.2.7)."""
    fields = [_parse_field(field, warn) for field in body.fields]
    return FormatText(warn, fields).parse(unquoted_format(body.format))


class FormatText:
    """Reads text in which brackets, escapes, variables and phrases work (3.5, 3.6).

    *fields* are put in place of ``%`` from left to right; None leaves ``%`` as it is. *rows* says
    that ``${name}`` means a value of the row.
    """

    def __init__(
        self, warn: Warn, fields: list[Expression] | None = None, *, rows: bool = True
    ) -> None:
        self._warn = warn
        self._fields = fields
        self._rows = rows
        self._used = 0
        self._brackets = True
        self._phrases = True

    def parse(self, text: str) -> Expression:
        """Return *text* as an expression."""
        parts: list[Part] = []
        position = 0
        while (match := _SPECIAL.search(text, position)) is not None:
            parts.append(Literal(text[position : match.start()]))
            found, position = self._special(match, text)
            parts += found
        parts.append(Literal(text[position:]))
        return merged(parts)

    def _special(self, match: re.Match[str], text: str) -> tuple[Expression, int]:
        """Return what a match prints and where reading goes on."""
        if match["variable"] is not None:
            part, end = variable(match)
            return (self._with_placeholders(part),), end
        if match["phrase"] is not None:
            return self._phrase(text, match)
        return self._short_special(match), match.end()

    def _short_special(self, match: re.Match[str]) -> Expression:
        raw = match[0]
        if match["named"] is not None:
            if match["named"] not in _NAMED:
                self._warn("tags §3.5", f'unknown escape "{raw}"')
            return (Literal(_NAMED.get(match["named"], raw)),)
        if match["escaped"] is not None:
            return (Literal("," if raw == r"\," else raw),)
        if match["bracket"] is not None:
            return (Literal(_BRACKETS[raw] if self._brackets else raw),)
        if match["field"] is not None and self._rows:
            return _row_value(match["field"], raw)
        if match["placeholder"] is not None and self._fields is not None:
            return self._next_field(self._fields)
        return (Literal(raw),)

    def _next_field(self, fields: list[Expression]) -> Expression:
        self._used += 1
        return fields[self._used - 1] if self._used <= len(fields) else ()

    def _with_placeholders(self, part: Part) -> Part:
        """Put fields into the key of a hash: ``$MAGICREVISION{'images/%.gif'}`` (3.6)."""
        if not isinstance(part, Hash) or self._fields is None or "%" not in part.raw:
            return part
        key: list[Part] = []
        for piece in part.key:
            texts = piece.text.split("%") if isinstance(piece, Literal) else []
            for index, text in enumerate(texts):
                key += self._next_field(self._fields) if index else ()
                key.append(Literal(text))
        return Hash(part.name, merged(key), part.raw)

    def _phrase(self, text: str, match: re.Match[str]) -> tuple[Expression, int]:
        """Read ``maketext(…)``; inside another one, or unclosed, the name is plain text."""
        end = _closing_parenthesis(text, match.end()) if self._phrases else -1
        if end < 0:
            self._phrases = False
            return (Literal(match[0]),), match.end()
        inside = _PHRASE_BRACKET.sub(
            lambda escape: _NAMED[f"{escape[1]}bracket"], text[match.end() : end]
        )
        self._phrases = False
        phrase = parse_phrase(inside, self._phrase_text, self.parse, self._warn)
        self._phrases = True
        return (phrase,), end + 1

    def _phrase_text(self, text: str) -> Expression:
        """Read a piece of a phrase, in which brackets are bracket notation."""
        self._brackets = False
        parts = self.parse(text)
        self._brackets = True
        return parts


def _closing_parenthesis(text: str, position: int) -> int:
    depth = 0
    for match in _STEP.finditer(text, position):
        if match[0] == "(":
            depth += 1
        elif match[0] == ")":
            if not depth:
                return match.start()
            depth -= 1
    return -1


def _parse_field(text: str, warn: Warn) -> Expression:
    """Return what a field prints (3.4)."""
    if not text:
        return ()
    match = _FIELD.match(text)
    rest = text[match.end() :] if match else ""
    if match is not None and match["next"] == "=" and "?" in rest:
        return _choice(_subject(match), rest, warn)
    if match is not None and match["next"] == ":":
        pieces = _split_at_colons(rest)
        subject = _subject(match)
        if len(pieces) == 3 and isinstance(subject, Field):
            texts = FormatText(warn)
            before, item, after = (texts.parse(piece) for piece in pieces)
            return (NestedList(subject, before, item, after),)
    elif match is not None and not match["next"] and not rest:
        return (_subject(match),)
    warn("tags §3.4", f'the field "{text}" has no known form')
    return ()


def _row_value(text: str, raw: str) -> Expression:
    match = _FIELD.fullmatch(text.strip(BLANKS))
    return (_subject(match),) if match and not match["next"] else (Literal(raw),)


def _subject(match: re.Match[str]) -> Field | Parity:
    prefix, name = match["prefix"], match["name"]
    if prefix == "*" and name == "num":
        return Parity()
    is_index = name.isdigit() and len(name) < 10
    return Field(name, prefix, int(name) if is_index else None)


def _choice(subject: Field | Parity, text: str, warn: Warn) -> Expression:
    value, _, answers = text.partition("?")
    yes, no = (*_split_at_colons(answers, 1), "")[:2]
    texts = FormatText(warn)
    return (Choice(subject, texts.parse(value), texts.parse(yes), texts.parse(no)),)


def _split_at_colons(text: str, limit: int | None = None) -> list[str]:
    r"""Split at raw colons, not those written ``\{colon}``; at most *limit* times."""
    pieces: list[str] = []
    start = 0
    for match in _COLON.finditer(text):
        if match[0] == ":" and (limit is None or len(pieces) < limit):
            pieces.append(text[start : match.start()])
            start = match.end()
    pieces.append(text[start:])
    return pieces
