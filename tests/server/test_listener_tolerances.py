"""The HTTP that old clients speak, over raw sockets: every row of ``liveapi_cli §6.2`` and §6.3."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from cpanel_emu.server import connection
from cpanel_emu.server.endpoints import Endpoint
from cpanel_emu.server.limits import Limits
from tests.server.raw import (
    BAD_REQUEST,
    FIELDS_TOO_LARGE,
    PATIENCE,
    TOO_LARGE,
    answer_text,
    closed,
    connect,
    exchange,
    kept,
    listening,
    read_exactly,
    read_to_end,
)

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

# liveapi_cli §6.3, byte by byte.
FORM = (
    b"city=Houston&company=cPanel&companydivision=Documentation&country=US"
    b"&email=user%40example.com&host=example.com&password=12345luggage&state=Texas"
    b"&cpanel_jsonapi_user=user&cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=gencsr"
    b"&cpanel_jsonapi_apiversion=2"
)
XMLAPI_PHP_HEAD = (
    b"POST /json-api/cpanel HTTP/1.1\r\n"
    b"Host: 127.0.0.1:2082\r\n"
    b"Accept: */*\r\n"
    b"Transfer-Encoding: chunked\r\n"
    b"Authorization: Basic dXNlcjoxMjM0NWx1Z2dhZ2U=\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 250\r\n"
    b"\r\n"
)
TAIL_TO_EMPTY_LINE = (
    b"\r\nContent-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\n\r\n"
)
TAIL = TAIL_TO_EMPTY_LINE + b"0\r\n\r\n"
XMLAPI_PHP_ANSWER = closed(b"POST /json-api/cpanel " + FORM)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with listening() as endpoint:
        yield endpoint


def test_the_example_of_the_handbook_has_the_length_it_states() -> None:
    assert len(FORM) == 250


@pytest.mark.parametrize(
    "pieces",
    [
        [XMLAPI_PHP_HEAD + FORM + TAIL],
        [XMLAPI_PHP_HEAD, FORM + TAIL],
        [XMLAPI_PHP_HEAD + FORM, TAIL],
        [XMLAPI_PHP_HEAD, FORM, TAIL_TO_EMPTY_LINE, b"0\r\n\r\n"],
        [XMLAPI_PHP_HEAD + FORM + TAIL_TO_EMPTY_LINE],
        [XMLAPI_PHP_HEAD + FORM],
        [XMLAPI_PHP_HEAD[:-1], XMLAPI_PHP_HEAD[-1:] + FORM[:1], FORM[1:] + TAIL[:1], TAIL[1:]],
    ],
    ids=["one packet", "head", "tail later", "each", "short tail", "no tail", "odd cuts"],
)
def test_xmlapi_php_in_curl_mode_is_answered_at_once(
    endpoint: Endpoint, pieces: list[bytes]
) -> None:
    assert exchange(endpoint, *pieces) == XMLAPI_PHP_ANSWER


def test_xmlapi_php_byte_by_byte(endpoint: Endpoint) -> None:
    stream = XMLAPI_PHP_HEAD + FORM + TAIL
    pieces = [stream[index : index + 1] for index in range(len(stream))]
    assert exchange(endpoint, *pieces, pause=0) == XMLAPI_PHP_ANSWER


def test_a_tail_that_comes_after_the_answer_causes_no_reset(endpoint: Endpoint) -> None:
    with connect(endpoint) as client:
        client.sendall(XMLAPI_PHP_HEAD + FORM)
        read_exactly(client, XMLAPI_PHP_ANSWER)
        client.sendall(TAIL_TO_EMPTY_LINE)
        time.sleep(0.05)
        client.sendall(b"0\r\n\r\n")
        assert client.recv(1) == b""
        assert client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0


def test_the_answer_survives_a_tail_that_nobody_reads(endpoint: Endpoint) -> None:
    with connect(endpoint) as client:
        client.sendall(XMLAPI_PHP_HEAD + FORM + TAIL * 5000)
        assert read_to_end(client) == XMLAPI_PHP_ANSWER


def test_what_piled_up_behind_the_last_request_is_dropped_too() -> None:
    release = threading.Event()

    def slow(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        assert release.wait(20)
        return answer_text("done", start_response)

    with listening(slow, Limits(linger_seconds=PATIENCE)) as endpoint, connect(endpoint) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        client.settimeout(0.5)
        with contextlib.suppress(TimeoutError):
            for _ in range(100):
                client.sendall(b"x" * 1_000_000)
        client.settimeout(PATIENCE)
        release.set()
        assert read_to_end(client) == closed(b"done")
        client.sendall(b"x" * 30_000_000)


def test_the_listener_closes_even_if_the_client_never_does(endpoint: Endpoint) -> None:
    with connect(endpoint) as client:
        client.sendall(XMLAPI_PHP_HEAD + FORM + TAIL)
        assert read_to_end(client) == XMLAPI_PHP_ANSWER
        # Once the listener has stopped reading, what is sent is answered by a reset.
        until = time.monotonic() + PATIENCE
        with contextlib.suppress(ConnectionError):
            while time.monotonic() < until:
                client.sendall(b"x")
                time.sleep(0.01)
            pytest.fail("the connection is still open")


def test_real_chunks_with_a_length_are_read_as_chunks(endpoint: Endpoint) -> None:
    request = (
        b"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n"
        b"3\r\na=1\r\n4;x=y\r\n&b=2\r\n0\r\n\r\n"
    )
    assert exchange(endpoint, request) == closed(b"POST /a a=1&b=2")
    assert exchange(endpoint, request[:90], request[90:]) == closed(b"POST /a a=1&b=2")


@pytest.mark.parametrize("raw", [b"", b"deadbeef"])
def test_a_body_that_could_become_chunks_is_not_waited_for_for_ever(
    endpoint: Endpoint, raw: bytes
) -> None:
    head = b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n"
    assert exchange(endpoint, head % len(raw) + raw) == closed(b"POST /a " + raw)


def test_a_request_smuggled_behind_two_framings_is_never_answered(endpoint: Endpoint) -> None:
    smuggled = b"GET /smuggled HTTP/1.1\r\n\r\n"
    head = b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: %d\r\n\r\n"
    assert exchange(endpoint, head % 3 + b"x=y" + smuggled) == closed(b"POST /a x=y")
    assert exchange(endpoint, head % 9 + b"0\r\n\r\n" + smuggled) == closed(b"POST /a ")


def test_a_chunked_body_alone_keeps_the_connection(endpoint: Endpoint) -> None:
    request = (
        b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=1\r\n0\r\nTrailer: x\r\n\r\n"
    )
    with connect(endpoint) as client:
        client.sendall(request + request)
        read_exactly(client, kept(b"POST /a a=1", 1) + kept(b"POST /a a=1", 2))


@pytest.mark.parametrize(
    ("request_head", "answer"),
    [
        (b"GET /a HTTP/1.0\r\n\r\n", closed(b"GET /a ")),
        (b"GET /a HTTP/1.0\r\n\r\n\r\n", closed(b"GET /a ")),
        (b"GET /a HTTP/1.0\r\nHost: h\r\nConnection: close\r\n\r\n\r\n", closed(b"GET /a ")),
        (b"GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", closed(b"GET /a ")),
        (b"GET /a HTTP/1.1\r\nConnection: close\r\n\r\n", closed(b"GET /a ")),
        (b"GET /a HTTP/1.1\nHost: h\nConnection: close\n\n", closed(b"GET /a ")),
        (b"\r\nGET /a HTTP/1.1\r\nConnection: close\r\n\r\n", closed(b"GET /a ")),
        (
            b"GET /a?city=New York HTTP/1.1\r\nConnection: close\r\n\r\n",
            closed(b"GET /a?city=New York "),
        ),
    ],
)
def test_heads_of_all_ages(endpoint: Endpoint, request_head: bytes, answer: bytes) -> None:
    assert exchange(endpoint, request_head) == answer


def test_xmlapi_php_in_fopen_mode_sends_a_line_end_too_much(endpoint: Endpoint) -> None:
    request = b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n%b\r\na=1\r\n"
    closing = request % b"Connection: close\r\n"
    assert exchange(endpoint, closing) == closed(b"POST /a a=1")
    assert exchange(endpoint, closing[:-2], b"\r\n") == closed(b"POST /a a=1")
    # Where the connection stays, it is not taken for the next request.
    with connect(endpoint) as client:
        client.sendall(request % b"")
        read_exactly(client, kept(b"POST /a a=1", 1))
        client.sendall(request % b"")
        read_exactly(client, kept(b"POST /a a=1", 2))


def test_requests_in_one_packet_are_answered_in_order(endpoint: Endpoint) -> None:
    with connect(endpoint) as client:
        requests = [
            b"GET /a HTTP/1.1\r\n\r\n",
            b"POST /b HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi",
            b"HEAD /c HTTP/1.1\r\n\r\n",
            b"GET /d HTTP/1.1\r\nConnection: close\r\n\r\n",
            b"GET /never HTTP/1.1\r\n\r\n",
        ]
        client.sendall(b"".join(requests))
        expected = [
            kept(b"GET /a ", 1),
            kept(b"POST /b hi", 2),
            kept(b"HEAD /c ", 3).removesuffix(b"HEAD /c "),
            closed(b"GET /d "),
        ]
        assert read_to_end(client) == b"".join(expected)


def test_a_client_may_close_its_half_before_the_answer(endpoint: Endpoint) -> None:
    with connect(endpoint) as client:
        client.sendall(b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n")
        client.shutdown(socket.SHUT_WR)
        assert read_to_end(client) == kept(b"GET /a ", 1) + kept(b"GET /b ", 2)


def test_a_request_that_ends_early_is_no_request(endpoint: Endpoint) -> None:
    with connect(endpoint) as client:
        client.sendall(b"POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\na=1")
        client.shutdown(socket.SHUT_WR)
        assert read_to_end(client) == BAD_REQUEST


# Expect: 100-continue is never waited for, and only said to those who wait.

EXPECTING = b"POST /a HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"


def test_who_sends_the_body_at_once_sees_no_interim_answer(endpoint: Endpoint) -> None:
    with connect(endpoint) as client:
        client.sendall(EXPECTING + b"a=1")
        read_exactly(client, kept(b"POST /a a=1"))


def test_who_sends_the_body_soon_sees_no_interim_answer(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_GO_ON_AFTER", PATIENCE)
    with connect(endpoint) as client:
        client.sendall(EXPECTING)
        time.sleep(0.1)
        client.sendall(b"a=1")
        read_exactly(client, kept(b"POST /a a=1"))


def test_who_waits_is_told_to_go_on(endpoint: Endpoint) -> None:
    with connect(endpoint) as client:
        client.sendall(EXPECTING)
        read_exactly(client, b"HTTP/1.1 100 Continue\r\n\r\n")
        client.sendall(b"a=1")
        read_exactly(client, kept(b"POST /a a=1"))
        client.sendall(EXPECTING)
        read_exactly(client, b"HTTP/1.1 100 Continue\r\n\r\n")
        client.sendall(b"b=2")
        read_exactly(client, kept(b"POST /a b=2", 2))


# What is refused.


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"hello\r\n\r\n",
        b"hello\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/2.0\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03",
        b"GET / HTTP/1.1\r\nno colon here\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : h\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: a\0b\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\na=1&b=2",
    ],
)
def test_what_is_no_request_is_a_bad_request(endpoint: Endpoint, request_bytes: bytes) -> None:
    assert exchange(endpoint, request_bytes) == BAD_REQUEST


def test_a_request_line_and_headers_of_a_mebibyte_each_are_read(endpoint: Endpoint) -> None:
    mebibyte = 1 << 20
    query = b"x" * (mebibyte - len(b"GET /? HTTP/1.1"))
    field = b"X: " + b"y" * (mebibyte - len(b"X: \r\n") - len(b"Connection: close\r\n"))
    head = b"GET /?%b HTTP/1.1\r\n%b\r\nConnection: close\r\n\r\n"
    assert exchange(endpoint, head % (query, field)) == closed(b"GET /?%b " % query)
    assert exchange(endpoint, head % (query + b"x" * 10, b"X: y")) == FIELDS_TOO_LARGE
    assert exchange(endpoint, head % (b"x", field + b"y" * 10)) == FIELDS_TOO_LARGE


def test_two_gigabytes_are_refused_before_they_are_sent(endpoint: Endpoint) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 2147483648\r\n\r\n"
    assert exchange(endpoint, head) == TOO_LARGE
    assert exchange(endpoint, head + b"x" * 100_000) == TOO_LARGE


def test_a_client_that_goes_on_sending_a_refused_body_still_reads_the_refusal(
    endpoint: Endpoint,
) -> None:
    with connect(endpoint) as client:
        client.sendall(b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n")
        for _ in range(200):
            client.sendall(b"x" * 10_000)
        assert read_to_end(client) == TOO_LARGE


def test_a_client_that_resets_does_no_harm(endpoint: Endpoint) -> None:
    for request in [b"", b"GET / HT", b"GET / HTTP/1.1\r\n\r\n", XMLAPI_PHP_HEAD + FORM]:
        client = connect(endpoint)
        client.sendall(request)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    assert exchange(endpoint, b"GET /a HTTP/1.0\r\n\r\n") == closed(b"GET /a ")


# What the application sees and decides.


def test_a_bare_answer_goes_out_as_the_application_gave_it() -> None:
    def deny(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        headers = [("Content-type", 'text/plain; charset="utf-8"')]
        start_response("403 Forbidden Access denied", headers)
        return [b"denied\r\n"]

    with listening(deny) as endpoint:
        denied = (
            b"HTTP/1.1 403 Forbidden Access denied\r\n"
            b"Connection: close\r\n"
            b'Content-type: text/plain; charset="utf-8"\r\n'
            b"\r\n"
            b"denied\r\n"
        )
        assert exchange(endpoint, b"GET / HTTP/1.1\r\n\r\n") == denied
        assert exchange(endpoint, b"GET / HTTP/1.0\r\n\r\n") == denied
        assert exchange(endpoint, b"HEAD / HTTP/1.1\r\n\r\n") == denied[: -len(b"denied\r\n")]


def test_the_application_may_close_the_connection() -> None:
    def closing(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ["cpanel_emu.connection"].close = True
        return answer_text("bye", start_response)

    with listening(closing) as endpoint:
        assert exchange(endpoint, b"GET / HTTP/1.1\r\n\r\n") == closed(b"bye")


def test_the_application_sees_where_the_request_came_in() -> None:
    names = ["cpanel_emu.service", "SERVER_PORT", "REMOTE_ADDR", "wsgi.url_scheme", "RAW_URI"]

    def describe(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return answer_text(" ".join(environ[name] for name in names), start_response)

    with listening(describe) as endpoint:
        expected = f"cpanel {endpoint.port} 127.0.0.1 http /a%20b?c".encode()
        assert exchange(endpoint, b"GET /a%20b?c HTTP/1.0\r\n\r\n") == closed(expected)


def test_a_slow_call_does_not_hold_up_the_others() -> None:
    release = threading.Event()

    def slow(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/slow":
            assert release.wait(20)
        return answer_text(environ["PATH_INFO"], start_response)

    with listening(slow) as endpoint, connect(endpoint) as waiting:
        waiting.sendall(b"GET /slow HTTP/1.0\r\n\r\n")
        assert exchange(endpoint, b"GET /quick HTTP/1.0\r\n\r\n") == closed(b"/quick")
        release.set()
        assert read_to_end(waiting) == closed(b"/slow")
