"""Raw sockets against a listener with a small application: what goes in, exactly what comes out."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from cpanel_emu.server.endpoints import Endpoint
from cpanel_emu.server.limits import Limits
from cpanel_emu.server.listener import Listener

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

PATIENCE = 20.0
"""Seconds before a test gives up on an answer; no test depends on how long one took."""

DATE = "Sat, 01 Jan 2022 00:00:00 GMT"
KEPT = (
    b"HTTP/1.1 200 OK\r\n"
    b"Server: cpsrvd\r\n"
    b"X-Keep-Alive-Count: %d\r\n"
    b"Connection: Keep-Alive\r\n"
    b"Keep-Alive: timeout=70, max=200\r\n"
    b"Date: Sat, 01 Jan 2022 00:00:00 GMT\r\n"
    b"Content-Type: text/plain\r\n"
    b"Content-Length: %d\r\n"
    b"\r\n"
    b"%b"
)
CLOSED = (
    b"HTTP/1.1 200 OK\r\n"
    b"Server: cpsrvd\r\n"
    b"Connection: close\r\n"
    b"Date: Sat, 01 Jan 2022 00:00:00 GMT\r\n"
    b"Content-Type: text/plain\r\n"
    b"Content-Length: %d\r\n"
    b"\r\n"
    b"%b"
)


def kept(body: bytes, count: int = 1) -> bytes:
    """Return the answer of `echo` on a connection that stays open (``wire §5.8``)."""
    return KEPT % (count, len(body), body)


def closed(body: bytes) -> bytes:
    """Return the answer of `echo` before the connection closes (``wire §5.8``)."""
    return CLOSED % (len(body), body)


def refused(status: int, phrase: bytes) -> bytes:
    """Return the refusal of ``wire §4.4``."""
    return (
        b"HTTP/1.1 %d %b\r\n"
        b"Connection: close\r\n"
        b'Content-type: text/plain; charset="utf-8"\r\n'
        b"\r\n"
        b"%b\r\n"
    ) % (status, phrase, phrase)


BAD_REQUEST = refused(400, b"Bad Request")
TIMEOUT = refused(408, b"Request Timeout")
TOO_LARGE = refused(413, b"Request Entity Too Large")
FIELDS_TOO_LARGE = refused(431, b"Request Header Fields Too Large")
BROKEN = refused(500, b"Internal Server Error")


def answer_text(text: str, start_response: StartResponse) -> Iterable[bytes]:
    """Answer *text* with the headers of ``wire §5.8`` that are the application's."""
    body = text.encode("latin-1")
    headers = [
        ("Server", "cpsrvd"),
        ("Date", DATE),
        ("Content-Type", "text/plain"),
        ("Content-Length", str(len(body))),
    ]
    start_response("200 OK", headers)
    return [body]


def echo(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """Answer ``METHOD PATH?QUERY BODY``."""
    body = environ["wsgi.input"].read().decode("latin-1")
    query = environ["QUERY_STRING"]
    path = environ["PATH_INFO"] + (f"?{query}" if query else "")
    return answer_text(f"{environ['REQUEST_METHOD']} {path} {body}", start_response)


@contextlib.contextmanager
def listening(
    application: WSGIApplication = echo, limits: Limits | None = None
) -> Iterator[Endpoint]:
    """Run *application* on a free plain port of loopback."""
    wanted = [Endpoint("127.0.0.1", 0, tls=False, service="cpanel")]
    with Listener(application, wanted, limits=limits) as listener:
        yield listener.endpoints[0]


def connect(endpoint: Endpoint) -> socket.socket:
    """Return a connected socket that does not wait for ever."""
    client = socket.create_connection((endpoint.host, endpoint.port), PATIENCE)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def read_to_end(client: socket.socket | ssl.SSLSocket) -> bytes:
    """Return all that comes until the server closes; a reset raises."""
    received = b""
    while data := client.recv(65536):
        received += data
    return received


def read_exactly(client: socket.socket | ssl.SSLSocket, expected: bytes) -> None:
    """Read as many bytes as *expected* has, and compare."""
    received = b""
    while len(received) < len(expected):
        data = client.recv(len(expected) - len(received))
        if not data:
            break
        received += data
    assert received == expected


def exchange(endpoint: Endpoint, *pieces: bytes, pause: float = 0.02) -> bytes:
    """Send *pieces*, each in a packet of its own, and return all until the server closes."""
    with connect(endpoint) as client:
        for index, piece in enumerate(pieces):
            if index:
                time.sleep(pause)
            client.sendall(piece)
        return read_to_end(client)
