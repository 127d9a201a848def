"""What a page can see, and so which states can make a difference to it.

Tag pages are parsed, with everything that they include. Other pages are searched for what calls
and variables look like there.
"""

from __future__ import annotations

import dataclasses
import fnmatch
import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cpanel_emu.call import Api
from cpanel_emu.migration.pages import FileKind, ThemeFile, read
from cpanel_emu.tags import decode, parse
from cpanel_emu.tags.expression_tree import (
    Expression,
    Feature,
    Hash,
    Literal,
    ScalarVariable,
)
from cpanel_emu.tags.lexer import has_tags
from cpanel_emu.tags.tree import Api1Call, FunctionUse, Node, Word, function_use

_FORMS = frozenset({"FORM", "RAW_FORM", "URI_ENCODED_FORM"})
_FROM_PAGE = frozenset({"include", "rawinclude", "dynamicinclude"})
_FROM_ROOT = frozenset({"relinclude", "relrawinclude"})
_APIS = {"api1": Api.API1, "api2": Api.API2, "uapi": Api.UAPI, "execute": Api.UAPI}
_QUOTED = r"""\s*['"]([A-Za-z_][\w.-]*)['"]"""
_CALLS = re.compile(rf"(?i)\b(api1|api2|uapi|execute|Api[12]\.exec)\s*\({_QUOTED}\s*,{_QUOTED}")
_FEATURES = re.compile(rf"feature\s*\({_QUOTED}")
_FIELDS = re.compile(
    r"""FORM\.(?:item\(\s*['"])?([A-Za-z_]\w*)"""
    r"""|\$_(?:REQUEST|GET|POST)\[\s*['"]([^'"]+)"""
    r"""|\bform\(\s*['"]([^'"]+)|FORM\{\\?['"]?([\w-]+)"""
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What one file, or a page with all that it includes, can see."""

    functions: frozenset[FunctionUse] = frozenset()
    features: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    """Names of form values."""
    whole_form: bool = False
    reseller: bool = False
    demo: bool = False
    texts: bool = False
    """Texts of the language file are printed, which may hold tags."""
    includes: frozenset[tuple[bool, str]] = field(default=frozenset(), repr=False)
    """Patterns of files, and whether they start from the page's folder."""

    def __or__(self, other: Facts) -> Facts:
        """Return what either of the two can see."""
        return Facts(*(getattr(self, each.name) | getattr(other, each.name) for each in _FACTS))


_FACTS = dataclasses.fields(Facts)


class ThemeFacts:
    """The facts of every page of a theme.

    Args:
        files: the files of the theme.
    """

    def __init__(self, files: Iterable[ThemeFile]) -> None:
        self._files: dict[str, Facts] = {}
        self._texts = Facts()
        for file in files:
            if file.kind is FileKind.OTHER and not file.path.endswith(".tt"):
                continue
            content = read(file)
            if isinstance(content, bytes):
                self._add(file, decode(content))

    def _add(self, file: ThemeFile, text: str) -> None:
        is_tags = file.kind in {FileKind.PAGE, FileKind.INCLUDED, FileKind.LANGUAGE}
        facts = _tag_facts(text, file.path) if is_tags else _program_facts(text)
        if file.kind is FileKind.LANGUAGE:
            self._texts |= facts
        else:
            self._files[file.path] = facts

    def included(self) -> set[str]:
        """Return the files that others include, so that they need not be compared alone."""
        reached = {each for path in self._files for each in self._reached(path) if each != path}
        # From a file that is only included, includes would start at the wrong folder.
        pages = self._files.keys() - reached
        return {each for path in pages for each in self._reached(path)} - pages

    def of(self, path: str) -> Facts:
        """Return what the page at *path* can see, with all that it includes."""
        facts = Facts()
        for each in self._reached(path):
            facts |= self._files.get(each, Facts())
        return facts | self._texts if facts.texts else facts

    def _reached(self, path: str) -> set[str]:
        """Return the files of the page at *path*; includes start from its folder, however deep."""
        folder = posixpath.dirname(path)
        seen = {path}
        waiting = [path]
        while waiting:
            for pattern in _patterns(self._files.get(waiting.pop(), Facts()), folder):
                found = self._matching(pattern) - seen
                seen |= found
                waiting += found
        return seen

    def _matching(self, pattern: str) -> set[str]:
        if pattern in self._files:
            return {pattern}
        return set(fnmatch.filter(self._files, pattern)) if "*" in pattern else set()


def _patterns(facts: Facts, folder: str) -> Iterator[str]:
    for from_page, pattern in facts.includes:
        yield posixpath.normpath(posixpath.join(folder, pattern) if from_page else pattern)


def _tag_facts(text: str, path: str) -> Facts:
    if not has_tags(text):
        return Facts()
    facts = Facts()
    for thing in _within(parse(text, path).nodes):
        facts |= _facts_of(thing)
    return facts


def _within(thing: object) -> Iterator[object]:
    """Yield every node and every part of an expression in *thing*, however deep."""
    if isinstance(thing, tuple):
        for each in thing:
            yield from _within(each)
    elif dataclasses.is_dataclass(thing):
        yield thing
        for each in dataclasses.fields(thing):
            yield from _within(getattr(thing, each.name))


def _facts_of(thing: object) -> Facts:
    match thing:
        case Node():
            return _node_facts(thing)
        case ScalarVariable(name=name):
            return Facts(whole_form=name == "formdump", reseller=name == "isreseller")
        case Feature(name=operand):
            return Facts(features=frozenset({_text(operand.expression).lstrip("!")}))
        case Hash(name=name, key=key):
            return _hash(name, _text(key))
        case _:
            return Facts()


def _node_facts(node: Node) -> Facts:
    facts = Facts()
    use = function_use(node)
    if use is not None:
        module = use.module[:1].upper() + use.module[1:]
        facts |= Facts(functions=frozenset({use._replace(module=module)}))
    match node:
        case Word(word=word, operands=operands) if word in _FROM_PAGE | _FROM_ROOT:
            facts |= _including(word in _FROM_PAGE, operands[0])
        case Word(word="langprint"):
            facts |= Facts(texts=True)
        case Api1Call(whole_form=True):
            facts |= Facts(whole_form=True)
        case Api1Call(module=module, function="include", arguments=(name, *_)) if (
            module.lower() == "branding"
        ):
            for folder in ("branding/*/", "branding/", ""):
                facts |= _including(False, (Literal(folder), *name))
    return facts


def _hash(name: str, key: str) -> Facts:
    if name in _FORMS:
        return Facts(whole_form=True) if "*" in key else Facts(fields=frozenset({key}))
    if name == "CPDATA" and key.startswith("FEATURE-"):
        return Facts(features=frozenset({key.removeprefix("FEATURE-").lower()}))
    return Facts(
        demo=(name, key) == ("CPDATA", "DEMO"),
        reseller=(name, key) == ("ENV", "CPRESELLER"),
        texts=name in {"LANG", "BRLANG"},
    )


def _including(from_page: bool, expression: Expression) -> Facts:
    return Facts(includes=frozenset({(from_page, _text(expression).strip())}))


def _text(expression: Expression) -> str:
    """Return the text of an expression, ``*`` for what is computed."""
    return "".join(part.text if isinstance(part, Literal) else "*" for part in expression)


def _program_facts(text: str) -> Facts:
    """Return what a page in PHP, Perl or Template Toolkit seems to see."""
    functions = {
        FunctionUse(_APIS[kind.lower().replace(".exec", "")], module, function)
        for kind, module, function in _CALLS.findall(text)
    }
    fields = {name for names in _FIELDS.findall(text) for name in names if name}
    return Facts(
        functions=frozenset(functions),
        features=frozenset(_FEATURES.findall(text)),
        fields=frozenset(fields),
        reseller="isreseller" in text or "CPRESELLER" in text,
        demo="DEMO" in text,
    )
