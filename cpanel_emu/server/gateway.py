"""Between a request and a WSGI application (PEP 3333)."""

from __future__ import annotations

import functools
import io
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote_to_bytes

from cpanel_emu.server.endpoints import Endpoint
from cpanel_emu.server.http1 import Request
from cpanel_emu.server.http1.answer import CLOSING, answer

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

Environ: TypeAlias = dict[str, Any]
Headers: TypeAlias = list[tuple[str, str]]
_ExceptionInfo: TypeAlias = (
    "tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]"
)


_WHOLE_URL = re.compile(r"https?://([^/?]*)(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class ConnectionControl:
    """What an application may ask of the connection: ``environ["cpanel_emu.connection"]``.

    Each request has its own. All but *close* and *observer* are for planned faults.
    """

    close: bool = False
    """Answer with ``Connection: close`` and close, whatever the client would like."""
    observer: Callable[[bytes], None] | None = None
    """Called with the answer's bytes before they are sent."""
    delay: float = 0.0
    """Wait so many seconds before the answer is sent."""
    drop: bool = False
    """Close the connection instead of answering."""
    cut_after: int | None = None
    """Send so many bytes of the body, then close."""
    drip: tuple[int, float] | None = None
    """Send so many bytes at a time, so many seconds apart."""


class ApplicationError(Exception):
    """The application broke the rules of WSGI; the text says which."""


def base_environ(endpoint: Endpoint, *, multiprocess: bool) -> Environ:
    """Return what the environ of every request on *endpoint* has in common."""
    return {
        "SCRIPT_NAME": "",
        "SERVER_NAME": endpoint.host,
        "SERVER_PORT": str(endpoint.port),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if endpoint.tls else "http",
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": multiprocess,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "cpanel_emu.service": endpoint.service,
    }


def request_environ(request: Request, base: Mapping[str, Any]) -> Environ:
    """Return the environ of *request*.

    ``PATH_INFO`` is decoded once; ``QUERY_STRING``, ``RAW_URI`` (the whole target) and
    ``cpanel_emu.head`` (the bytes before the body) are as they came. A target that is a whole URL
    counts by its path, one without a slash gets it. ``CONTENT_LENGTH`` is the length of the body
    as the application reads it, without chunks.
    """
    environ: Environ = {**base}
    target, fields = request.target, request.fields
    for name, value in fields.items():
        key = _environ_key(name)
        if key is not None:
            environ[key] = value
    if not target.startswith("/"):
        target = _origin_form(target, environ)
    path, _, query = target.partition("?")
    if "%" in path:
        path = unquote_to_bytes(path.encode("latin-1")).decode("latin-1")
    environ["REQUEST_METHOD"] = request.method
    environ["RAW_URI"] = request.target
    environ["cpanel_emu.head"] = request.head
    environ["PATH_INFO"] = path
    environ["QUERY_STRING"] = query
    environ["SERVER_PROTOCOL"] = f"HTTP/1.{request.minor}"
    environ["wsgi.input"] = io.BytesIO(request.body)
    if request.body or "content-length" in fields:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ


@functools.lru_cache(maxsize=512)
def _environ_key(name: str) -> str | None:
    """Return the environ's key for a header field.

    None for those that framed the body, and for names with ``_``, which could pass for others.
    """
    if name in {"content-length", "transfer-encoding"} or "_" in name:
        return None
    key = name.upper().replace("-", "_")
    return key if key == "CONTENT_TYPE" else f"HTTP_{key}"


def _origin_form(target: str, environ: Environ) -> str:
    if url := _WHOLE_URL.fullmatch(target):
        environ["HTTP_HOST"] = url[1].rpartition("@")[2]
        target = url[2]
    return target if target.startswith("/") else f"/{target}"


class _Collector:
    """Takes what an application answers, piece by piece."""

    def __init__(self) -> None:
        self.status = ""
        self.headers: Headers = []
        self.pieces: list[bytes] = []

    def start_response(
        self, status: str, headers: Headers, exc_info: _ExceptionInfo | None = None, /
    ) -> Any:
        if self.status and exc_info is None:
            raise ApplicationError("start_response was called twice without exc_info")
        self.status, self.headers = status, headers
        return self.pieces.append


def run(application: WSGIApplication, environ: Environ) -> tuple[str, Headers, bytes]:
    """Run *application* and return its status, headers and whole body.

    Raises:
        ApplicationError: it did not start an answer.
    """
    collector = _Collector()
    result: Iterable[bytes] = application(environ, collector.start_response)
    try:
        collector.pieces.extend(result)
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()
    if not collector.status:
        raise ApplicationError("start_response was not called")
    return collector.status, collector.headers, b"".join(collector.pieces)


def framed(
    status: str, headers: Headers, body: bytes, persistence: tuple[str, ...], *, head_only: bool
) -> tuple[bytes, bool]:
    """Return the bytes of an answer, and whether the connection stays open after it.

    Without ``Content-Length`` only the end of the connection can end the body (``wire §4.1``).

    Raises:
        ApplicationError: ``Content-Length`` is not the length of the body.
        ValueError: a header that cannot be sent.
    """
    length = None
    for name, value in reversed(headers):  # where most applications have it
        if name.lower() == "content-length":
            length = value
            break
    if length is None:
        persistence = CLOSING
    elif not head_only and length != str(len(body)):
        raise ApplicationError(f"Content-Length is {length}, the body has {len(body)} bytes")
    sent = b"" if head_only else body
    return answer(status, headers, persistence, sent), persistence is not CLOSING
