"""The parser: tokens into a `Document` (``tags §1``, ``tags §2.1``, ``tags §3.2``).

It never raises and evaluates nothing. What is broken becomes a `Dropped` or `Copied` node and a
warning; blocks that are open at the end of the file are closed there (rule 1.12).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from cpanel_emu.tags.arguments import attribute_value, split_arguments, split_call
from cpanel_emu.tags.brackets import parse_phrase
from cpanel_emu.tags.conditions import parse_condition, parse_feature
from cpanel_emu.tags.encoding import BLANKS, Lines, Place
from cpanel_emu.tags.expressions import BRACED, parse_expression
from cpanel_emu.tags.formats import parse_format, split_body
from cpanel_emu.tags.lexer import Token, TokenKind, tokenize
from cpanel_emu.tags.parameters import parse_tail
from cpanel_emu.tags.tree import (
    Api1Call,
    Api2Call,
    Block,
    Copied,
    Document,
    Dropped,
    Else,
    Localized,
    Node,
    PageWarning,
    TemplateToolkit,
    Text,
    Word,
)

MAX_BLOCKS = 32
"""How deep blocks may be nested; real pages reach four (CHOICE, as for includes)."""

WORDS = frozenset(
    {
        "langprint",
        "setvar",
        "print",
        "include",
        "relinclude",
        "rawinclude",
        "relrawinclude",
        "dynamicinclude",
        "printvar",
        "formprint",
        "uriprint",
        "jsprint",
        "unsafeprint",
        "cprint",
        "dprint",
        "sprint",
        "getcharset",
        "hostname",
        "version",
        "printhelp",
    }
)
"""The built-in words (``tags §2.2``); they are exact (rule 1.13)."""

_ATTRIBUTE = re.compile(
    rf"[{BLANKS}]*(?P<name>[A-Za-z_][\w:]*)[{BLANKS}]*(?:=(?P<value>.*))?", re.DOTALL
)
_BRACED_OR_SIGN = re.compile(rf"{BRACED}|[=,]")
_MODULE_OF_PHRASES = frozenset({"Locale", "locale"})


def parse(source: str, file: str = "") -> Document:
    """Return the document that *source* means; *file* names it in warnings."""
    return _Parser(source, file).parse()


def parse_test(word: str, test: str, file: str = "") -> Document:
    """Return a document that prints ``1`` if the test of a block named *word* is true."""
    parser = _Parser("", file)
    block = parser.block(_Open(Token(TokenKind.TAG, "", 0, word, test), [Text("1", Place())]), "")
    return Document(file, (block,), tuple(parser.warnings))


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
            if token.kind is TokenKind.TAG:
                _TAGS[token.name](self, token)
            else:
                self._add(self._copied(token))
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

    # --- text and tags that are copied or dropped ---

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

    def _drop(self, token: Token, rule: str, message: str) -> None:
        self.warn(rule, message)
        self._add(Dropped(token.raw, self._place, token.name.lstrip("?")))

    def stray_end(self, token: Token) -> None:
        """``</cpanel>`` (2.1.11)."""
        self._drop(token, "tags §2.1.11", '"</cpanel>" closes nothing')

    # --- <cpanel …> and <cptext …> ---

    def attribute(self, token: Token) -> None:
        """``<cpanel name=value>``."""
        match = _ATTRIBUTE.fullmatch(token.body)
        if match is None:
            self._drop(token, "tags §2.1.1", "the tag is not of the form name=value")
            return
        name, value = match["name"], attribute_value(match["value"] or "")
        if name in WORDS:
            operands = tuple(map(parse_expression, self._operands(name, value)))
            self._add(Word(token.raw, self._place, name, value, operands))
        else:
            self._call(token, name, value)

    def _operands(self, word: str, value: str) -> tuple[str, ...]:
        if word == "setvar":
            equals = next(iter(_outside_variables(value, "=")), None)
            if equals is None:
                self.warn("tags §2.2", "setvar has no =value")
                return value.strip(BLANKS), ""
            return value[:equals].strip(BLANKS), value[equals + 1 :]
        if word == "sprint":
            return self._sprint_operands(value)
        return (value,)

    def _sprint_operands(self, value: str) -> tuple[str, ...]:
        """The last two commas separate (``tags §2.2``)."""
        commas = _outside_variables(value, ",")[-2:]
        if len(commas) < 2:
            self.warn("tags §2.2", "sprint needs value,separator,number")
            return value, "", ""
        text, separator = value[: commas[0]], value[commas[0] + 1 : commas[1]]
        return text, separator.replace("[:comma:]", ","), value[commas[1] + 1 :].strip(BLANKS)

    def _call(self, token: Token, module: str, value: str) -> None:
        function, listed = split_call(value)
        if module in _MODULE_OF_PHRASES and function == "maketext":
            self._phrase(token, listed or "", short=False)
            return
        arguments = split_arguments(listed or "")
        positional = tuple(
            ()
            if argument.text == "undef" and not argument.quote
            else parse_expression(argument.text)
            for argument in arguments
            if argument.text != "%FORM" or argument.quote
        )
        whole_form = len(positional) < len(arguments)
        self._add(Api1Call(token.raw, self._place, module, function, positional, whole_form))

    def phrase(self, token: Token) -> None:
        """``<cptext 'text',a>``."""
        text = token.body.strip(BLANKS)
        if text[-1:] == "/" and text[:-1].rstrip(BLANKS)[-1:] in {"'", '"'}:
            text = text[:-1]
        self._phrase(token, text, short=True)

    def _phrase(self, token: Token, text: str, *, short: bool) -> None:
        phrase = parse_phrase(text, parse_expression, parse_expression, self.warn)
        self._add(Localized(token.raw, self._place, phrase, short))

    # --- <?cp … ?> and <?cptt … ?> ---

    def api2(self, token: Token) -> None:
        """``<?cp Module::function(FORMAT,…) … ?>``."""
        body = split_body(token.body)
        if body is None:
            self._drop(token, "tags §3.2.8", "no Module::function(…) in the tag")
            return
        tail = parse_tail(body.rest, self.warn)
        format_parts = parse_format(body, self.warn)
        self._add(
            Api2Call(
                token.raw,
                self._place,
                body.module,
                body.function,
                format_parts,
                tail.parameters,
                tail.message,
            )
        )

    def template_toolkit(self, token: Token) -> None:
        """``<?cptt … ?>`` (``tags §3.9``)."""
        body = split_body(token.body)
        self.warn("tags §3.9", "Template Toolkit files are not run; the tag prints nothing")
        if body is None:
            node = TemplateToolkit(token.raw, self._place, "", "", token.body.strip(BLANKS), ())
        else:
            parameters = parse_tail(body.rest, self.warn).parameters
            node = TemplateToolkit(
                token.raw, self._place, body.module, body.function, body.format, parameters
            )
        self._add(node)

    # --- blocks ---

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
            self._drop(token, "tags §1.12", '"<cpanelelse>" belongs to no block')
        else:
            self._open[-1].otherwise = token

    def end_block(self, token: Token) -> None:
        """``</cpanelif>`` or ``</cpanelfeature>``: closes blocks inside its own too (1.12)."""
        word = token.name[1:]
        if not self._counts[word]:
            self._drop(token, "tags §1.12", f'"</{word}>" closes no block')
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


def _outside_variables(text: str, sign: str) -> list[int]:
    """Return where *sign* stands outside variable braces."""
    return [match.start() for match in _BRACED_OR_SIGN.finditer(text) if match[0] == sign]


_TAGS: dict[str, Callable[[_Parser, Token], None]] = {
    "cpanel": _Parser.attribute,
    "/cpanel": _Parser.stray_end,
    "cptext": _Parser.phrase,
    "?cp": _Parser.api2,
    "?cptt": _Parser.template_toolkit,
    "cpanelif": _Parser.open_block,
    "cpanelfeature": _Parser.open_block,
    "cpanelelse": _Parser.else_block,
    "/cpanelif": _Parser.end_block,
    "/cpanelfeature": _Parser.end_block,
}
