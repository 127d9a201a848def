"""What stands inside a tag: its expressions, and every part of them, however deep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cpanel_emu.tags.expression_tree import (
    AllOf,
    AnyOf,
    Bracket,
    Choice,
    Comparison,
    Condition,
    Expression,
    Feature,
    Hash,
    Literal,
    NestedList,
    Not,
    Operand,
    Part,
    Phrase,
    Truth,
)
from cpanel_emu.tags.tree import Api1Call, Api2Call, Block, Localized, Node, TemplateToolkit, Word


def expressions_of(node: Node) -> Iterator[Expression]:
    """Yield the expressions of a tag in the order of its text; of a block those of its test."""
    if isinstance(node, Word):
        yield from node.operands
    elif isinstance(node, Api1Call):
        yield from node.arguments
    elif isinstance(node, Localized):
        yield (node.phrase,)
    elif isinstance(node, Api2Call):
        yield node.format
        yield from (parameter.value for parameter in node.parameters)
        yield node.message or ()
    elif isinstance(node, TemplateToolkit):
        yield from (parameter.value for parameter in node.parameters)
    elif isinstance(node, Block):
        yield from (operand.expression for operand in operands_of(node.condition))


def operands_of(condition: Condition) -> Iterator[Operand]:
    """Yield the operands of a condition, from left to right."""
    match condition:
        case AllOf(conditions) | AnyOf(conditions):
            for each in conditions:
                yield from operands_of(each)
        case Not(inner):
            yield from operands_of(inner)
        case Truth(operand) | Feature(operand):
            yield operand
        case Comparison(_, left, right):
            yield left
            yield right


def parts_of(expressions: Iterable[Expression]) -> list[Part]:
    """Return every part of *expressions* but literal text, with those inside it, each once.

    A phrase holds its arguments twice, as such and where its text names them.
    """
    found: dict[int, Part] = {}
    waiting = [part for expression in expressions for part in expression]
    for part in waiting:
        if not isinstance(part, Literal) and id(part) not in found:
            found[id(part)] = part
            for inner in _inside(part):
                waiting += inner
    return list(found.values())


def _inside(part: Part) -> tuple[Expression, ...]:
    match part:
        case Hash():
            return (part.key,)
        case Choice():
            return (part.subject,), part.value, part.yes, part.no
        case NestedList():
            return (part.key,), part.before, part.item, part.after
        case Bracket():
            return part.arguments
        case Phrase():
            return part.parts, *part.arguments
        case _:
            return ()
