"""One file into `FileFacts`: every tag, what it uses, and what is wrong with it.

Nothing is evaluated, and nothing but the text of the file is looked at; whether included files and
language keys exist is for `including` and `texts`.
"""

from __future__ import annotations

from cpanel_emu.migration.check import rules
from cpanel_emu.migration.check.counting import Tag, count
from cpanel_emu.migration.check.facts import FileFacts
from cpanel_emu.migration.check.findings import Rule
from cpanel_emu.migration.check.judgements import judge
from cpanel_emu.migration.check.known import Known, Use
from cpanel_emu.migration.check.suspicions import suspicion_of
from cpanel_emu.migration.pages import FileKind
from cpanel_emu.migration.parts import expressions_of, parts_of
from cpanel_emu.migration.regions import comments, php_code, placed
from cpanel_emu.tags import PageWarning, decode, parse
from cpanel_emu.tags.encoding import Place, has_other_bytes
from cpanel_emu.tags.lexer import has_tags
from cpanel_emu.tags.tree import (
    Api1Call,
    Api2Call,
    Copied,
    Node,
    TemplateToolkit,
    function_use,
)

_AFTER = 256
"""Characters behind a tag that are looked at."""
_NEAR = 8
"""The same finding comes again only close by: two fields of one tag."""
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
    is_told = False
    for number, line in enumerate(decode(content).split("\n"), start=1):
        key, equals, value = line.partition("=")
        if not equals or key.startswith("#"):
            continue
        if has_other_bytes(line) and not is_told:
            is_told = True
            message = f"the text {key.strip()} holds bytes that are no UTF-8"
            facts.findings.append(rules.NOT_UTF8.at(path, (number, 1), message))
        if has_tags(value):
            _Reader(facts, known, Place(number, len(key) + 2)).read(value.removesuffix("\r"))
    return facts


class _Reader:
    """Reads one text into *facts*; *start* is where it begins in the file."""

    def __init__(self, facts: FileFacts, known: Known, start: Place | None = None) -> None:
        self._facts = facts
        self._known = known
        self._start = start or Place()
        self._wrong_ends: set[tuple[int, int]] = set()

    def read(self, source: str) -> None:
        """Read the text."""
        document = parse(source, self._facts.path)
        tags = list(placed(document.nodes))
        hidden = comments(source)
        php = php_code(source, [(each.start, each.end) for each in tags])
        for node, start, end in tags:
            tag = self._tag(node, source[end : end + _AFTER])
            count(self._facts, tag, self._known)
            self._judge(tag)
            if start in php:
                self._find(tag.place, rules.TAG_IN_PHP, "the tag stands inside PHP code")
            if start in hidden:
                self._in_comment(tag)
        for warning in document.warnings:
            self._warn(warning)

    def _tag(self, node: Node, after: str) -> Tag:
        """Return what is known of a tag; note it if it does not end where its author thought."""
        place = self._place(node.place.line, node.place.column)
        suspicion = None if isinstance(node, Copied) else suspicion_of(node, after)
        ends_right = suspicion is None or suspicion.rule not in _WRONG_ENDS
        if suspicion is not None:
            self._find(place, *suspicion)
        if not ends_right:
            self._wrong_ends.add(place)
        use = function_use(node)
        function = None if use is None else self._known.named(*use)
        return Tag(node, place, function, parts_of(expressions_of(node)), ends_right)

    def _judge(self, tag: Tag) -> None:
        for rule, message, mend in judge(tag.node, tag.parts):
            if tag.ends_right or rule not in _FOLLOWS_FROM_A_WRONG_END:
                self._find(tag.place, rule, message, mend)
        if tag.function is not None and self._known.use(tag.function) is Use.UNKNOWN:
            message = f"the emulator has no function {tag.function}"
            mend = self._known.mend(tag.function)
            self._find(tag.place, rules.UNKNOWN_FUNCTION, message, mend)

    def _in_comment(self, tag: Tag) -> None:
        if not isinstance(tag.node, Api1Call | Api2Call | TemplateToolkit):
            return
        function = tag.function
        if function is not None and not self._known.is_part_of_the_tag_system(function):
            message = f"{function} is called inside an HTML comment"
            self._find(tag.place, rules.CALL_IN_COMMENT, message)

    def _warn(self, warning: PageWarning) -> None:
        """Make a finding of what the parser warns of."""
        rule = rules.rule_of_warning(warning.rule, warning.message)
        place = self._place(warning.line, warning.column)
        if place not in self._wrong_ends or rule not in _FOLLOWS_FROM_A_WRONG_END:
            mend = rules.mend_of_warning(rule, warning.message)
            self._find(place, rule, warning.message, mend, warning.rule)

    def _find(
        self, place: tuple[int, int], rule: Rule, message: str, mend: str = "", citation: str = ""
    ) -> None:
        """Note a finding, once."""
        finding = rule.at(self._facts.path, place, message, mend, citation)
        if finding not in self._facts.findings[-_NEAR:]:
            self._facts.findings.append(finding)

    def _place(self, line: int, column: int) -> tuple[int, int]:
        """Return line and column in the file of a place in the text."""
        if line > 1:
            return self._start.line + line - 1, column
        return self._start.line, self._start.column + column - 1
