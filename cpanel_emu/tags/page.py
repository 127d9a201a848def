"""The state of a page while it is rendered (``tags §1``, ``tags §5.2``)."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

from cpanel_emu.tags.page_values import FIXED_SCALARS, PageCalls, PageValues, Trace
from cpanel_emu.tags.theme import LanguageFile, Theme
from cpanel_emu.tags.tree import (
    PageWarning,
)

if TYPE_CHECKING:
    from jinja2.runtime import Context

FATAL = "[A fatal error or timeout occurred while processing this directive.]"
"""What a tag that crashes prints (``tags §1`` rule 1.11)."""

MAX_DEPTH = 32
"""Nested includes, lang values among them (``tags §2.2``)."""
MAX_INSERTIONS = 2000
"""Includes and lang values with tags in one page; a bomb ends there (CHOICE)."""
MAX_INSERTED = 64 * 1024 * 1024
"""Characters that all inclusions of one page may bring together (CHOICE)."""
MAX_VARIABLE = 64 * 1024
"""Characters of one page variable; longer ones are cut (CHOICE)."""
MAX_WARNINGS = 1000
"""Warnings that are kept of one page."""

Place: TypeAlias = tuple[int, int]
"""Line and column of a tag, as compiled pages hand them to operations."""


def _nothing(_: Context) -> Iterable[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled page: ``text`` if it holds no tags, else ``run`` prints it."""

    text: str | None = None
    run: Callable[[Context], Iterable[str]] = _nothing


class Storage(Protocol):
    """What a page needs of the renderer that opened it."""

    theme: Theme

    def file(self, path: str) -> Template | None:
        """Return the compiled file; raises OutsideTheme."""
        ...

    def text(self, source: str, file: str) -> Template:
        """Return compiled page text."""
        ...

    def content(self, path: str) -> str | None:
        """Return the text of a file; raises OutsideTheme."""
        ...

    def language(self, path: str) -> LanguageFile:
        """Return a language file, an empty one if it is missing."""
        ...


class Page:
    """One page while it is rendered, or one LiveAPI connection.

    ``path`` is the requested page's, relative to the theme; ``variables`` are ``$CPVAR{…}``,
    ``errors`` are ``$CPERROR{…}``; both live as long as the page.
    """

    __slots__ = (
        "_language",
        "_scalars",
        "calls",
        "context",
        "crashed",
        "depth",
        "errors",
        "file",
        "form",
        "inserted",
        "insertions",
        "path",
        "storage",
        "trace",
        "values",
        "variables",
        "warnings",
    )

    def __init__(
        self,
        path: str,
        values: PageValues,
        calls: PageCalls,
        storage: Storage,
        *,
        trace: Trace | None = None,
        variables: dict[str, str] | None = None,
    ) -> None:
        self.path = path
        self.values = values
        self.calls = calls
        self.storage = storage
        self.trace = trace
        self.form = values.form
        self.variables: dict[str, str] = {} if variables is None else variables
        self.errors: dict[str, str] = {}
        self.warnings: list[PageWarning] = []
        self.file = path
        self.depth = 0
        self.insertions = 0
        self.inserted = 0
        self.crashed = False
        self.context: Context
        self._language: LanguageFile | None = None
        self._scalars: dict[str, str] | None = None

    @property
    def folder(self) -> str:
        """The requested page's folder, relative to the theme; empty for the theme root."""
        return posixpath.dirname(self.path)

    @property
    def language(self) -> LanguageFile:
        """The theme's language file."""
        if self._language is None:
            path = self.storage.theme.language_path(self.values.language)
            self._language = self.storage.language(path)
        return self._language

    @property
    def branding_language(self) -> LanguageFile:
        """The branding package's language file."""
        package = self.values.branding_package
        if not package:
            return LanguageFile()
        path = self.storage.theme.language_path(self.values.language, package)
        return self.storage.language(path)

    @property
    def scalars(self) -> Mapping[str, str]:
        """Every ``$name`` but ``random`` and ``formdump``, which have no fixed value."""
        if self._scalars is None:
            values = self.values
            user = values.user
            self._scalars = {
                **FIXED_SCALARS,
                "homedir": f"/home/{user}",
                "abshomedir": f"/home/{user}",
                "user": user,
                "authuser": user,
                "version": values.version,
                "basefile": posixpath.splitext(self.path)[0],
                "basedir": self.folder,
                "brandingpkg": values.branding_package,
                "lang": values.language,
                "dbowner": user,
                "dbprefix": f"{user}_",
                "dbownerprefix": f"{user}_",
                **values.scalars,
            }
        return self._scalars

    def warn(self, rule: str, message: str, place: Place) -> None:
        """Note *message* at a place of the file at hand."""
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(PageWarning(self.file, *place, rule, message))

    def set_variable(self, name: str, value: str) -> None:
        """Set ``$CPVAR{name}``."""
        self.variables[name] = value[:MAX_VARIABLE]

    def insert(self, template: Template, file: str, place: Place) -> str:
        """Return what *template* prints here; a bomb of includes prints `FATAL` and ends."""
        if self.depth > MAX_DEPTH:
            self.warn("tags §2.2", f"more than {MAX_DEPTH} nested includes", place)
            return FATAL
        if self.insertions >= MAX_INSERTIONS or self.inserted >= MAX_INSERTED:
            return self._exhausted(place)
        self.insertions += 1
        text = self.run(template, file)
        self.inserted += len(text)
        return text

    def run(self, template: Template, file: str) -> str:
        """Return what *template* prints; *file* is what its warnings name."""
        if template.text is not None:
            return template.text
        outer, self.file = self.file, file
        self.depth += 1
        try:
            return "".join(template.run(self.context))
        finally:
            self.depth -= 1
            self.file = outer

    def _exhausted(self, place: Place) -> str:
        """Say once that the page includes too much; after that includes print nothing."""
        if self.insertions > MAX_INSERTIONS:
            return ""
        self.insertions = MAX_INSERTIONS + 1
        self.warn("tags §2.2", "the page includes too much", place)
        return FATAL
