"""What pages in Template Toolkit ask of the tag engine, so that both print the same.

Each question is a function of an open page and of texts; `QUESTIONS` names them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from cpanel_emu.call import Tree
from cpanel_emu.tags.brackets import resolve_phrase
from cpanel_emu.tags.expression_tree import Bracket, Expression, Literal
from cpanel_emu.tags.operations import inclusion, values, variables
from cpanel_emu.tags.page import Page
from cpanel_emu.tags.theme import OutsideTheme

Question: TypeAlias = Callable[..., Tree]

_PLACE = (1, 1)
"""Template Toolkit does not tell where in a page a function was called."""


def ask(page: Page, question: str, arguments: list[str]) -> Tree:
    """Return the answer to *question*; nothing if there is none, or the arguments do not fit it."""
    asked = QUESTIONS.get(question)
    if asked is None:
        page.warn("liveapi_cli §1.5", f'unknown question "{question}" of a template', _PLACE)
        return ""
    function, least, most = asked
    given = arguments[:most] if most is not None else arguments
    return function(page, *given, *[""] * (least - len(given)))


def _state(page: Page) -> Tree:
    return {"variables": dict(page.variables), "errors": dict(page.errors)}


def _set(page: Page, name: str, value: str) -> Tree:
    page.set_variable(name, value)
    return _state(page)


def _maketext(page: Page, text: str, *arguments: str) -> str:
    """A key of the language file is printed as ``langprint`` does, anything else is a phrase."""
    if text in page.language.entries:
        return _langprint(page, text)
    return _phrase(page, text, *arguments)


def _langprint(page: Page, key: str) -> str:
    return inclusion.langprint(page, key, _PLACE)


def _phrase(page: Page, text: str, *arguments: str) -> str:
    """Bracket notation (``tags §2.4``)."""
    literals = tuple((Literal(argument),) for argument in arguments)
    resolved = resolve_phrase(
        text, literals, lambda rule, message: page.warn(rule, message, _PLACE)
    )
    return _printed(resolved)


def _printed(expression: Expression) -> str:
    """Return what an expression of texts and bracket methods prints."""
    parts = []
    for part in expression:
        if isinstance(part, Literal):
            parts.append(part.text)
        elif isinstance(part, Bracket):
            parts.append(_BRACKETS[part.method](*map(_printed, part.arguments)))
    return "".join(parts)


_BRACKETS: Mapping[str, Callable[..., str]] = {
    "boolean": lambda text, yes, no: yes if values.truth(text) else no,
    "list": lambda word, *items: values.listed(word, items),
    "numerate": values.numerate,
    "numf": values.grouped,
    "quant": values.quantity,
}


def _branding_find(page: Page, name: str) -> str:
    return inclusion.branding_path(page, name, _PLACE) or ""


def _has(page: Page, path: str) -> int:
    try:
        return int(page.storage.theme.find(path) is not None)
    except OutsideTheme:
        return 0


def _files(page: Page, pattern: str) -> Tree:
    try:
        return page.storage.theme.matches(pattern)
    except OutsideTheme:
        return []


QUESTIONS: Mapping[str, tuple[Question, int, int | None]] = {
    "state": (_state, 0, 0),
    "set": (_set, 2, 2),
    "random": (variables.random_digits, 0, 0),
    "language": (variables.language, 1, 1),
    "branding_language": (variables.branding_language, 1, 1),
    "magic_revision": (inclusion.magic_revision, 1, 1),
    "branding_image": (lambda page, name: inclusion.branding_image(page, name, _PLACE), 1, 1),
    "branding_image_url": (
        lambda page, name: inclusion.branding_image_url(page, name, _PLACE),
        1,
        1,
    ),
    "branding_file": (lambda page, name: inclusion.branding_file(page, name, _PLACE), 1, 1),
    "branding_text": (lambda page, name: inclusion.branding_text(page, name, _PLACE), 1, 1),
    "branding_find": (_branding_find, 1, 1),
    "theme_has": (_has, 1, 1),
    "theme_files": (_files, 1, 1),
    "locale_maketext": (_maketext, 1, None),
    "locale_langprint": (_langprint, 1, 1),
    "locale_phrase": (_phrase, 1, None),
}
"""Each question, the least and the most texts that it takes."""
