"""The parser: tokens into a `Document` (``tags §1``, ``tags §4``).

It never raises and evaluates nothing. What is broken becomes a `Dropped` or `Copied` node and a
warning; blocks that are open at the end of the file are closed there (rule 1.12).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from cpanel_emu.tags.conditions import parse_condition, parse_feature
from cpanel_emu.tags.encoding import BLANKS, Lines, Place
from cpanel_emu.tags.lexer import Token, TokenKind, tokenize
from cpanel_emu.tags.tag_parser import parse_tag
from cpanel_emu.tags.tree import (
    Block,
    Copied,
    Document,
    Dropped,
    Else,
    Node,
    PageWarning,
    Text,
)

MAX_BLOCKS = 32
"""How deep blocks may be nested; real pages reach four (CHOICE, as for includes)."""


def parse(source: str, file: str = "") -> Document:
    """Return the document that *source* means; *file* names it in warnings."""
    return _Parser(source, file).parse()


def parse_test(word: str, test: str, file: str = "") -> Document:
    """Return a document that prints ``1`` if the test of a block named *word* is true."""
    parser = _Parser("", file)
    block = parser.block(_Open(Token(TokenKind.TAG, "", 0, word, test), [Text("1", Place())]), "")
    return Document(file, (block,), tuple(parser.warnings))


def parse_word(word: str, value: str, file: str = "") -> Document:
    """Return a document of the built-in *word* alone; *value* may hold any text, ``>`` too."""
    parser = _Parser("", file)
    token = Token(TokenKind.TAG, "", 0, "cpanel", f' {word}="{value}"')
    return Document(file, (parse_tag(token, Place(), parser.warn),), tuple(parser.warnings))


@dataclass(slots=True)
class _Open:
    """A block that is not closed yet."""

    token: Token
    body: list[Node] = field(default_factory=list)
    otherwise: Token | None = None
    else_body: list[Node] = field(default_factory=list)

    @property
    def nodes(self) -> list[Node]:
        """Where the next node of the block goes."""
        return self.body if self.otherwise is None else self.else_body


class _Parser:
    def __init__(self, source: str, file: str) -> None:
        self._source = source
        self._file = file
        self._lines: Lines | None = None
        self._place = Place()
        self._nodes: list[Node] = []
        self._open: list[_Open] = []
        self._flat: list[str] = []
        self._counts: Counter[str] = Counter()
        self.warnings: list[PageWarning] = []

    def parse(self) -> Document:
        """Read all tokens."""
        for token in tokenize(self._source):
            self._place = self._place_of(token)
            if token.kind is not TokenKind.TAG:
                self._add(self._copied(token))
            elif token.name in _BLOCKS:
                _BLOCKS[token.name](self, token)
            else:
                self._add(parse_tag(token, self._place, self.warn))
        self._close_all()
        warnings = sorted(self.warnings, key=lambda warning: (warning.line, warning.column))
        return Document(self._file, tuple(self._nodes), tuple(warnings))

    def _place_of(self, token: Token) -> Place:
        if token.offset == 0:
            return Place()
        if self._lines is None:
            self._lines = Lines(self._source)
        return self._lines.place(token.offset)

    def _add(self, node: Node) -> None:
        (self._open[-1].nodes if self._open else self._nodes).append(node)

    def warn(self, rule: str, message: str) -> None:
        """Note *message* at the tag at hand."""
        line, column = self._place.line, self._place.column
        self.warnings.append(PageWarning(self._file, line, column, rule, message))

    def _copied(self, token: Token) -> Node:
        if token.kind is TokenKind.TEXT:
            return Text(token.raw, self._place)
        if token.kind is TokenKind.UNKNOWN:
            word = token.raw[1:]
            self.warn("tags §1.6", f'"{token.raw}" is no tag')
        else:
            word = token.name.lstrip("?")
            self.warn("tags §1.7", f'the tag "{word}" has no ">"')
        return Copied(token.raw, self._place, word)

    def _drop(self, token: Token, message: str) -> None:
        self.warn("tags §1.12", message)
        self._add(Dropped(token.raw, self._place, token.name))

    def open_block(self, token: Token) -> None:
        """``<cpanelif …>`` or ``<cpanelfeature …>``; inside one too deep, nesting is flat."""
        self._counts[token.name] += 1
        if len(self._open) > MAX_BLOCKS:
            self._flat.append(token.name)
            self._add(self.block(_Open(token), "", too_deep=True))
            return
        if len(self._open) == MAX_BLOCKS:
            self.warn("tags §1.11", f"blocks are nested more than {MAX_BLOCKS} deep")
        self._open.append(_Open(token))

    def else_block(self, token: Token) -> None:
        """``<cpanelelse>``: of the innermost open block; a second one is dropped (1.12)."""
        if self._flat:
            self._add(Dropped(token.raw, self._place, token.name))
        elif not self._open or self._open[-1].otherwise is not None:
            self._drop(token, '"<cpanelelse>" belongs to no block')
        else:
            self._open[-1].otherwise = token

    def end_block(self, token: Token) -> None:
        """``</cpanelif>`` or ``</cpanelfeature>``: closes blocks inside its own too (1.12)."""
        word = token.name[1:]
        if not self._counts[word]:
            self._drop(token, f'"</{word}>" closes no block')
            return
        while self._flat:
            inner = self._flat.pop()
            self._counts[inner] -= 1
            if inner == word:
                self._add(Dropped(token.raw, self._place, token.name))
                return
        while self._open[-1].token.name != word:
            self.warn("tags §1.12", f'"</{word}>" closes "{self._open[-1].token.name}" too')
            self._close("")
        self._close(token.raw)

    def _close_all(self) -> None:
        while self._open:
            opened = self._open[-1].token
            self._place = self._place_of(opened)
            self.warn("tags §1.12", f'"<{opened.name}>" is never closed')
            self._close("")

    def _close(self, end: str) -> None:
        opened = self._open.pop()
        self._counts[opened.token.name] -= 1
        here, self._place = self._place, self._place_of(opened.token)
        self._add(self.block(opened, end, too_deep=len(self._open) == MAX_BLOCKS))
        self._place = here

    def block(self, opened: _Open, end: str, *, too_deep: bool = False) -> Block:
        """Return the block that began with *opened*."""
        token = opened.token
        condition = (
            parse_feature(token.body)
            if token.name == "cpanelfeature"
            else parse_condition(token.body, self.warn)
        )
        otherwise = None
        if opened.otherwise is not None:
            place = self._place_of(opened.otherwise)
            otherwise = Else(opened.otherwise.raw, place, tuple(opened.else_body))
        return Block(
            token.raw,
            self._place,
            token.name,
            token.body.strip(BLANKS),
            condition,
            tuple(opened.body),
            otherwise,
            end,
            too_deep,
        )


_BLOCKS: dict[str, Callable[[_Parser, Token], None]] = {
    "cpanelif": _Parser.open_block,
    "cpanelfeature": _Parser.open_block,
    "cpanelelse": _Parser.else_block,
    "/cpanelif": _Parser.end_block,
    "/cpanelfeature": _Parser.end_block,
}
