"""Every page of the served theme, whatever it is written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from cpanel_emu.frontend import PageRequest
from cpanel_emu.liveapi.live_pages import LivePages
from cpanel_emu.liveapi.pages import is_live_page
from cpanel_emu.liveapi.process import ProcessLimits
from cpanel_emu.liveapi.template_pages import TemplatePages
from cpanel_emu.page_files import files_of, is_template_page
from cpanel_emu.tags import RenderedPage, encode

if TYPE_CHECKING:
    from cpanel_emu.emulator import Emulator


class Pages:
    """Finds and renders pages; thread-safe.

    Args:
        emulator: the server.
        limits: what a page that is a program may use.

    Raises:
        StoreError: the root cannot be written.
    """

    def __init__(self, emulator: Emulator, limits: ProcessLimits | None = None) -> None:
        self._frontend = emulator.frontend
        self.live = LivePages(emulator, limits)
        """The LiveAPI pages."""
        self.templates = TemplatePages(emulator, limits)
        """The pages in Template Toolkit."""

    def render(
        self,
        asked: PageRequest,
        *,
        query: str | None = None,
        posted: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> RenderedPage:
        """Return a page, its bytes exactly as served.

        Args:
            asked: the page, the account and the form.
            query: the part of the URL behind the question mark; without it that is the form.
            posted: the fields of a posted form. Both are for LiveAPI pages, which tell them apart.
            strict: whether warnings are errors.

        Raises:
            MissingPage: there is no such page, or it lies outside the theme.
            InterpreterError: what the page is written in is not installed.
            StrictPageError: *strict*, and the page has warnings.
        """
        asked = self._frontend.located(asked)
        if is_live_page(asked.source):
            return self.live.render(asked, query=query, posted=posted, strict=strict)
        if is_template_page(asked.source):
            return self.templates.render(asked, strict=strict)
        return self._frontend.render(asked, strict=strict)

    def part(self, asked: PageRequest, name: str) -> RenderedPage | None:
        """Return what the branding file *name* prints as a part of a page, whatever it is now.

        None if the theme has no such file, or if the page is itself such a part.

        Args:
            asked: the page; its variables are seen by the part.
            name: what the file was called as a tag page, such as ``stdheader.html``.
        """
        page = self._frontend.open(asked)
        paths = (path for file in files_of(name) if (path := page.branding_path(file)) is not None)
        path = next(paths, None)
        if asked.is_part or path is None:
            return None
        if not is_live_page(path) and not is_template_page(path):
            text = page.text(f'<cpanel Branding="include({name})">')
            return RenderedPage(encode(text), page.warnings, dict(page.variables))
        asked = replace(asked, file=path, is_part=True)
        pages = self.live if is_live_page(path) else self.templates
        return pages.render(asked)
