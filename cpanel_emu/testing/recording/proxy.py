"""A proxy that a client is pointed at in place of its server; it keeps what it carries.

One port takes plain HTTP and TLS. Each request goes out over a connection of its own, so that what
counts requests on a connection counts the same when the recording is verified. Names of the server
in the head of an answer become the proxy's, so that a client that follows them comes back.
"""

from __future__ import annotations

import contextlib
import io
import socket
import socketserver
import ssl
import sys
import threading
from collections.abc import Callable, Iterator

from cpanel_emu.testing.connection import Connection
from cpanel_emu.testing.messages import Response
from cpanel_emu.testing.recording.exchange import RecordedExchange, RecordedRequest, Upstream

_PATIENCE = 60.0
"""Seconds that a client may be silent."""
_LONGEST_LINE = 1 << 20
_MOST_LINES = 1000
_LARGEST_BODY = 1 << 28
_TLS_HANDSHAKE = b"\x16"
_NOT_PASSED_ON = frozenset(
    {"accept-encoding", "expect", "host", "content-length", "transfer-encoding", "upgrade"}
)


class _BadRequestError(Exception):
    """What came is no HTTP request that can be passed on."""


class RecordingProxy:
    """A proxy before one server; a context manager that listens.

    Args:
        upstream: the server.
        address: host and port to listen on; port 0 is a free one.
        keep: called with each exchange before the client has its answer.
        fail: called with one line for each request that got no answer.
        tls: the context for clients that speak TLS.
        is_verified: whether the server's certificate is checked.
    """

    def __init__(
        self,
        upstream: Upstream,
        address: tuple[str, int],
        *,
        keep: Callable[[RecordedExchange], object],
        fail: Callable[[str], object],
        tls: ssl.SSLContext,
        is_verified: bool,
    ) -> None:
        self.upstream = upstream
        self.keep = keep
        self.fail = fail
        self.tls = tls
        self.is_verified = is_verified
        self._server = _Server(address, self)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def host(self) -> str:
        """Host and port on which it listens."""
        host, port = self._server.server_address[:2]
        return f"{host if isinstance(host, str) else host.decode()}:{port}"

    def __enter__(self) -> RecordingProxy:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def ask(self, request: RecordedRequest) -> Response:
        """Pass *request* on and return the answer.

        Raises:
            OSError: there was none.
        """
        with Connection(self.upstream.url, is_verified=self.is_verified) as connection:
            connection.send(_passed_on(request, self.upstream))
            answer = connection.receive(bodiless=request.method == "HEAD")
        if not answer.head:
            raise ConnectionError("the server closed the connection without an answer")
        return answer


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], proxy: RecordingProxy) -> None:
        self.proxy = proxy
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    def handle_error(self, _request: object, _client_address: object) -> None:
        """Tell in one line what went wrong with a connection; the others go on."""
        self.proxy.fail(f"A connection ended with {sys.exception()!r}.")


class _Handler(socketserver.BaseRequestHandler):
    """One client's connection."""

    server: _Server
    request: socket.socket

    def handle(self) -> None:
        # A client that goes away or speaks nonsense is its own affair.
        with contextlib.suppress(OSError):
            self.request.settimeout(_PATIENCE)
            client = self._unwrapped()
            with contextlib.closing(client), client.makefile("rb") as stream:
                self._serve(client, stream)

    def _unwrapped(self) -> socket.socket:
        if self.request.recv(1, socket.MSG_PEEK) != _TLS_HANDSHAKE:
            return self.request
        return self.server.proxy.tls.wrap_socket(self.request, server_side=True)

    def _serve(self, client: socket.socket, stream: io.BufferedIOBase) -> None:
        proxy = self.server.proxy
        while True:
            try:
                request = _read_request(client, stream)
            except _BadRequestError as error:
                client.sendall(_own_answer("400 Bad Request", str(error)))
                return
            if request is None:
                return
            try:
                answer = proxy.ask(request)
            except OSError as error:
                problem = f"{proxy.upstream.url}: {error or type(error).__name__}"
                proxy.fail(problem)
                client.sendall(_own_answer("502 Bad Gateway", problem))
                return
            proxy.keep(RecordedExchange(proxy.upstream, request, answer))
            client.sendall(self._relayed(client, request, answer))
            if request.closes or _ends(answer, request):
                return

    def _relayed(self, client: socket.socket, request: RecordedRequest, answer: Response) -> bytes:
        upstream, host = self.server.proxy.upstream, request.header("Host")
        head = answer.head
        if host is not None:
            scheme = "https" if isinstance(client, ssl.SSLSocket) else "http"
            own = f"{scheme}://{host}".encode("latin-1", "replace")
            head = head.replace(upstream.url.encode(), own)
        body = answer.body
        if (answer.header("Transfer-Encoding") or "").lower() == "chunked":
            body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
        return head + answer.empty_line + body


