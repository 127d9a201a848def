"""Requests on a connection: head, body, chunks, pipelining (``liveapi_cli §6.2``)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import h11

from cpanel_emu.server.http1 import Request, RequestReader, UnreadableRequest
from cpanel_emu.server.limits import Limits
from tests.fuzz.target import Target, always

_LIMITS = Limits(head_bytes=8192, header_lines=50, body_bytes=4096)


def _read(pieces: Iterable[bytes]) -> tuple[list[Request], int]:
    """Return the requests that a connection gives, and the status of the refusal after them."""
    reader = RequestReader(_LIMITS)
    found: list[Request] = []
    try:
        for piece in pieces:
            reader.feed(piece)
            if _takes_all(reader, found):
                return found, 0
        reader.end()
        _takes_all(reader, found)
    except UnreadableRequest as error:
        return found, error.status
    return found, 0


def _takes_all(reader: RequestReader, found: list[Request]) -> bool:
    """Add the requests that are whole; tell whether the connection ends with the last one."""
    while (request := reader.next_request()) is not None:
        found.append(request)
        if request.last:
            return True
    return False


def _strictly_read(stream: bytes) -> list[tuple[str, str, bytes]]:
    """Return the requests that another reader, a strict one, finds before it objects."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_LIMITS.head_bytes)
    connection.receive_data(stream)
    found: list[tuple[str, str, bytes]] = []
    head: h11.Request | None = None
    body = b""
    try:
        while True:
            event = connection.next_event()
            if isinstance(event, h11.Request):
                head, body = event, b""
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                target = head.target.decode("latin-1")
                found.append((head.method.decode("latin-1"), target, body))
                connection.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
                connection.send(h11.EndOfMessage())
                if connection.our_state is not h11.DONE:
                    return found
                connection.start_next_cycle()
            else:
                return found
    except h11.ProtocolError:
        return found


def check(data: bytes) -> None:
    """No bytes break the reader; packets mean nothing; a strict reader never sees otherwise."""
    found, status = _read([data])
    assert status in {0, 400, 413, 431}
    step = 1 + zlib.crc32(data) % 7
    pieces = [data[start : start + step] for start in range(0, len(data), step)]
    assert _read(pieces) == (found, status), "packets change what is read"
    for request in found:
        framing = {"content-length", "transfer-encoding"} & request.fields.keys()
        assert request.last or len(framing) < 2, "two framings leave the connection open"
    for ours, strict in zip(found, _strictly_read(data), strict=False):
        if ours.last:
            break
        assert (ours.method, ours.target, ours.body) == strict, "two readers see two requests"


_POST = b"POST /a?b=c HTTP/1.1\r\nHost: h\r\n"

TARGET = Target(
    about="a connection's bytes: packets mean nothing, a strict reader sees the same requests",
    opened=always(check),
    covers=(
        "cpanel_emu.server.http1.reader",
        "cpanel_emu.server.http1.head",
        "cpanel_emu.server.http1.body",
    ),
    words=(
        b"\r\n",
        b"\n",
        b"\r",
        b" HTTP/1.1\r\n",
        b" HTTP/1.0\r\n",
        b"Content-Length: ",
        b"Transfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: identity\r\n",
        b"Connection: close\r\n",
        b"Expect: 100-continue\r\n",
        b"Authorization: WHM root:abc\r\n",
        b"0\r\n\r\n",
        b"5\r\nhello\r\n",
        b"5;ext=1\r\n",
        b"GET ",
        b"POST / HTTP/1.1\r\n",
        b"\x00",
        b"\t",
        b" ",
        b",",
    ),
    seeds=(
        b"GET / HTTP/1.1\r\nHost: h\r\n\r\n" * 2,
        b"GET /\nGET / HTTP/1.0\n\n\n",
        _POST + b"Content-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n\r\n",
        _POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\n\n",
        _POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello0\r\n\r\n",
        _POST + b"Content-Length: 5\r\nContent-Length: 5\r\nX: a\r\n b\r\n\r\nhello",
        b"GET / HTTP/1.1\r\nAuthorization: WHM root:aa\r\nbb\r\nCookie: a\r\nCookie: b\r\n\r\n",
    ),
)
