"""The WSGI application: the HTTP door of an emulator.

Checks come in the order of ``wire §2.7``: credentials, path, format, target account, and then
what `Emulator.answer` checks.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cpanel_emu.accounts.credentials import CredentialChecker, Login, parse_authorization
from cpanel_emu.accounts.ownership import target_account
from cpanel_emu.accounts.seeding import published_secrets
from cpanel_emu.call import Api
from cpanel_emu.emulator import Emulator
from cpanel_emu.errors import StoreError
from cpanel_emu.server import api, pages
from cpanel_emu.server.api import Format
from cpanel_emu.server.request import Request, read_request
from cpanel_emu.server.responses import PLAIN_TEXT, XML, Response, bare, complete, not_found
from cpanel_emu.tongues import envelopes

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

_logger = logging.getLogger(__name__)

_BODY_LIMIT = 64 * 1024 * 1024
_FORMATS = {"/json-api": Format.JSON, "/xml-api": Format.XML}
_DENIED = "403 Forbidden Access denied"


class Application:
    """A WSGI application that speaks for one `Emulator`; thread-safe."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self._release = emulator.release
        self._checker = CredentialChecker(
            emulator.accounts,
            refused=frozenset() if is_loopback(emulator.options.host) else published_secrets(),
        )

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = read_request(
            environ, strip_quotes=self._release.strips_quotes, body_limit=_BODY_LIMIT
        )
        response = self.respond(request)
        if response.close:
            control = environ.get("cpanel_emu.connection")
            if control is not None:
                control.close = True
        start_response(response.status, list(response.headers))
        return [response.body] if request.method != "HEAD" else []

    def respond(self, request: Request) -> Response:
        """Return the answer to *request*."""
        try:
            return self._route(request)
        except StoreError as error:
            _logger.error("The root cannot be used: %s", error)  # noqa: TRY400  (one line)
            return bare("503 Service Unavailable", PLAIN_TEXT, b"Service Unavailable\r\n")

    def _route(self, request: Request) -> Response:
        login = self._login(request)
        form = next(
            (
                form
                for prefix, form in _FORMATS.items()
                if request.path == prefix or request.path.startswith(f"{prefix}/")
            ),
            None,
        )
        if form is None:
            if login is None:
                return self._complete(pages.HTML, pages.login_page())
            return not_found()
        if login is None:
            return access_denied(form)
        if request.path.rstrip("/").removeprefix(f"/{form.value}-api") == "/cpanel":
            return self._api_call(request, login, form)
        return not_found()

    def _login(self, request: Request) -> Login | None:
        credentials = parse_authorization(request.authorization)
        if credentials is None:
            return None
        return self._checker.check(credentials, request.service)

    def _api_call(self, request: Request, login: Login, form: Format) -> Response:
        if form is Format.XML and not self._release.xml:
            return not_found()
        account = target_account(login, self._named_account(request, form), self.emulator.accounts)
        if account is None:
            refused = api.requested_api(request.values, form)
            if refused is Api.API1:
                refused = Api.API2
            return self._complete(
                api.content_type(form, self._release),
                api.encode(envelopes.bad_user(refused), form),
            )
        answer = self.emulator.answer(api.requested_call(request.values, form), account)
        return self._complete(
            api.content_type(form, self._release),
            api.encode_answer(answer, form, self._release),
        )

    def _named_account(self, request: Request, form: Format) -> str:
        """Return the account that the request names; ``user`` counts on WHM ports alone."""
        named = api.control(request.values, "user", form)
        has_control = any(f"{prefix}user" in request.values for prefix in form.prefixes)
        if not has_control and request.service.value == "whostmgrd":
            return request.values.get("user", "")
        return named

    def _complete(self, content_type: str, body: bytes) -> Response:
        return complete(
            content_type,
            body,
            server=self._release.server_header,
            now=self.emulator.clock.now(),
        )


def is_loopback(host: str) -> bool:
    """Whether the address *host* can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def access_denied(form: Format) -> Response:
    """Return the refusal of ``wire §4.1`` or ``wire §4.2``."""
    body = api.encode(envelopes.access_denied(), form)
    if form is Format.XML:
        return bare(_DENIED, XML, body)
    return bare(_DENIED, PLAIN_TEXT, body.rstrip(b"\n") + b"\r\n")


def create_app(root: str | Path | None = None, **options: object) -> Application:
    """Return a WSGI application over an emulator of its own.

    Args:
        root: where the emulated server's files lie; a temporary folder if it is not given.
        options: every other option of the command line as a keyword (``emulate_version`` …).

    Raises:
        ConfigurationError: an option or the seed is wrong.
        StoreError: the root cannot be used.
    """
    return Application(Emulator(root, **options))
