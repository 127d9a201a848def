"""Pages and files of the theme over HTTP: ``/frontend/THEME/…`` (``wire §2.2``, ``tags §1.16``)."""

from __future__ import annotations

import posixpath
import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import replace
from email.utils import formatdate, parsedate_to_datetime

from cpanel_emu.accounts.models import Account
from cpanel_emu.frontend import Frontend, PageRequest
from cpanel_emu.liveapi.commands import InterpreterError
from cpanel_emu.liveapi.pages import is_live_page
from cpanel_emu.liveapi.template_pages import TemplatePages
from cpanel_emu.page_files import INDEX, TEMPLATE_SUFFIX, is_template_page, page_file
from cpanel_emu.releases import Release
from cpanel_emu.server.live_page_door import LivePageDoor, cannot_run
from cpanel_emu.server.request import Request
from cpanel_emu.server.responses import HTML, Response, complete, not_found
from cpanel_emu.server.strict_page import strict_page
from cpanel_emu.server.uploads import temporary_files
from cpanel_emu.tags import MissingPage, OutsideTheme, StrictPageError, processes_tags

_MAGIC = "/cPanel_magic_revision_"
_MAGIC_REVISION = re.compile(rf"{_MAGIC}\d+(?=/)", re.ASCII)
_ENTITY_TAG = re.compile(r'(?:W/)?("[^"]*")')
_PAGE_TYPES = {".json": 'application/json; charset="utf-8"', ".xml": "text/xml"}
_FILE_TYPES = {
    ".css": 'text/css; charset="utf-8"',
    ".gif": "image/gif",
    ".ico": "image/vnd.microsoft.icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": 'text/javascript; charset="utf-8"',
    ".map": 'application/json; charset="utf-8"',
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": 'text/plain; charset="utf-8"',
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
_OTHER_TYPE = "application/octet-stream"
_PROGRAMS = (".php", ".livephp", ".pl", ".livepl", ".cgi", ".pm", TEMPLATE_SUFFIX)
"""What such files hold is never shown."""


class FrontendDoor:
    """Answers requests for the pages and files of the served theme.

    Args:
        frontend: the theme.
        templates: the theme's pages in Template Toolkit.
        live_pages: answers for the theme's LiveAPI pages.
        release: the emulated release.
        strict: whether a page with warnings is replaced by one that tells them.
    """

    def __init__(
        self,
        frontend: Frontend,
        templates: TemplatePages,
        live_pages: LivePageDoor,
        release: Release,
        *,
        strict: bool = False,
    ) -> None:
        self._frontend = frontend
        self._templates = templates
        self._live_pages = live_pages
        self._release = release
        self._strict = strict

    def file_path(self, request: Request) -> str | None:
        """Return the theme path of a plain file that MagicRevision's URL names, if it is one.

        Such URLs carry no security token, so they lead to files alone, never to a page.
        """
        if not request.path.startswith(_MAGIC):
            return None
        found = _MAGIC_REVISION.match(request.path)
        if found is None:
            return None
        path = self._theme_path(request.path[found.end() :], self._frontend.theme.name)
        return path if path is not None and not processes_tags(path) else None

    def file(self, request: Request, path: str, now: float) -> Response:
        """Return a file as it is, or 304 if the client's copy is still good."""
        if not _is_plain_file(path):
            return not_found()
        try:
            found = self._frontend.theme.read(path)
        except OutsideTheme:
            found = None
        if found is None:
            return not_found()
        identity, content = found
        changed = identity.changed // 10**9
        tag = f'"{identity.changed:x}-{identity.size:x}"'
        extra = [("Last-Modified", formatdate(changed, usegmt=True)), ("ETag", tag)]
        if _is_known(request, tag, changed):
            return self._complete("", b"", now, status="304 Not Modified", extra=extra)
        kind = _FILE_TYPES.get(posixpath.splitext(path)[1].lower(), _OTHER_TYPE)
        return self._complete(kind, content, now, extra=extra)

    def page(self, request: Request, account: Account, now: float) -> Response:
        """Return a page of the theme, or a file of it, for *account*.

        A folder shows its ``index.html``; without its last slash it leads to itself with one.
        """
        names = (account.theme, self._frontend.theme.name)
        path = self._theme_path(request.path, *names)
        if path is None or self._is_folder(path):
            return self._to_folder(request, path, names, now)
        if not path or path.endswith("/"):
            path += INDEX
        asked = self._frontend.located(_page_request(request, account, path, request.values))
        if is_live_page(path):
            return self._live_pages.answer(request, asked, now)
        if not processes_tags(asked.path):
            return self.file(request, path, now)
        with temporary_files(request.files) as uploads:
            asked = replace(asked, form={**request.values, **uploads})
            if is_live_page(asked.source):
                return self._live_pages.answer(request, asked, now)
            return self._rendered(asked, now)

    def _rendered(self, asked: PageRequest, now: float) -> Response:
        pages = self._templates if is_template_page(asked.source) else self._frontend
        try:
            page = pages.render(asked, strict=self._strict)
        except MissingPage:
            return not_found()
        except InterpreterError as error:
            return cannot_run(error, self._release, now)
        except StrictPageError as error:
            return self._complete(HTML, strict_page(asked.path, error.page.warnings), now)
        kind = _PAGE_TYPES.get(posixpath.splitext(asked.path)[1], HTML)
        return self._complete(kind, page.body, now)

    def _to_folder(
        self, request: Request, path: str | None, names: tuple[str, ...], now: float
    ) -> Response:
        if path is None and request.path not in {f"/frontend/{name}" for name in names}:
            return not_found()
        location = urllib.parse.quote(f"{_token(request)}{request.path}/")
        extra = [("Location", location)]
        return self._complete("", b"", now, status="302 Found", extra=extra)

    def _is_folder(self, path: str) -> bool:
        """Whether *path* is a folder with an index, written without its last slash."""
        if not path or path.endswith("/"):
            return False
        return page_file(self._frontend.theme, f"{path}/{INDEX}") is not None

    def _theme_path(self, path: str, *names: str) -> str | None:
        """Return *path* relative to the theme, None if it is below none of its *names*.

        The served theme stands in for the account's own, whatever that is called.
        """
        for name in names:
            prefix = f"/frontend/{name}/"
            if path.startswith(prefix):
                return path[len(prefix) :]
        return None

    def _complete(
        self,
        content_type: str,
        body: bytes,
        now: float,
        *,
        status: str = "200 OK",
        extra: list[tuple[str, str]] | None = None,
    ) -> Response:
        return complete(
            content_type,
            body,
            server=self._release.server_header,
            now=now,
            status=status,
            extra=extra or (),
        )


def _page_request(
    request: Request, account: Account, path: str, form: Mapping[str, str]
) -> PageRequest:
    return PageRequest(
        account, path, form, token=_token(request), host=request.host, port=request.port
    )


def _token(request: Request) -> str:
    return f"/cpsess{request.token}" if request.token else ""


def _is_plain_file(path: str) -> bool:
    """Whether a file of this path may be shown: it is no page, no program and not hidden."""
    hidden = any(part.startswith(".") for part in path.split("/"))
    return not hidden and not processes_tags(path) and not path.endswith(_PROGRAMS)


def _is_known(request: Request, tag: str, changed: int) -> bool:
    """Whether the client has the file already; its entity tag counts before its time."""
    if request.none_match:
        listed = request.none_match.strip()
        return listed == "*" or tag in _ENTITY_TAG.findall(listed)
    try:
        return changed <= parsedate_to_datetime(request.modified_since).timestamp()
    except (ValueError, TypeError, OverflowError):
        return False
