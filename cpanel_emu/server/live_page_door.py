"""LiveAPI pages over HTTP: from a request to a running page, from what it sent to an answer."""

from __future__ import annotations

import html
from dataclasses import replace

from cpanel_emu.frontend import PageRequest
from cpanel_emu.liveapi.commands import InterpreterError
from cpanel_emu.liveapi.live_pages import LivePages
from cpanel_emu.liveapi.pages import CgiRequest, PageAnswer
from cpanel_emu.releases import Release
from cpanel_emu.server.request import Request
from cpanel_emu.server.responses import HTML, Response, complete, not_found
from cpanel_emu.tags import MissingPage

_CANNOT_RUN = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>This page cannot run</title>
</head>
<body>
<h1>This page cannot run</h1>
<p>{reason}</p>
</body>
</html>
"""
_WITHOUT_BODY = frozenset({204, 304})


class LivePageDoor:
    """Answers requests for LiveAPI pages."""

    def __init__(self, pages: LivePages, release: Release) -> None:
        self._pages = pages
        self._release = release

    def answer(self, request: Request, asked: PageRequest, now: float) -> Response:
        """Run the page that is *asked* for and return what it sent.

        A page that cannot be started is answered with a page that says why.
        """
        try:
            sent = self._pages.run(asked, _with_http(self._pages.cgi_request(asked), request))
        except MissingPage:
            return not_found()
        except InterpreterError as error:
            return cannot_run(error, self._release, now)
        return self._told(sent, now)

    def _told(self, sent: PageAnswer, now: float) -> Response:
        content_type = ""
        extra = []
        for name, value in sent.headers:
            if name.lower() == "content-type":
                content_type = value
            else:
                extra.append((name, value))
        is_empty = sent.status in _WITHOUT_BODY
        return complete(
            "" if is_empty else content_type,
            b"" if is_empty else sent.body,
            server=self._release.server_header,
            now=now,
            status=f"{sent.status} {sent.reason}",
            extra=extra,
        )


def cannot_run(error: InterpreterError, release: Release, now: float) -> Response:
    """Return the page that says what is missing to run the one that was asked for."""
    return complete(
        HTML,
        _CANNOT_RUN.format(reason=html.escape(str(error))).encode(),
        server=release.server_header,
        now=now,
        status="500 Internal Server Error",
    )


def _with_http(page: CgiRequest, request: Request) -> CgiRequest:
    """Return *page* with what came over HTTP."""
    environ = request.environ
    return replace(
        page,
        method=environ["REQUEST_METHOD"],
        query=environ.get("QUERY_STRING", ""),
        body=request.body,
        content_type=environ.get("CONTENT_TYPE", ""),
        headers={
            name[len("HTTP_") :].replace("_", "-").title(): value
            for name, value in environ.items()
            if name.startswith("HTTP_")
        },
        remote_address=request.remote_address,
        tls=request.secure,
    )
