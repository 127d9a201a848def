"""Pages and files of the theme over HTTP: ``/frontend/THEME/…`` (``wire §2.2``, ``tags §1.16``)."""

from __future__ import annotations

import mimetypes
import posixpath
import re
from email.utils import formatdate, parsedate_to_datetime

from cpanel_emu.accounts.models import Account
from cpanel_emu.frontend import Frontend, PageRequest
from cpanel_emu.releases import Release
from cpanel_emu.server.request import Request
from cpanel_emu.server.responses import HTML, Response, complete, not_found
from cpanel_emu.tags import MissingPage, OutsideTheme, processes_tags

_MAGIC_REVISION = re.compile(r"/cPanel_magic_revision_\d+(?=/)", re.ASCII)
_PAGE_TYPES = {".json": 'application/json; charset="utf-8"', ".xml": "text/xml"}
_FILE_TYPES = {
    ".css": 'text/css; charset="utf-8"',
    ".js": 'text/javascript; charset="utf-8"',
    ".svg": "image/svg+xml",
}
_INDEX = "index.html"


class FrontendDoor:
    """Answers requests for the pages and files of the served theme."""

    def __init__(self, frontend: Frontend, release: Release) -> None:
        self._frontend = frontend
        self._release = release

    def file_path(self, request: Request) -> str | None:
        """Return the theme path of a plain file that MagicRevision's URL names, if it is one.

        Such URLs carry no security token, so they lead to files alone, never to a page.
        """
        found = _MAGIC_REVISION.match(request.path)
        if found is None:
            return None
        path = self._theme_path(request.path[found.end() :], self._frontend.theme.name)
        return path if path is not None and not processes_tags(path) else None

    def file(self, request: Request, path: str, now: float) -> Response:
        """Return a file as it is, or 304 if the client's copy is still good."""
        theme = self._frontend.theme
        try:
            found = theme.read(path)
        except OutsideTheme:
            found = None
        if found is None or processes_tags(path) or posixpath.basename(path).startswith("."):
            return not_found()
        identity, content = found
        changed = identity.changed // 10**9
        extra = [("Last-Modified", formatdate(changed, usegmt=True))]
        if not _is_newer(request.modified_since, changed):
            return complete(
                "",
                b"",
                server=self._release.server_header,
                now=now,
                status="304 Not Modified",
                extra=extra,
            )
        return complete(
            _content_type(path),
            content,
            server=self._release.server_header,
            now=now,
            extra=extra,
        )

    def page(self, request: Request, account: Account, now: float) -> Response:
        """Return a page of the theme, or a file of it, for *account*."""
        names = (account.theme, self._frontend.theme.name)
        path = self._theme_path(request.path, *names)
        if path is None:
            return not_found()
        if not path or path.endswith("/"):
            path += _INDEX
        if not processes_tags(path):
            return self.file(request, path, now)
        token = f"/cpsess{request.token}" if request.token else ""
        asked = PageRequest(
            account, path, request.values, token=token, host=request.host, port=request.port
        )
        try:
            page = self._frontend.render(asked)
        except MissingPage:
            return not_found()
        suffix = posixpath.splitext(path)[1]
        return complete(
            _PAGE_TYPES.get(suffix, HTML),
            page.body,
            server=self._release.server_header,
            now=now,
        )

    def _theme_path(self, path: str, *names: str) -> str | None:
        """Return *path* relative to the theme, None if it is below none of its *names*.

        The served theme stands in for the account's own, whatever that is called.
        """
        for name in names:
            prefix = f"/frontend/{name}/"
            if path.startswith(prefix):
                return path[len(prefix) :]
        return None


def _content_type(path: str) -> str:
    suffix = posixpath.splitext(path)[1].lower()
    guessed = _FILE_TYPES.get(suffix) or mimetypes.types_map.get(suffix)
    return guessed or "application/octet-stream"


def _is_newer(modified_since: str, changed: int) -> bool:
    """Whether a file changed at *changed* is newer than the client's copy."""
    try:
        return changed > parsedate_to_datetime(modified_since).timestamp()
    except (ValueError, TypeError, OverflowError):
        return True
