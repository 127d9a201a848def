"""Random bytes against a running listener: it answers or closes, and goes on."""

from __future__ import annotations

import contextlib
import logging
import random
import re
import socket

import pytest

from tests.server.raw import closed, connect, exchange, listening, read_to_end
from tests.server.test_listener_tolerances import FORM, TAIL, XMLAPI_PHP_HEAD

PARTS = [
    b"GET /a HTTP/1.1\r\n",
    b"POST /a HTTP/1.1\r\n",
    b"HEAD /a HTTP/1.0\r\n",
    b"Content-Length: 3\r\n",
    b"Content-Length: 99999999\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Expect: 100-continue\r\n",
    b"Connection: close\r\n",
    b"\r\n",
    b"\r\n",
    b"abc",
    b"3\r\nabc\r\n0\r\n\r\n",
    b"\0\xff\r",
    XMLAPI_PHP_HEAD + FORM + TAIL,
]
STATUS_LINES = re.compile(rb"^HTTP/1\.1 (\d+)", re.MULTILINE)


def test_noise_is_answered_or_closed_and_never_logged(caplog: pytest.LogCaptureFixture) -> None:
    choice = random.Random(20220101)
    with listening() as endpoint, caplog.at_level(logging.WARNING):
        for _ in range(300):
            pieces = choice.choices(PARTS, k=choice.randint(1, 8))
            with connect(endpoint) as client, contextlib.suppress(ConnectionError):
                for piece in pieces:
                    client.sendall(piece)
                client.shutdown(socket.SHUT_WR)
                statuses = STATUS_LINES.findall(read_to_end(client))
                assert set(statuses) <= {b"100", b"200", b"400", b"413"}, pieces
        assert exchange(endpoint, b"GET /a HTTP/1.0\r\n\r\n") == closed(b"GET /a ")
    assert caplog.records == []
