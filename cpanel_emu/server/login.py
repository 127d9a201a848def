"""Logging in and out (``wire §3.2``)."""

from __future__ import annotations

import json
import random
import urllib.parse
from collections.abc import Callable, Sequence

from cpanel_emu.accounts.credentials import Login
from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.models import Service
from cpanel_emu.accounts.sessions import Session
from cpanel_emu.releases import Release
from cpanel_emu.server import pages
from cpanel_emu.server.gate import Denial, Gate, expire_cookie, set_cookie
from cpanel_emu.server.request import Request
from cpanel_emu.server.responses import HTML, Response, complete

_SAFE_IN_LOCATION = "/:?#[]@!$&'()*+,;=%-._~"


class LoginDoor:
    """Answers ``/login``, ``/logout`` and ``/``."""

    def __init__(
        self,
        gate: Gate,
        accounts: AccountDirectory,
        release: Release,
        generator: random.Random,
        now: Callable[[], float],
    ) -> None:
        self._gate = gate
        self._accounts = accounts
        self._release = release
        self._random = generator
        self._now = now

    def log_in(self, request: Request) -> Response:
        """Answer a request for ``/login``: a form, a posted form, or a handed-over session."""
        if "session" in request.values and request.token:
            return self._take_over(request)
        if not request.posted and "user" not in request.values:
            return self._answer("200 OK", HTML, pages.login_page())
        session = self._gate.log_in(request)
        only = request.values.get("login_only", "0") not in {"", "0"}
        if isinstance(session, Denial):
            return self._refuse(session, only=only)
        home = self._home(session)
        if not only:
            return self._redirect("302 Found", home, set_cookie(session, request))
        return self._tell(session, home, request)

    def log_out(self, request: Request) -> Response:
        """End the session, if there is one, and lead to the login page."""
        self._gate.log_out(request)
        return self._redirect("302 Found", "/login/", expire_cookie(request))

    def _take_over(self, request: Request) -> Response:
        session = self._gate.handed_session(request)
        if session is None:
            return self._answer("401 Unauthorized", HTML, pages.login_page())
        return self._redirect(
            "307 Temporary Redirect", self._home(session), set_cookie(session, request)
        )

    def _refuse(self, denial: Denial, *, only: bool) -> Response:
        if only:
            body = b'{"status":0,"message":"invalid_login"}'
            return self._answer("401 Unauthorized", self._release.json_content_type, body)
        status, page = pages.refusal(denial)
        return self._answer(status, HTML, page)

    def _tell(self, session: Session, home: str, request: Request) -> Response:
        """Answer ``login_only``: the token in JSON, and where a browser would go."""
        wanted = request.values.get("goto_uri", "")
        target = home
        if wanted.startswith("/"):
            target = session.token + urllib.parse.quote(wanted, safe=_SAFE_IN_LOCATION)
        join = "&" if "?" in target else "?"
        redirect = f"{target}{join}post_login={self._random.randrange(10**14):014d}"
        members = {"status": 1, "redirect": redirect, "security_token": session.token}
        body = json.dumps(members, separators=(",", ":")).encode("ascii")
        extra = [("Location", home), set_cookie(session, request)]
        return self._answer("200 OK", self._release.json_content_type, body, extra)

    def start(self, request: Request, login: Login) -> Response:
        """Answer ``/`` to somebody who is let in: WHM's start, or the way to the theme's."""
        token = f"/cpsess{request.token}" if request.token else ""
        if login.service is Service.WHM:
            return self._answer("200 OK", HTML, pages.whm_home(login.user, token))
        location = self._start_path(login.user, login.service, token)
        return self._answer("302 Found", "", b"", [("Location", location)])

    def _home(self, session: Session) -> str:
        return self._start_path(session.user, session.service, session.token)

    def _start_path(self, user: str, service: Service, token: str) -> str:
        """Return where a login leads: the account's theme, or WHM's own start."""
        account = self._accounts.get(user)
        if service is Service.WHM or account is None:
            return f"{token}/"
        return f"{token}/frontend/{account.theme}/index.html"

    def _redirect(self, status: str, location: str, cookie: tuple[str, str]) -> Response:
        return self._answer(status, "", b"", [("Location", location), cookie])

    def _answer(
        self,
        status: str,
        content_type: str,
        body: bytes,
        extra: Sequence[tuple[str, str]] = (),
    ) -> Response:
        return complete(
            content_type,
            body,
            server=self._release.server_header,
            now=self._now(),
            status=status,
            extra=extra,
            close=True,
        )
