"""The way in: pages of a theme rendered for one account and request (``tags §1``)."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

import jinja2

from cpanel_emu.call import Answer, Tree
from cpanel_emu.errors import EmulatorError
from cpanel_emu.tags import toolkit
from cpanel_emu.tags.encoding import decode, encode
from cpanel_emu.tags.operations import calling, inclusion, variables
from cpanel_emu.tags.page import Page, Template
from cpanel_emu.tags.page_values import PageCalls, PageValues, Trace
from cpanel_emu.tags.store import TemplateStore
from cpanel_emu.tags.theme import OutsideTheme, Theme
from cpanel_emu.tags.tree import (
    PageWarning,
)

_TEXT_FILE = "(text)"
_INDEX = "index.html"
_NO_PLACE = (1, 1)
_PAGE_SUFFIXES = frozenset(
    {".html", ".xml", ".json", ".tmpl", ".htmlt", ".php", ".cpphp", ".phpcp"}
)


class MissingPage(EmulatorError):
    """There is no such page in the theme."""


@dataclass(frozen=True, slots=True)
class RenderedPage:
    """The bytes of a page, exactly as served, and what was wrong with it."""

    body: bytes
    warnings: tuple[PageWarning, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    """``$CPVAR{…}`` as the page left them."""


class StrictPageError(EmulatorError):
    """A page has warnings and strictness was asked for; ``page`` is what it would have been."""

    def __init__(self, page: RenderedPage) -> None:
        first = page.warnings[0]
        more = f" (and {len(page.warnings) - 1} more)" if len(page.warnings) > 1 else ""
        super().__init__(
            f"{first.file}:{first.line}:{first.column}: {first.message} [{first.rule}]{more}"
        )
        self.page = page


def processes_tags(path: str) -> bool:
    """Whether tags are processed in the file at *path* when it is requested (1.15, 1.16)."""
    stem, suffix = posixpath.splitext(path)
    return suffix in _PAGE_SUFFIXES and not stem.endswith(".live")


def page_candidates(path: str, package: str) -> list[str]:
    """Return the files that may be the page at *path*, the best first (``tags §2.2``).

    A branding package's own index page is the theme's index.
    """
    own = [f"branding/{package}/{_INDEX}"] if path == _INDEX and package else []
    return [*own, path]


class OpenPage:
    """A page that keeps its variables from one piece of text to the next.

    LiveAPI connections are one (``liveapi_cli §1.5``): what a call or ``setvar`` sets is seen by
    the next text or condition.
    """

    def __init__(self, store: TemplateStore, page: Page) -> None:
        self._store = store
        self._page = page
        page.context = store.context(page)

    @property
    def warnings(self) -> tuple[PageWarning, ...]:
        """What was found wrong up to now."""
        return tuple(self._page.warnings)

    @property
    def variables(self) -> dict[str, str]:
        """``$CPVAR{…}``; calls that did not come from text may set some here."""
        return self._page.variables

    @property
    def errors(self) -> dict[str, str]:
        """``$CPERROR{…}``."""
        return self._page.errors

    @property
    def values(self) -> PageValues:
        """What the page's variables show."""
        return self._page.values

    @property
    def theme(self) -> Theme:
        """The theme that the page belongs to."""
        return self._store.theme

    @property
    def scalars(self) -> Mapping[str, str]:
        """Every ``$name`` but ``random`` and ``formdump``, which have no fixed value."""
        return self._page.scalars

    def form_dump(self, *, raw: bool) -> str:
        """Return ``$formdump``, *raw* or escaped (``tags §5.2``)."""
        dump = variables.raw_form_dump if raw else variables.form_dump
        return dump(self._page)

    def warn(self, rule: str, message: str) -> None:
        """Note what is wrong with the page as a whole."""
        self._page.warn(rule, message, _NO_PLACE)

    def ask(self, question: str, arguments: list[str]) -> Tree:
        """Return the answer to a question of a page in Template Toolkit (`tags.toolkit`)."""
        return toolkit.ask(self._page, question, arguments)

    def branding_image(self, name: str) -> tuple[str, str] | None:
        """Return path and URL of the branding image *name*, if there is one (``tags §2.3``)."""
        path = inclusion.branding_image_path(self._page, name, _NO_PLACE)
        return None if path is None else (path, inclusion.file_url(self._page, path))

    def branding_path(self, name: str) -> str | None:
        """Return the path of the file that ``Branding="include(name)"`` includes, if any."""
        return inclusion.branding_path(self._page, name, _NO_PLACE)

    def file(self) -> str:
        """Return what the page's own file prints.

        Raises:
            MissingPage: there is none, or its path leads outside the theme.
        """
        path = self._page.path
        for candidate in page_candidates(path, self._page.values.branding_package):
            template = self._template(candidate)
            if template is not None:
                return self._page.run(template, candidate)
        raise MissingPage(f'There is no page "{path}".')

    def _template(self, path: str) -> Template | None:
        try:
            return self._store.file(path)
        except OutsideTheme:
            return None

    def text(self, source: str) -> str:
        """Return what page text prints."""
        return self._page.run(self._store.text(source, _TEXT_FILE), _TEXT_FILE)

    def word(self, word: str, value: str) -> str:
        """Return what the built-in *word* prints; *value* may hold any text, ``>`` too."""
        return self._page.run(self._store.word(word, value, _TEXT_FILE), _TEXT_FILE)

    def note(self, answer: Answer) -> None:
        """Keep the error and the variables of a call that did not come from text."""
        calling.note(self._page, answer)

    def condition(self, text: str) -> bool:
        """Whether the condition of a ``<cpanelif>`` is true (``tags §6``)."""
        return self._is_true("cpanelif", text)

    def feature(self, name: str) -> bool:
        """Whether the account has the feature, as ``<cpanelfeature>`` asks (``tags §6``)."""
        return self._is_true("cpanelfeature", name)

    def _is_true(self, word: str, test: str) -> bool:
        template = self._store.test(word, test, _TEXT_FILE)
        return bool(self._page.run(template, _TEXT_FILE))


