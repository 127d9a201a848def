"""One file into `FileFacts`: every tag, what it uses, and what is wrong with it.

Nothing is evaluated, and nothing but the text of the file is looked at; whether included files and
language keys exist is for `linking`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from typing import NamedTuple

from cpanel_emu.migration.check import rules
from cpanel_emu.migration.check.facts import FileFacts, FunctionName, Reference, TagUse, TextUse
from cpanel_emu.migration.check.findings import Finding, Rule
from cpanel_emu.migration.check.judgements import judge
from cpanel_emu.migration.check.known import Known, Use
from cpanel_emu.migration.check.regions import Regions, comments, php_code
from cpanel_emu.migration.check.suspicions import suspicion_of
from cpanel_emu.migration.check.uses import brought_in, kind_of, subject_of, texts_of
from cpanel_emu.migration.pages import FileKind
from cpanel_emu.migration.parts import expressions_of, literal_of, operands_of, parts_of
from cpanel_emu.tags import decode, parse
from cpanel_emu.tags.encoding import Place
from cpanel_emu.tags.expression_tree import Hash, Part, ScalarVariable
from cpanel_emu.tags.lexer import has_tags
from cpanel_emu.tags.tree import (
    Api1Call,
    Api2Call,
    Block,
    Copied,
    Else,
    Node,
    TemplateToolkit,
    Text,
    function_use,
)

COMPUTED = "…"
"""Stands for a key that is computed."""

_AFTER = 256
_FOLLOWS_FROM_A_WRONG_END = frozenset(
    {
        rules.BROKEN_TAG,
        rules.BROKEN_WORD,
        rules.BROKEN_CALL,
        rules.BROKEN_FIELD,
        rules.DROPPED_PARAMETER,
        rules.OPEN_QUOTE,
        rules.BROKEN_PHRASE,
        rules.JUXTAPOSED,
    }
)
"""What need not be said of a tag that ends at the wrong place."""
_WRONG_ENDS = frozenset({rules.SWALLOWED_TEXT, rules.EARLY_END})


def read_page(path: str, kind: FileKind, content: bytes, known: Known) -> FileFacts:
    """Return what a page, or a file that pages include, tells; never raises."""
    facts = FileFacts(path, kind, len(content))
    source = decode(content)
    if has_tags(source):
        _Reader(facts, known).read(source)
    return facts


def read_language(path: str, content: bytes, known: Known) -> FileFacts:
    """Return what the tags in the values of a language file tell; never raises."""
    facts = FileFacts(path, FileKind.LANGUAGE, len(content))
    for number, line in enumerate(decode(content).split("\n"), start=1):
        key, equals, value = line.partition("=")
        if equals and not key.startswith("#") and has_tags(value):
            _Reader(facts, known, Place(number, len(key) + 2)).read(value.removesuffix("\r"))
    return facts


class _Placed(NamedTuple):
    """A tag and the offsets of its own text in the source."""

    node: Node
    start: int
    end: int


def _placed(nodes: Iterable[Node], start: int) -> Generator[_Placed, None, int]:
    """Yield every tag of *nodes*, and return the offset behind them."""
    for node in nodes:
        end = start + len(node.raw)
        if not isinstance(node, Text):
            yield _Placed(node, start, end)
        start = end
        if isinstance(node, Else):
            start = yield from _placed(node.body, start)
        elif isinstance(node, Block):
            start = yield from _placed(node.body, start)
            if node.otherwise is not None:
                start = yield from _placed((node.otherwise,), start)
            start += len(node.end)
    return start


class _Reader:
    """Reads one text into *facts*; *start* is where it begins in the file."""

    def __init__(self, facts: FileFacts, known: Known, start: Place | None = None) -> None:
        self._facts = facts
        self._known = known
        self._start = start or Place()

    def read(self, source: str) -> None:
        """Read the text."""
        document = parse(source, self._facts.path)
        placed = list(_placed(document.nodes, 0))
        hidden = comments(source)
        php = php_code(source, [(each.start, each.end) for each in placed])
        wrong_ends: set[Place] = set()
        for node, start, end in placed:
            parts = parts_of(expressions_of(node))
            suspicion = None
            if not isinstance(node, Copied):
                suspicion = suspicion_of(node, source[end : end + _AFTER])
            if suspicion is not None:
                self._find(node.place, *suspicion)
                if suspicion.rule in _WRONG_ENDS:
                    wrong_ends.add(node.place)
            self._count(node, parts, whole=node.place not in wrong_ends)
            self._judge(node, parts, wrong_ends)
            self._look_round(node, start, hidden, php)
        for warning in document.warnings:
            rule = rules.rule_of_warning(warning.rule, warning.message)
            place = Place(warning.line, warning.column)
            if place not in wrong_ends or rule not in _FOLLOWS_FROM_A_WRONG_END:
                mend = rules.mend_of_warning(rule, warning.message)
                self._find(place, rule, warning.message, mend, warning.rule)

    def _judge(self, node: Node, parts: list[Part], wrong_ends: set[Place]) -> None:
        for rule, message, mend in judge(node, parts):
            if node.place not in wrong_ends or rule not in _FOLLOWS_FROM_A_WRONG_END:
                self._find(node.place, rule, message, mend)
        function = self._function(node)
        if function is not None and self._known.use(function) is Use.UNKNOWN:
            message = f"the emulator has no function {function}"
            self._find(node.place, rules.UNKNOWN_FUNCTION, message, self._known.mend(function))

    def _look_round(self, node: Node, start: int, hidden: Regions, php: Regions) -> None:
        if start in php:
            self._find(node.place, rules.TAG_IN_PHP, "the tag stands inside PHP code", "")
        if start in hidden and isinstance(node, Api1Call | Api2Call | TemplateToolkit):
            function = self._function(node)
            if function is not None and not self._known.is_part_of_the_tag_system(function):
                message = f"{function} is called inside an HTML comment"
                self._find(node.place, rules.CALL_IN_COMMENT, message, "")

    def _count(self, node: Node, parts: list[Part], *, whole: bool) -> None:
        kind = kind_of(node, self._known)
        if not kind:
            return
        place = self._place(node.place)
        function = self._function(node)
        self._facts.tags.append(TagUse(*place, kind, subject_of(node), function))
        if function is not None:
            self._facts.functions[function] += 1
        if whole:
            self._link(node, parts, place)
        for variable in _variables(parts):
            self._facts.variables[variable] += 1
        if isinstance(node, Block) and node.word == "cpanelfeature":
            for operand in operands_of(node.condition):
                self._facts.features[literal_of(operand.expression) or COMPUTED] += 1

    def _link(self, node: Node, parts: list[Part], place: tuple[int, int]) -> None:
        """Note what other files a tag needs; one that swallows text does not mean what it says."""
        found = brought_in(node)
        if found is not None:
            self._facts.references.append(Reference(*found, *place))
        self._facts.texts += [TextUse(*text, *place) for text in texts_of(node, parts)]

    def _function(self, node: Node) -> FunctionName | None:
        use = function_use(node)
        return None if use is None else self._known.named(*use)

    def _find(self, place: Place, rule: Rule, message: str, mend: str, citation: str = "") -> None:
        finding = Finding(
            self._facts.path,
            *self._place(place),
            rule,
            message,
            mend or rule.mend,
            citation or rule.citation,
        )
        if finding not in self._facts.findings[-8:]:
            self._facts.findings.append(finding)

    def _place(self, place: Place) -> tuple[int, int]:
        """Return line and column in the file of a place in the text."""
        if place.line > 1:
            return self._start.line + place.line - 1, place.column
        return self._start.line, self._start.column + place.column - 1


def _variables(parts: Iterable[Part]) -> Iterator[tuple[str, str]]:
    """Yield name and key of every known variable among *parts*."""
    for part in parts:
        if isinstance(part, Hash):
            key = literal_of(part.key)
            yield part.name, COMPUTED if key is None else key
        elif isinstance(part, ScalarVariable):
            yield part.name, ""
