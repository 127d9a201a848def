"""A proxy that a client is pointed at in place of its server; it keeps what it carries.

One port takes plain HTTP and TLS. Each request goes out over a connection of its own, so that what
counts requests on a connection counts the same when the recording is verified. Names of the server
in the head of an answer become the proxy's, so that a client that follows them comes back.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import sys
import threading
from collections.abc import Callable

from cpanel_emu.server.http1.errors import UnreadableRequest
from cpanel_emu.testing.connection import Connection
from cpanel_emu.testing.messages import Response
from cpanel_emu.testing.recording.client import PATIENCE, ClientConnection
from cpanel_emu.testing.recording.exchange import RecordedExchange, RecordedRequest, Upstream

_TLS_HANDSHAKE = b"\x16"
_NOT_PASSED_ON = frozenset(
    {"accept-encoding", "expect", "host", "content-length", "transfer-encoding", "upgrade"}
)


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
            self.request.settimeout(PATIENCE)
            client = self._unwrapped()
            with contextlib.closing(client):
                self._serve(client)

    def _unwrapped(self) -> socket.socket:
        if self.request.recv(1, socket.MSG_PEEK) != _TLS_HANDSHAKE:
            return self.request
        return self.server.proxy.tls.wrap_socket(self.request, server_side=True)

    def _serve(self, client: socket.socket) -> None:
        proxy, requests = self.server.proxy, ClientConnection(client)
        while True:
            try:
                request = requests.next_request()
            except UnreadableRequest as error:
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
            if requests.is_disputed:
                requests.linger()
                return
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
