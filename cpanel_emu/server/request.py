"""One HTTP request as the application sees it: who asks where, for what (``wire §2``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from cpanel_emu.accounts.models import Service
from cpanel_emu.server.parameters import Parameters, RequestTooLarge, read_parameters

_TOKEN = re.compile(r"/cpsess(\d+)(?=/|\Z)", re.ASCII)
_SLASHES = re.compile(r"/{2,}")
_MOST_DIGITS = 18
_WHM_PORTS = frozenset({"2086", "2087"})


@dataclass(frozen=True, slots=True)
class Request:
    """A decoded request; *path* has neither security token nor doubled slashes."""

    service: Service
    posted: bool
    """POST, or another method than GET and HEAD with a body (``wire §2.4``)."""
    path: str
    token: str
    """The digits of the ``/cpsess`` prefix, or ``""``."""
    parameters: Parameters
    authorization: str
    cookie: str
    remote_address: str
    secure: bool
    """The client came by TLS."""
    host: str
    """The ``Host`` header, or ``""``."""
    port: str
    modified_since: str = ""
    """The ``If-Modified-Since`` header, or ``""``."""
    body: bytes = field(default=b"", repr=False)
    """The body as it came, without chunks."""
    none_match: str = ""
    """The ``If-None-Match`` header, or ``""``."""
    environ: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The WSGI environment, for what is handed on as it came."""

    @property
    def values(self) -> Mapping[str, str]:
        """The merged parameters of query and body."""
        return self.parameters.values


def service_of(environ: Mapping[str, Any]) -> Service:
    """Return which kind of port a request came to.

    Our own listener says so; under another server the well-known WHM ports tell.
    """
    named = environ.get("cpanel_emu.service")
    if named is not None:
        return Service.WHM if named == "whm" else Service.CPANEL
    return Service.WHM if environ.get("SERVER_PORT") in _WHM_PORTS else Service.CPANEL


def split_path(path: str) -> tuple[str, str]:
    """Return the token's digits and the path behind it, repeated slashes collapsed.

    ``/cpsess`` + digits may stand before any path, and a doubled API prefix is read once
    (``wire §2.2``).
    """
    path = _SLASHES.sub("/", path) if "//" in path else path
    token = ""
    if path.startswith("/cpsess"):
        found = _TOKEN.match(path)
        if found is not None:
            token, path = found[1], path[found.end() :] or "/"
    for prefix in ("/json-api", "/xml-api"):
        if path.startswith(f"{prefix}{prefix}/"):
            path = path[len(prefix) :]
    return token, path


def read_request(environ: Mapping[str, Any], *, strip_quotes: bool, body_limit: int) -> Request:
    """Decode the request that a WSGI server handed over.

    Args:
        environ: the WSGI environment.
        strip_quotes: whether the release drops quotes round values (``wire §2.4``).
        body_limit: how many bytes a body may have.

    Raises:
        RequestTooLarge: it has more bytes, or too many parts.
    """
    method = environ["REQUEST_METHOD"]
    token, path = split_path(_decoded(environ.get("PATH_INFO") or "/"))
    service = service_of(environ)
    body = _body(environ, body_limit)
    parameters = read_parameters(
        environ.get("QUERY_STRING", ""),
        environ.get("CONTENT_TYPE", ""),
        body,
        strip_quotes=strip_quotes,
    )
    if parameters.files and service is Service.WHM:
        parameters = Parameters(parameters.values)  # they are lost there (liveapi_cli §3)
    return Request(
        service=service,
        posted=method == "POST" or (bool(body) and method not in {"GET", "HEAD"}),
        path=path,
        token=token,
        parameters=parameters,
        authorization=environ.get("HTTP_AUTHORIZATION", ""),
        cookie=environ.get("HTTP_COOKIE", ""),
        remote_address=environ.get("REMOTE_ADDR", ""),
        secure=environ.get("wsgi.url_scheme") == "https",
        host=environ.get("HTTP_HOST", ""),
        port=environ.get("SERVER_PORT", ""),
        modified_since=environ.get("HTTP_IF_MODIFIED_SINCE", ""),
        body=body,
        none_match=environ.get("HTTP_IF_NONE_MATCH", ""),
        environ=environ,
    )


def _decoded(path: str) -> str:
    """Return a path as text; WSGI hands over one character for each byte."""
    return path if path.isascii() else path.encode("latin-1", "replace").decode("utf-8", "replace")


def _body(environ: Mapping[str, Any], limit: int) -> bytes:
    length = environ.get("CONTENT_LENGTH") or ""
    stream: IO[bytes] = environ["wsgi.input"]
    if length.isdecimal():
        if len(length) > _MOST_DIGITS or int(length) > limit:
            raise RequestTooLarge(f"The body has more than {limit} bytes.")
        return stream.read(int(length))
    body = stream.read(limit + 1) if environ.get("wsgi.input_terminated") else b""
    if len(body) > limit:
        raise RequestTooLarge(f"The body has more than {limit} bytes.")
    return body
