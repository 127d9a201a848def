"""The syntax tree of a page: what the parser makes and the compiler, check and convert read.

A `Document` is a tuple of nodes. Every node knows the text it was written as (``raw``) and where
it starts; the joined raw texts of a document's nodes, with those inside blocks, are the source
(`source_of`). What stands inside tags is in `expression_tree`.

=====================  ==========================================================
node                   written as
=====================  ==========================================================
`Text`                 anything outside tags
`Word`                 ``<cpanel langprint="KEY">`` and the other built-in words
`Api1Call`             ``<cpanel Module="function(a,b)">``
`Localized`            ``<cptext 'text',a>``, ``<cpanel Locale="maketext('text',a)">``
`Api2Call`             ``<?cp Module::function(FORMAT,field) a=1 || 'message' ?>``
`TemplateToolkit`      ``<?cptt Module::function(file.tmpl) a=1 ?>``
`Block`, `Else`        ``<cpanelif …>``, ``<cpanelfeature …>``, ``<cpanelelse>``
`Dropped`              a tag that prints nothing: stray closers, broken bodies
`Copied`               a tag that is copied: unknown words, no ``>``
=====================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from cpanel_emu.call import Api
from cpanel_emu.tags.encoding import Place
from cpanel_emu.tags.expression_tree import Condition, Expression, Phrase


@dataclass(frozen=True, slots=True)
class Node:
    """The text a node was written as, and where it starts."""

    raw: str
    place: Place

    @property
    def kind(self) -> str:
        """The word that usage lists count the node by; empty for plain text."""
        return ""


@dataclass(frozen=True, slots=True)
class Text(Node):
    """Text outside tags."""


@dataclass(frozen=True, slots=True)
class Word(Node):
    """A built-in word (``tags §2.2``) and its operands.

    They are (name, value) for ``setvar``, (value, separator, number) for ``sprint``, and (value)
    for every other word.
    """

    word: str
    value: str
    operands: tuple[Expression, ...]

    @property
    def kind(self) -> str:
        """The word."""
        return self.word


@dataclass(frozen=True, slots=True)
class Api1Call(Node):
    """An API 1 call; ``whole_form`` means that ``%FORM`` hands over the form (2.1.6)."""

    module: str
    function: str
    arguments: tuple[Expression, ...]
    whole_form: bool = False

    @property
    def kind(self) -> str:
        """The module."""
        return self.module


@dataclass(frozen=True, slots=True)
class Localized(Node):
    """A phrase as a tag; ``short`` for ``<cptext …>``."""

    phrase: Phrase
    short: bool

    @property
    def kind(self) -> str:
        """``cptext`` or ``Locale``."""
        return "cptext" if self.short else "Locale"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One ``name=value`` of an API 2 tag."""

    name: str
    value: Expression


@dataclass(frozen=True, slots=True)
class Api2Call(Node):
    """An API 2 call; the fields stand in ``format`` where its ``%`` stood."""

    module: str
    function: str
    format: Expression
    parameters: tuple[Parameter, ...]
    message: Expression | None

    @property
    def kind(self) -> str:
        """``cp``."""
        return "cp"


@dataclass(frozen=True, slots=True)
class TemplateToolkit(Node):
    """``<?cptt … ?>``; module and function are empty for ``<?cptt file.tmpl ?>``."""

    module: str
    function: str
    file: str
    parameters: tuple[Parameter, ...]

    @property
    def kind(self) -> str:
        """``cptt``."""
        return "cptt"


@dataclass(frozen=True, slots=True)
class Else(Node):
    """``<cpanelelse>`` and what stands between it and the end of its block."""

    body: tuple[Node, ...]

    @property
    def kind(self) -> str:
        """``cpanelelse``."""
        return "cpanelelse"


@dataclass(frozen=True, slots=True)
class Block(Node):
    """``<cpanelif>`` or ``<cpanelfeature>``; ``raw`` is the opening tag alone.

    ``end`` is the closing tag, empty if there is none. ``too_deep`` says that the block stands
    deeper than blocks may be nested: it prints the text of rule 1.11, and its body is flat.
    """

    word: str
    test: str
    condition: Condition
    body: tuple[Node, ...]
    otherwise: Else | None = None
    end: str = ""
    too_deep: bool = False

    @property
    def kind(self) -> str:
        """``cpanelif`` or ``cpanelfeature``."""
        return self.word


@dataclass(frozen=True, slots=True)
class Dropped(Node):
    """A tag that prints nothing; ``word`` names it."""

    word: str

    @property
    def kind(self) -> str:
        """The tag's word."""
        return self.word


@dataclass(frozen=True, slots=True)
class Copied(Node):
    """Text that looks like a tag and is copied through; ``word`` names it."""

    word: str

    @property
    def kind(self) -> str:
        """The word after ``<``."""
        return self.word


@dataclass(frozen=True, slots=True)
class PageWarning:
    """A journal entry: what is wrong at a place of a file, and the rule that says so.

    ``file`` is relative to the theme, ``rule`` reads ``tags §1.7``.
    """

    file: str
    line: int
    column: int
    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file."""

    file: str
    nodes: tuple[Node, ...]
    warnings: tuple[PageWarning, ...] = field(default=())


class FunctionUse(NamedTuple):
    """A function that a tag calls; an API 1 module may be written in lower case (1.13)."""

    api: Api
    module: str
    function: str


def function_use(node: Node) -> FunctionUse | None:
    """Return the function that *node* calls; built-in words and ``<cptext>`` call none."""
    if isinstance(node, Api1Call):
        return FunctionUse(Api.API1, node.module, node.function)
    if isinstance(node, Localized) and not node.short:
        return FunctionUse(Api.API1, "Locale", "maketext")
    if isinstance(node, Api2Call) or (isinstance(node, TemplateToolkit) and node.function):
        return FunctionUse(Api.API2, node.module, node.function)
    return None


def single_tag(document: Document) -> Node | None:
    """Return the only node of *document* if it is a tag (``liveapi_cli §1.5``)."""
    if len(document.nodes) != 1 or isinstance(document.nodes[0], Text | Copied):
        return None
    return document.nodes[0]


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    """Yield every node in the order of the source, with those inside blocks."""
    for node in nodes:
        yield node
        if isinstance(node, Block):
            yield from walk(node.body)
            if node.otherwise is not None:
                yield from walk((node.otherwise,))
        elif isinstance(node, Else):
            yield from walk(node.body)


def source_of(nodes: Iterable[Node]) -> str:
    """Return the text that *nodes* were parsed from."""
    return "".join(_raw_texts(nodes))


def _raw_texts(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        yield node.raw
        if isinstance(node, Else):
            yield from _raw_texts(node.body)
        elif isinstance(node, Block):
            yield from _raw_texts(node.body)
            if node.otherwise is not None:
                yield from _raw_texts((node.otherwise,))
            yield node.end