def _ends(answer: Response, request: RecordedRequest) -> bool:
    """Whether the end of the connection is the end of the answer."""
    if (answer.header("Connection") or "").lower() == "close":
        return True
    is_told = answer.header("Content-Length") or answer.header("Transfer-Encoding")
    return not is_told and request.method != "HEAD" and answer.status not in (204, 304)


def _passed_on(request: RecordedRequest, upstream: Upstream) -> bytes:
    lines = [f"{request.method} {request.target} HTTP/{request.http}"]
    if request.header("Host") is not None:
        lines.append(f"Host: {upstream.host}")
    lines += [
        f"{name}: {value}" for name, value in request.headers if name.lower() not in _NOT_PASSED_ON
    ]
    has_length = request.header("Content-Length") or request.header("Transfer-Encoding")
    if has_length:
        lines.append(f"Content-Length: {len(request.body)}")
    head = "\r\n".join([*lines, "", ""])
    return head.encode("utf-8", "surrogateescape") + request.body


def _own_answer(status: str, text: str) -> bytes:
    body = f"cpanel-emu fixtures record: {text}\n".encode("utf-8", "replace")
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode("ascii") + body


def _read_request(client: socket.socket, stream: io.BufferedIOBase) -> RecordedRequest | None:
    """Read the next request; None where the connection ends."""
    line = _line(stream) or _line(stream)  # an empty line after a body is forgiven
    if not line:
        return None
    words = line.split(" ")
    if len(words) != 3 or not words[1].startswith("/") or not words[2].startswith("HTTP/1."):
        raise _BadRequestError(f"{line[:80]!r} is no request line of HTTP/1 with a path.")
    headers = tuple(_headers(stream))
    request = RecordedRequest(words[0], words[1], words[2].removeprefix("HTTP/"), headers)
    if (request.header("Expect") or "").lower() == "100-continue":
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    body = _read_body(request, stream)
    return RecordedRequest(request.method, request.target, request.http, headers, body)


def _line(stream: io.BufferedIOBase) -> str:
    data = stream.readline(_LONGEST_LINE)
    if len(data) >= _LONGEST_LINE:
        raise _BadRequestError("A line of the head is too long.")
    return data.rstrip(b"\r\n").decode("utf-8", "surrogateescape")


def _headers(stream: io.BufferedIOBase) -> Iterator[tuple[str, str]]:
    for _ in range(_MOST_LINES):
        line = _line(stream)
        if not line:
            return
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise _BadRequestError("A line of the head is no header (folded lines are not taken).")
        yield name, value.strip(" \t")
    raise _BadRequestError("The head has too many lines.")


def _read_body(request: RecordedRequest, stream: io.BufferedIOBase) -> bytes:
    if (request.header("Transfer-Encoding") or "").lower() == "chunked":
        return _read_chunks(stream)
    length = _size(request.header("Content-Length") or "0", 10)
    body = stream.read(length)
    if len(body) < length:
        raise _BadRequestError("The body is shorter than its Content-Length.")
    return body


def _read_chunks(stream: io.BufferedIOBase) -> bytes:
    body = io.BytesIO()
    while size := _size(_line(stream).partition(";")[0], 16):
        if body.tell() + size > _LARGEST_BODY:
            raise _BadRequestError("The body is too large.")
        body.write(stream.read(size))
        _line(stream)
    while _line(stream):
        pass
    return body.getvalue()


def _size(text: str, base: int) -> int:
    try:
        size = int(text, base)
    except ValueError:
        size = -1
    if not 0 <= size <= _LARGEST_BODY:
        raise _BadRequestError(f"{text[:40]!r} is no size of a body.")
    return size
