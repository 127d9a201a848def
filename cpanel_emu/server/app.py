"""The WSGI application: the HTTP door of an emulator.

Checks come in the order of ``wire §2.7``: credentials, path, format, target account, and then
what `Emulator.answer` checks.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cpanel_emu.accounts.credentials import CredentialChecker, Login, Scheme
from cpanel_emu.accounts.models import Service
from cpanel_emu.accounts.ownership import target_account
from cpanel_emu.accounts.seeding import published_secrets
from cpanel_emu.call import Api, Arguments, Call
from cpanel_emu.control.door import ControlDoor
from cpanel_emu.control.watch import Watch
from cpanel_emu.emulator import Emulator
from cpanel_emu.errors import StoreError
from cpanel_emu.functions import whm
from cpanel_emu.server import api, pages
from cpanel_emu.server.api import Format
from cpanel_emu.server.frontend_door import FrontendDoor
from cpanel_emu.server.gate import Denial, Gate
from cpanel_emu.server.live_page_door import LivePageDoor
from cpanel_emu.server.login import LoginDoor
from cpanel_emu.server.parameters import RequestTooLarge
from cpanel_emu.server.request import Request, read_request
from cpanel_emu.server.responses import HTML, Response, complete, not_found, refused
from cpanel_emu.tongues import envelopes, json_api, xml_api

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

_logger = logging.getLogger(__name__)

_FORMATS = {"json-api": Format.JSON, "xml-api": Format.XML}


class Application:
    """A WSGI application that speaks for one `Emulator`; thread-safe."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self._release = emulator.release
        options = emulator.options
        self._body_limit = options.max_body
        self._control = ControlDoor(emulator) if options.control else None
        self._watch = Watch(emulator, self._refuse_by_fault)
        # Under a WSGI server of the user's the options do not tell where it listens.
        far_checker = CredentialChecker(emulator.accounts, refused=published_secrets())
        checker = CredentialChecker(emulator.accounts) if options.is_loopback else far_checker
        self._gate = Gate(checker, emulator.sessions, emulator.lockout, far_checker=far_checker)
        self._logins = LoginDoor(
            self._gate, emulator.accounts, self._release, emulator.random, emulator.clock.now
        )
        self._pages = FrontendDoor(
            emulator.frontend,
            emulator.pages.templates,
            LivePageDoor(emulator.pages.live, self._release),
            self._release,
            strict=options.strict,
        )
        self._open_to_all = {
            "/login": self._logins.log_in,
            "/login/": self._logins.log_in,
            "/logout": self._logins.log_out,
            "/logout/": self._logins.log_out,
        }

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        response = self._answered(environ)
        if response.close:
            control = environ.get("cpanel_emu.connection")
            if control is not None:
                control.close = True
        start_response(response.status, list(response.headers))
        return [response.body] if environ["REQUEST_METHOD"] != "HEAD" else []

    def _answered(self, environ: dict[str, Any]) -> Response:
        try:
            request = read_request(
                environ, strip_quotes=self._release.strips_quotes, body_limit=self._body_limit
            )
            if self._control is not None and self._control.owns(request):
                return self._control.answer(request, environ)
            return self._watch.answered(request, self._route)
        except RequestTooLarge:
            return refused("413 Request Entity Too Large")
        except StoreError as error:
            _logger.error("The root cannot be used: %s", error)  # noqa: TRY400  (one line)
            return refused("503 Service Unavailable")

    def _route(self, request: Request) -> Response:
        answer = self._open_to_all.get(request.path)
        if answer is not None:
            return answer(request)
        file = self._pages.file_path(request)
        if file is not None:
            return self._pages.file(request, file, self.emulator.clock.now())
        form = _FORMATS.get(request.section)
        entered = self._gate.enter(request)
        if isinstance(entered, Denial):
            return self._refuse(request, form, entered)
        if form is not None:
            return self._api(request, entered, form)
        return self._let_in(request, entered)

    def _let_in(self, request: Request, login: Login) -> Response:
        """Answer a request with good credentials that is for no API path."""
        if request.section == "execute":
            return self._execute(request, login)
        if request.section == "frontend" and request.service is Service.CPANEL:
            return self._page(request, login)
        if request.path == "/":
            return self._logins.start(request, login)
        return not_found()

    def _refuse(self, request: Request, form: Format | None, denial: Denial) -> Response:
        """Return the refusal of a request without good credentials (``wire §4``)."""
        if form is not None:
            return api.access_denied(form)
        if denial is Denial.NO_CREDENTIALS and request.path.startswith("/execute/"):
            denial = Denial.WRONG_CREDENTIALS
        status, page = pages.refusal(denial)
        return self._complete(HTML, page, status=status)

    def _refuse_by_fault(self, request: Request) -> Response:
        form = _FORMATS.get(request.section)
        return self._refuse(request, form, Denial.WRONG_CREDENTIALS)

    def _api(self, request: Request, login: Login, form: Format) -> Response:
        name = request.rest
        if name == "cpanel":
            return self._call(request, login, form)
        if not name or "/" in name:
            return not_found()
        if request.service is Service.CPANEL:
            return api.access_denied(form)
        return self._native(request, login, form, name)

    def _call(self, request: Request, login: Login, form: Format) -> Response:
        call = api.requested_call(request, form)
        if login.scheme is Scheme.CPANEL and call.api is Api.API1:
            return api.access_denied(form, envelopes.TOKEN_REFUSED_FOR_API1)
        if form is Format.XML and not self._release.xml:
            return not_found()
        named = api.named_account(request, form)
        account = target_account(login, named, self.emulator.accounts)
        if account is None:
            body = api.bad_user(call.api, form, self._release)
        else:
            answer = self.emulator.answer(call, account)
            body = api.encode_answer(answer, form, self._release)
        return self._complete(api.content_type(form, self._release), body)

    def _execute(self, request: Request, login: Login) -> Response:
        """Answer UAPI's own path, ``/execute/Module/function`` (``wire §7``)."""
        module, _, function = request.rest.partition("/")
        account = self.emulator.accounts.get(login.user)
        known = self._release.uapi and request.service is Service.CPANEL
        if not known or not function or "/" in function or account is None:
            return not_found()
        call = Call(Api.UAPI, module, function, Arguments(request.values), request.posted)
        result = envelopes.uapi_result(self.emulator.answer(call, account))
        body = json_api.encode_tree(result, line_end=True)
        return self._complete(self._release.json_content_type, body)

    def _page(self, request: Request, login: Login) -> Response:
        account = self.emulator.accounts.get(login.user)
        if account is None:
            return not_found()
        return self._pages.page(request, account, self.emulator.clock.now())

    def _native(self, request: Request, login: Login, form: Format, name: str) -> Response:
        """Answer a native WHM function (``wire §8``)."""
        version1 = request.values.get("api.version") == "1"
        call = whm.NativeCall(name, version1, request.values, login)
        context = whm.NativeContext(self.emulator.accounts, self.emulator.sessions, self._release)
        answer = whm.answer(call, context)
        if form is Format.XML:
            body = xml_api.encode_native(name, answer.members)
        else:
            body = json_api.encode_tree(answer.members, line_end=answer.line_end)
        extra = [("Cache-Control", answer.cache_control)] if answer.cache_control else []
        return self._complete(api.content_type(form, self._release), body, extra=extra)

    def _complete(
        self,
        content_type: str,
        body: bytes,
        *,
        status: str = "200 OK",
        extra: Sequence[tuple[str, str]] = (),
    ) -> Response:
        return complete(
            content_type,
            body,
            server=self._release.server_header,
            now=self.emulator.clock.now(),
            status=status,
            extra=extra,
        )


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