class Renderer:
    """Renders the pages of one theme; thread-safe.

    Compiled pages are kept in memory and, with *bytecode*, on disk. Without *tags* files are
    copied as they are, with a warning: release 110 has no tags (``tags`` Profiles).
    """

    def __init__(
        self,
        theme: Theme,
        *,
        bytecode: jinja2.BytecodeCache | None = None,
        tags: bool = True,
    ) -> None:
        self.theme = theme
        self._tags = tags
        self._store = TemplateStore(theme, bytecode=bytecode)
        self._traced_store = TemplateStore(theme, bytecode=bytecode, traced=True)

    def open(
        self,
        path: str,
        values: PageValues,
        calls: PageCalls,
        trace: Trace | None = None,
        variables: dict[str, str] | None = None,
    ) -> OpenPage:
        """Return an open page; *path* is relative to the theme and need not exist.

        It keeps ``$CPVAR{…}`` in *variables*, if they are given.
        """
        store = self._store if trace is None else self._traced_store
        return OpenPage(store, Page(path, values, calls, store, trace=trace, variables=variables))

    def render(
        self,
        path: str,
        values: PageValues,
        calls: PageCalls,
        *,
        trace: Trace | None = None,
        strict: bool = False,
        variables: dict[str, str] | None = None,
    ) -> RenderedPage:
        """Return the page at *path*, relative to the theme.

        It keeps ``$CPVAR{…}`` in *variables*, if they are given, so that its calls can see them.

        Raises:
            MissingPage: there is none, or the path leads outside the theme.
            StrictPageError: *strict*, and the page has warnings.
        """
        if not self._tags or not processes_tags(path):
            return self._checked(self._copy(path), strict=strict)
        page = self.open(path, values, calls, trace, variables)
        body = encode(page.file())
        rendered = RenderedPage(body, page.warnings, dict(page.variables))
        return self._checked(rendered, strict=strict)

    def render_text(
        self,
        source: str | bytes,
        values: PageValues,
        calls: PageCalls,
        *,
        path: str = "",
        trace: Trace | None = None,
        strict: bool = False,
    ) -> RenderedPage:
        """Return what page text prints; *path* is the page that it counts as part of."""
        page = self.open(path, values, calls, trace)
        body = encode(page.text(decode(source) if isinstance(source, bytes) else source))
        return self._checked(RenderedPage(body, page.warnings), strict=strict)

    def _copy(self, path: str) -> RenderedPage:
        try:
            found = self.theme.read(path)
        except OutsideTheme:
            found = None
        if found is None:
            raise MissingPage(f'There is no page "{path}".')
        if self._tags or not processes_tags(path):
            return RenderedPage(found[1])
        warning = PageWarning(path, 1, 1, "tags", "this release does not process tags")
        return RenderedPage(found[1], (warning,))

    def _checked(self, page: RenderedPage, *, strict: bool) -> RenderedPage:
        if strict and page.warnings:
            raise StrictPageError(page)
        return page
