"""HTTP messages as golden cases see them: bytes, nothing interpreted that need not be."""

from __future__ import annotations

import base64
import io
import sys
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cpanel_emu.testing.cases import Door, FunctionCall, HttpRequest
from cpanel_emu.testing.placeholders import Names

LISTENER_HEADERS = frozenset(
    {b"server", b"date", b"connection", b"keep-alive", b"x-keep-alive-count"}
)
"""What a WSGI server writes, not the application; left out where there is no server."""

_FORM_TYPE = "Content-Type: application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Request:
    """A request ready to go: method, target as sent, header lines in order, body."""

    door: str
    method: str
    target: str
    http: str
    headers: tuple[str, ...]
    body: bytes

    def to_bytes(self, host: str) -> bytes:
        """Return the bytes of the request; HTTP/1.1 names *host*, HTTP/1.0 does not."""
        lines = [f"{self.method} {self.target} HTTP/{self.http}"]
        if self.http != "1.0" and not _has(self.headers, "Host"):
            lines.append(f"Host: {host}")
        lines += self.headers
        return "\r\n".join([*lines, "", ""]).encode() + self.body

    def to_environ(self, port: str) -> dict[str, Any]:
        """Return the WSGI environment of the request (PEP 3333), as if it came to *port*."""
        path, _, query = self.target.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": urllib.parse.unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query.encode().decode("latin-1"),
            "REQUEST_URI": self.target.encode().decode("latin-1"),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": port,
            "SERVER_PROTOCOL": f"HTTP/{self.http}",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https" if self.door.endswith("-tls") else "http",
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for line in self.headers:
            name, value = line.split(": ", 1)
            key = name.upper().replace("-", "_")
            bare = key in {"CONTENT_TYPE", "CONTENT_LENGTH"}
            environ[key if bare else f"HTTP_{key}"] = value.encode().decode("latin-1")
        return environ


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: the head, each line still ended, the empty line after it, and the body."""

    head: bytes
    body: bytes
    empty_line: bytes = b"\r\n"
    """Nothing if the answer broke off before it."""

    @property
    def raw(self) -> bytes:
        """The whole answer."""
        return self.head + self.empty_line + self.body

    @property
    def status(self) -> int | None:
        """The status, None if the first line is no status line."""
        words = self.head.split(None, 2)
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else None

    def header(self, name: str) -> str | None:
        """Return the value of the first header called *name*, in any case."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.decode("latin-1").lower() == name.lower():
                return value.decode("latin-1").strip()
        return None

    def without_listener_headers(self) -> Response:
        """Return the answer as the application alone would give it."""
        lines = self.head.splitlines(keepends=True)
        kept = [line for line in lines if line.partition(b":")[0].lower() not in LISTENER_HEADERS]
        return replace(self, head=b"".join(kept))


def split_response(raw: bytes) -> Response:
    """Split the bytes of an answer at its first empty line."""
    head, separator, body = raw.partition(b"\r\n\r\n")
    line_end = separator[:2]
    return Response(head + line_end, body, line_end)


def spell_call(call: FunctionCall, door: Door, tongue: str, method: str) -> HttpRequest:
    """Spell *call* as clients of *tongue* do (``wire §2.3``).

    ``cpanel_jsonapi_…`` on ``/json-api/cpanel``, ``cpanel_xmlapi_…`` on ``/xml-api/cpanel``; in
    the query for GET, as a form otherwise.
    """
    prefix = f"cpanel_{tongue}api_"
    named = {
        "user": door.user,
        "module": call.module,
        "func": call.func,
        "apiversion": call.apiversion,
    }
    fields = {prefix + name: text for name, text in named.items() if text is not None}
    fields |= call.arguments
    line = f"{method} /{tongue}-api/cpanel"
    if method == "GET":
        return HttpRequest(line, query=fields)
    return HttpRequest(line, form=fields)


def build_request(written: HttpRequest, door_name: str, door: Door, names: Names) -> Request:
    """Turn a request as written in a case into one to send; *names* fill the blanks."""
    method, _, target = names.fill(written.line).partition(" ")
    if written.query:
        target += ("&" if "?" in target else "?") + _encode(written.query, names)
    headers = [names.fill(line) for line in written.headers]
    login = names.fill(door.login if written.login is None else written.login)
    if login:
        headers.append(f"Authorization: {spell_login(login)}")
    body = names.fill(written.body or "").encode()
    if written.file is not None:
        body = names.fill_bytes(written.file.read_bytes())
    if written.form is not None:
        body = _encode(written.form, names).encode()
        headers.append(_FORM_TYPE)
    has_body = any(item is not None for item in (written.form, written.body, written.file))
    if has_body and not _has(headers, "Content-Length"):
        headers.append(f"Content-Length: {len(body)}")
    return Request(door_name, method, target, written.http, tuple(headers), body)


def spell_login(login: str) -> str:
    """Return the Authorization value for a scheme and credentials in clear (``wire §3.1``)."""
    scheme, _, credentials = login.partition(" ")
    if scheme.lower() == "basic":
        return f"{scheme} {base64.b64encode(credentials.encode()).decode()}"
    return login


def _encode(fields: Mapping[str, str], names: Names) -> str:
    # Bytes that are not UTF-8 can be written as \udcXX, Python's surrogate escapes.
    return urllib.parse.urlencode(
        {key: names.fill(value) for key, value in fields.items()},
        quote_via=urllib.parse.quote,
        errors="surrogateescape",
    )


def _has(headers: list[str] | tuple[str, ...], name: str) -> bool:
    return any(line.lower().startswith(name.lower() + ":") for line in headers)
