"""The application without a socket: requests in, status, headers and body out."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

PASSWORD = "12345luggage"
DATE = "Sat, 01 Jan 2022 00:00:00 GMT"
CLOCK = "2022-01-01T00:00:00Z"
PORTS = {"cpanel": "2082", "cpanel-tls": "2083", "whm": "2086", "whm-tls": "2087"}


@dataclass(frozen=True)
class Answer:
    """What the application answered."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes
    closed: bool

    def header(self, name: str) -> str:
        """Return the one header *name*; a missing or repeated one fails."""
        [value] = [value for given, value in self.headers if given.lower() == name.lower()]
        return value

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.headers]


class Connection:
    """Stands in for the listener's connection."""

    close = False


def environ(
    method: str,
    target: str,
    body: bytes = b"",
    *,
    door: str = "cpanel",
    login: str = "",
    **headers: str,
) -> dict[str, Any]:
    """Return a WSGI environ; *login* is ``user`` or ``root`` with the published password.

    *headers* are environ keys, such as ``HTTP_COOKIE`` and ``CONTENT_TYPE``.
    """
    path, _, query = target.partition("?")
    made: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_PORT": PORTS[door],
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "https" if door.endswith("-tls") else "http",
        "wsgi.input": io.BytesIO(body),
        "cpanel_emu.connection": Connection(),
    }
    if body:
        made["CONTENT_LENGTH"] = str(len(body))
    if login:
        made["HTTP_AUTHORIZATION"] = basic(login)
    return {**made, **headers}


def basic(user: str, password: str = PASSWORD) -> str:
    """Return the value of a Basic ``Authorization`` header."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


def query(prefix: str = "jsonapi", **values: str) -> str:
    """Return a query in which ``user``, ``module``, ``func`` and ``apiversion`` get *prefix*."""
    control = {"user", "module", "func", "apiversion"}
    return urlencode(
        {f"cpanel_{prefix}_{k}" if k in control else k: value for k, value in values.items()}
    )


class Client:
    """Sends requests to *application*."""

    def __init__(self, application: WSGIApplication) -> None:
        self.application = application

    def ask(self, method: str, target: str, body: bytes = b"", **keywords: str) -> Answer:
        """Send one request; see `environ`."""
        given: list[Any] = []
        sent = environ(method, target, body, **keywords)

        def start_response(*answer: Any) -> Any:
            given.extend(answer)

        pieces = b"".join(self.application(sent, start_response))
        return Answer(given[0], given[1], pieces, sent["cpanel_emu.connection"].close)

    def get(self, target: str, **keywords: str) -> Answer:
        """Send a GET."""
        return self.ask("GET", target, b"", **keywords)

    def post(self, target: str, form: dict[str, str], **keywords: str) -> Answer:
        """Send a form by POST."""
        return self.ask("POST", target, urlencode(form).encode(), **keywords)
