"""What is wrong with a tag by itself, beside what its parser warns of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cpanel_emu.migration.check import rules
from cpanel_emu.migration.check.nearest import Nearest
from cpanel_emu.migration.check.suspicions import Suspicion
from cpanel_emu.migration.parts import parts_of
from cpanel_emu.tags.arguments import QUOTES
from cpanel_emu.tags.encoding import has_other_bytes
from cpanel_emu.tags.expression_tree import Expression, Field, Hash, Literal, Part, UnknownVariable
from cpanel_emu.tags.expressions import HASHES, SCALARS
from cpanel_emu.tags.tree import (
    Api1Call,
    Api2Call,
    Copied,
    Dropped,
    Localized,
    Node,
    TemplateToolkit,
    Word,
)

_UNCLEAR = frozenset({"cprint", "dprint"})
_ESCAPED_LESS = frozenset({"print", "cprint", "dprint", "sprint", "unsafeprint"})
_HASHES = Nearest(sorted(HASHES), 0.75)
_SCALARS = Nearest(sorted(SCALARS), 0.75)
_NAME = re.compile(r"\$(\w+)(\{)?")
_HALF_QUOTED = re.compile(r"""\{\s*(?:["'][^"']*|[^"']*["'])\s*\}\Z""")


def judge(node: Node, parts: Iterable[Part]) -> Iterator[Suspicion]:
    """Yield what is wrong with a tag; *parts* are those of the tag (`parts_of`)."""
    yield from _variables(node, parts)
    yield from _open_quotes(node)
    if has_other_bytes(node.raw) and not isinstance(node, Copied | Dropped):
        yield Suspicion(rules.NOT_UTF8, "the tag holds bytes that are no UTF-8", "")
    if isinstance(node, Api1Call) and node.whole_form and node.arguments:
        yield Suspicion(rules.FORM_BESIDE_ARGUMENTS, "%FORM stands beside other arguments", "")
    if isinstance(node, Word) and node.word in _UNCLEAR:
        yield Suspicion(rules.UNCLEAR_ESCAPE, f"no source tells how {node.word} escapes", "")
    raw = _raw_input(node, parts)
    if raw is not None:
        message = f"{raw.raw} is printed as the visitor sent it"
        yield Suspicion(rules.UNESCAPED_INPUT, message, "")


def _variables(node: Node, parts: Iterable[Part]) -> Iterator[Suspicion]:
    in_format = isinstance(node, Api2Call | TemplateToolkit)
    for part in parts:
        if isinstance(part, UnknownVariable):
            yield _unknown(part.raw, in_format=in_format)
        elif isinstance(part, Hash) and _HALF_QUOTED.search(part.raw):
            yield Suspicion(rules.MISSING_QUOTE, f"the key of {part.raw} has one quote", "")
        elif isinstance(part, Field) and part.prefix == "@":
            message = f"no source tells how @{part.name} escapes"
            yield Suspicion(rules.UNCLEAR_ESCAPE, message, "")


def _unknown(raw: str, *, in_format: bool) -> Suspicion:
    """Formats may hold dollar signs of other languages (``tags §3.6``)."""
    match = _NAME.match(raw)
    name, is_hash = (match[1], bool(match[2])) if match else (raw, False)
    nearest = (_HASHES if is_hash else _SCALARS).to(name)
    if nearest:
        mend = f"Did you mean ${nearest}{'{…}' if is_hash else ''}?"
    elif not is_hash and name in HASHES:
        mend = f"Write ${name}{{'key'}}."
    else:
        mend = ""
    if in_format and not (is_hash and name.isupper()):
        return Suspicion(rules.DOLLAR_TEXT, f"{raw} is no variable", mend)
    return Suspicion(rules.UNKNOWN_VARIABLE, f"there is no variable {raw}", mend)


def _open_quotes(node: Node) -> Iterator[Suspicion]:
    """Arguments that begin with a quote and do not end with it keep it as text (2.1.3)."""
    arguments: tuple[Expression, ...] = ()
    if isinstance(node, Api1Call):
        arguments = node.arguments
    elif isinstance(node, Localized):
        phrase = node.phrase
        arguments = ((Literal(phrase.text),), *phrase.arguments)
    for number, argument in enumerate(arguments, start=1):
        first = argument[0] if argument else None
        if isinstance(first, Literal) and first.text[:1] in QUOTES:
            message = f"argument {number} begins with {first.text[0]} but does not end so"
            yield Suspicion(rules.OPEN_QUOTE, message, "")


def _raw_input(node: Node, parts: Iterable[Part]) -> Hash | None:
    """Return a form value that a tag prints without an escape (``tags §5.3``)."""
    names = {"RAW_FORM"}
    if isinstance(node, Word):
        if node.word not in _ESCAPED_LESS:
            return None
        if node.word == "unsafeprint":
            names = {"RAW_FORM", "FORM"}
    elif isinstance(node, Api2Call):
        if any(isinstance(part, Hash) and part.name in names for part in parts):
            parts = parts_of((node.format, node.message or ()))
    elif not isinstance(node, Localized):
        return None
    for part in parts:
        if isinstance(part, Hash) and part.name in names:
            return part
    return None
