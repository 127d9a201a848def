"""The LiveAPI pages of the served theme, run for any account (``liveapi_cli §1.1``)."""

from __future__ import annotations

import functools
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from cpanel_emu.frontend import PageRequest
from cpanel_emu.liveapi.installation import install_classes
from cpanel_emu.liveapi.pages import CgiRequest, PageAnswer
from cpanel_emu.liveapi.process import ProcessLimits
from cpanel_emu.liveapi.runner import PageRunner
from cpanel_emu.liveapi.session import LiveApiSession
from cpanel_emu.page_files import page_file
from cpanel_emu.tags import MissingPage, PageWarning, RenderedPage, StrictPageError

if TYPE_CHECKING:
    from cpanel_emu.emulator import Emulator

_FORM_TYPE = "application/x-www-form-urlencoded"
_RULE = "liveapi_cli §1.1"
_MOST_MESSAGES = 100
"""Lines of a page's standard error that go to the journal."""


class LivePages:
    """Finds and runs the pages; thread-safe. The classes that they include are put in place.

    Args:
        emulator: the server.
        limits: what a page may use.

    Raises:
        StoreError: the root cannot be written.
    """

    def __init__(self, emulator: Emulator, limits: ProcessLimits | None = None) -> None:
        self._emulator = emulator
        self._limits = limits
        install_classes(emulator.root)

    def cgi_request(self, asked: PageRequest) -> CgiRequest:
        """Return what CGI tells the page of a plain GET; a door adds what it knows.

        A tag page that was converted keeps its path; what runs is the LiveAPI page.

        Raises:
            MissingPage: there is no such page, or it lies outside the theme.
        """
        emulator, theme = self._emulator, self._emulator.frontend.theme
        if page_file(theme, asked.source) is None:
            raise MissingPage(f'There is no page "{asked.path}".')
        return CgiRequest(
            page=theme.folder.absolute() / asked.source,
            account=asked.account.user,
            home=emulator.root.home(asked.account.user),
            script_name=f"{asked.token}/{theme.url(_quoted(asked.path))}",
            query=_form(asked.form),
            server_name=emulator.accounts.server.hostname,
            server_port=int(asked.port) if asked.port.isdecimal() else 0,
            server_software=emulator.release.server_header,
            security_token=asked.token,
        )

    def run(self, asked: PageRequest, request: CgiRequest) -> PageAnswer:
        """Run a page and return what it sent; what it complained about goes to the journal.

        Raises:
            InterpreterError: its interpreter is missing, or cannot be started.
        """
        emulator = self._emulator
        sessions: list[LiveApiSession] = []

        def open_session(account: str) -> LiveApiSession:
            assert account == asked.account.user
            sessions.append(LiveApiSession(emulator, asked))
            return sessions[-1]

        answer = PageRunner(emulator.root.local_cpanel, open_session, self._limits).run(request)
        for warning in _warnings(asked.source, answer):
            emulator.journal.record_warning(
                warning, asked.path, asked.account.user, emulator.clock.now()
            )
        return replace(answer, variables=sessions[-1].variables) if sessions else answer

    def render(
        self,
        asked: PageRequest,
        *,
        query: str | None = None,
        posted: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> RenderedPage:
        """Return the body of a page, exactly as served.

        Args:
            asked: the page and the account; without the rest its form is the query.
            query: the part of the URL behind the question mark.
            posted: the fields of a posted form.
            strict: whether warnings are errors.

        Raises:
            MissingPage: there is no such page, or it lies outside the theme.
            InterpreterError: its interpreter is missing, or cannot be started.
            StrictPageError: *strict*, and the page has warnings.
        """
        request = self.cgi_request(asked)
        if query is not None:
            request = replace(request, query=query)
        if posted:
            request = with_form(request, posted)
        answer = self.run(asked, request)
        page = RenderedPage(answer.body, tuple(_warnings(asked.source, answer)), answer.variables)
        if strict and page.warnings:
            raise StrictPageError(page)
        return page


def with_form(request: CgiRequest, fields: Mapping[str, str]) -> CgiRequest:
    """Return *request* as a form with these *fields* is posted."""
    body = _form(fields).encode("ascii")
    return replace(request, method="POST", body=body, content_type=_FORM_TYPE)


def _quoted(path: str) -> str:
    return urllib.parse.quote(path, errors="surrogateescape")


def _form(fields: Mapping[str, str]) -> str:
    return urllib.parse.urlencode(fields, errors="surrogateescape")


def _warnings(path: str, answer: PageAnswer) -> Iterator[PageWarning]:
    warn = functools.partial(PageWarning, path, 1, 1, _RULE)
    for line in answer.messages.splitlines()[:_MOST_MESSAGES]:
        yield warn(line)
    if not answer.connected:
        yield warn("the page never connected to its LiveAPI socket")
    if not answer.completed:
        yield warn("the page was stopped: it took too long or printed too much")
