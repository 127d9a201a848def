"""One tag into the counts of its file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cpanel_emu.migration.check.facts import FileFacts, FunctionName, Reference, TagUse, TextUse
from cpanel_emu.migration.check.known import Known
from cpanel_emu.migration.check.uses import brought_in, kind_of, subject_of, texts_of
from cpanel_emu.migration.parts import operands_of
from cpanel_emu.tags.expression_tree import Hash, Part, ScalarVariable, literal_text
from cpanel_emu.tags.tree import Block, Node

COMPUTED = "…"
"""Stands for a key that is computed."""


class Tag(NamedTuple):
    """A tag, and what is known of it."""

    node: Node
    place: tuple[int, int]
    """Line and column in the file."""
    function: FunctionName | None
    parts: list[Part]
    """Every part of its expressions (`parts_of`)."""
    ends_right: bool
    """False for one that swallows text, or ends early: it does not mean what it says."""


def count(facts: FileFacts, tag: Tag, known: Known) -> None:
    """Add to *facts* what the tag uses."""
    kind = kind_of(tag.node, known)
    if not kind:
        return
    facts.tags.append(TagUse(*tag.place, kind, subject_of(tag.node), tag.function))
    if tag.function is not None:
        facts.functions[tag.function] += 1
    if tag.ends_right:
        found = brought_in(tag.node)
        if found is not None:
            facts.references.append(Reference(*found, *tag.place))
        facts.texts += [TextUse(*text, *tag.place) for text in texts_of(tag.node, tag.parts)]
    for variable in _variables(tag.parts):
        facts.variables[variable] += 1
    if isinstance(tag.node, Block) and tag.node.word == "cpanelfeature":
        for operand in operands_of(tag.node.condition):
            facts.features[literal_text(operand.expression) or COMPUTED] += 1


def _variables(parts: Iterable[Part]) -> Iterator[tuple[str, str]]:
    """Yield name and key of every known variable among *parts*."""
    for part in parts:
        if isinstance(part, Hash):
            key = literal_text(part.key)
            yield part.name, COMPUTED if key is None else key
        elif isinstance(part, ScalarVariable):
            yield part.name, ""
