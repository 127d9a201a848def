"""One HTTP request as the application sees it: who asks where, for what (``wire §2``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from cpanel_emu.accounts.models import Service
from cpanel_emu.server.parameters import RequestTooLarge, UploadedFile, read_parameters

_TOKEN = re.compile(r"/cpsess(\d+)(?=/|\Z)", re.ASCII)
_SLASHES = re.compile(r"/{2,}")
_DOUBLED = ("/json-api/json-api/", "/xml-api/xml-api/")
_MOST_DIGITS = 18
_WHM_PORTS = frozenset({"2086", "2087"})


@dataclass(slots=True)  # not frozen, which would cost every request more than all of `split_path`
class Request:
    """A decoded request; *path* has neither security token nor doubled slashes.

    Header fields are looked up when they are asked for: most requests need one or two of them.
    """

    service: Service
    posted: bool
    """POST, or another method than GET and HEAD with a body (``wire §2.4``)."""
    path: str
    token: str
    """The digits of the ``/cpsess`` prefix, or ``""``."""
    section: str
    """The first word of *path*, such as ``json-api``, or ``""``."""
    rest: str
    """What follows *section* in *path*, without slashes at its end."""
    values: Mapping[str, str]
    """The merged parameters of query and body."""
    files: tuple[UploadedFile, ...] = ()
    """The file parts of a multipart body."""
    body: bytes = field(default=b"", repr=False)
    """The body as it came, without chunks."""
    environ: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The WSGI environment."""

    @property
    def authorization(self) -> str:
        """The ``Authorization`` header, or ``""``."""
        text: str = self.environ.get("HTTP_AUTHORIZATION", "")
        return text

    @property
    def cookie(self) -> str:
        """The ``Cookie`` header, or ``""``."""
        return self._text("HTTP_COOKIE")

    @property
    def host(self) -> str:
        """The ``Host`` header, or ``""``."""
        return self._text("HTTP_HOST")

    @property
    def modified_since(self) -> str:
        """The ``If-Modified-Since`` header, or ``""``."""
        return self._text("HTTP_IF_MODIFIED_SINCE")

    @property
    def none_match(self) -> str:
        """The ``If-None-Match`` header, or ``""``."""
        return self._text("HTTP_IF_NONE_MATCH")

    @property
    def remote_address(self) -> str:
        """The client's address, or ``""``."""
        text: str = self.environ.get("REMOTE_ADDR", "")
        return text

    @property
    def port(self) -> str:
        """The port that the client came to, or ``""``."""
        return self._text("SERVER_PORT")

    @property
    def secure(self) -> bool:
        """Whether the client came by TLS."""
        return self._text("wsgi.url_scheme") == "https"

    def _text(self, name: str) -> str:
        text: str = self.environ.get(name, "")
        return text


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
    if path.startswith(_DOUBLED):
        path = path[path.index("/", 1) :]
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
    path = environ.get("PATH_INFO") or "/"
    token, path = split_path(path if path.isascii() else _decoded(path))
    section, _, rest = path[1:].partition("/")
    service = service_of(environ)
    body = _body(environ, body_limit)
    parameters = read_parameters(
        environ.get("QUERY_STRING", ""),
        environ.get("CONTENT_TYPE", ""),
        body,
        strip_quotes=strip_quotes,
    )
    return Request(
        service=service,
        posted=method == "POST" or (bool(body) and method not in {"GET", "HEAD"}),
        path=path,
        token=token,
        section=section,
        rest=rest.rstrip("/"),
        values=parameters.values,
        # They are lost on WHM ports (liveapi_cli §3).
        files=parameters.files if service is Service.CPANEL else (),
        body=body,
        environ=environ,
    )


def _decoded(path: str) -> str:
    """Return a path as text; WSGI hands over one character for each byte."""
    return path.encode("latin-1", "replace").decode("utf-8", "replace")


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
