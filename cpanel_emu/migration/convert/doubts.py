"""What of a page a person must look at: never converted silently (``tags §9.2``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from cpanel_emu.migration.convert.findings import Finding, Reason
from cpanel_emu.migration.parts import parts_of
from cpanel_emu.migration.regions import comments, placed
from cpanel_emu.tags import tree
from cpanel_emu.tags.encoding import has_other_bytes
from cpanel_emu.tags.expression_tree import Expression, Field

_UNDOCUMENTED = frozenset({"cprint", "dprint"})
_JUXTAPOSED = "tags §4.8"


class Doubts:
    """The findings of one document, by node.

    A node that *stays* is not converted: what it means is not sure enough. One that does not is
    converted as the tag system reads it.
    """

    def __init__(self, document: tree.Document) -> None:
        self._document = document  # while it lives, no other node has the id of one of its
        self._warned = {
            (warning.line, warning.column)
            for warning in document.warnings
            if warning.rule == _JUXTAPOSED
        }
        self._found: defaultdict[int, list[Finding]] = defaultdict(list)
        self._staying: set[int] = set()
        hidden = comments(tree.source_of(document.nodes))
        for node, start, _ in placed(document.nodes):
            for reason, message, stays in self._judge(node, is_hidden=start in hidden):
                place = node.place
                finding = Finding(document.file, place.line, place.column, reason, message)
                self._found[id(node)].append(finding)
                if stays:
                    self._staying.add(id(node))

    @property
    def findings(self) -> list[Finding]:
        """All of them, in the order of the source."""
        return [finding for found in self._found.values() for finding in found]

    def stay(self, node: tree.Node) -> bool:
        """Whether *node* is left as it is."""
        return id(node) in self._staying

    def remarks(self, node: tree.Node) -> list[str]:
        """Return what a comment at *node* says to the maintainer."""
        return [
            f"cpanel-emu: {each.message}; {each.mend}." for each in self._found.get(id(node), ())
        ]

    def _judge(self, node: tree.Node, *, is_hidden: bool) -> Iterator[tuple[Reason, str, bool]]:
        """Yield what is wrong with *node*, and whether it stays."""
        if has_other_bytes(node.raw) and not isinstance(node, tree.Copied | tree.Dropped):
            stays = not isinstance(node, tree.Block | tree.Else)
            yield Reason.NOT_UTF8, "the tag holds bytes that are no UTF-8", stays
        if isinstance(node, tree.Block):
            yield from self._judge_block(node)
        elif isinstance(node, tree.Word) and node.word in _UNDOCUMENTED:
            message = f"no source tells what {node.word} escapes, or that it decodes"
            yield Reason.UNDOCUMENTED_WORD, message, True
        elif isinstance(node, tree.TemplateToolkit):
            yield Reason.TEMPLATE_TOOLKIT, "the tag hands its rows to a file of its own", True
        elif isinstance(node, tree.Copied):
            yield Reason.UNKNOWN_TAG, f'"{node.word}" is printed as it stands', False
        elif isinstance(node, tree.Dropped):
            yield from _judge_dropped(node)
        elif isinstance(node, tree.Api1Call | tree.Api2Call):
            yield from _judge_call(node, is_hidden=is_hidden)

    def _judge_block(self, node: tree.Block) -> Iterator[tuple[Reason, str, bool]]:
        if (node.place.line, node.place.column) in self._warned:
            yield Reason.JUXTAPOSED, "values side by side, and !=, are one text", False
        if node.too_deep:
            yield Reason.TOO_DEEP, "blocks are nested too deep: an error text is printed", False
        elif not node.end:
            yield Reason.UNBALANCED, f"the {node.word} has no end of its own", False


def _judge_call(
    node: tree.Api1Call | tree.Api2Call, *, is_hidden: bool
) -> Iterator[tuple[Reason, str, bool]]:
    if isinstance(node, tree.Api2Call) and _has_css_field(node.format):
        message = "what @ in a field escapes is not documented"
        yield Reason.CSS_FIELD, message, True
    if isinstance(node, tree.Api1Call) and node.whole_form and node.arguments:
        message = "a call of LiveAPI has arguments by name or by position, not both"
        yield Reason.WHOLE_FORM, message, True
    if is_hidden and not is_page_function(node):
        message = f"{node.module}::{node.function} runs inside an HTML comment"
        yield Reason.CALL_IN_COMMENT, message, True


def _judge_dropped(node: tree.Dropped) -> Iterator[tuple[Reason, str, bool]]:
    if node.word in {"cpanelelse", "/cpanelif", "/cpanelfeature"}:
        yield Reason.UNBALANCED, f"the {node.word} belongs to no block", False
    elif node.word != "/cpanel":
        yield Reason.BROKEN_TAG, f"the broken {node.word} tag printed nothing", False


def is_page_function(node: tree.Api1Call | tree.Api2Call) -> bool:
    """Whether the call only brings something of the theme into the page (``tags §2.3``)."""
    return isinstance(node, tree.Api1Call) and node.module.lower() in {"branding", "magicrevision"}


def _has_css_field(expression: Expression) -> bool:
    return any(isinstance(part, Field) and part.prefix == "@" for part in parts_of([expression]))
