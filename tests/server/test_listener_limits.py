"""Clients that are slow, silent, greedy or many: they cost memory within limits, never a thread."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest

from cpanel_emu.server.limits import Limits
from tests.server.raw import (
    BROKEN,
    TIMEOUT,
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

QUICK = b"GET /quick HTTP/1.0\r\n\r\n"
QUICK_ANSWER = closed(b"GET /quick ")


def test_a_silent_client_is_disconnected_without_a_word() -> None:
    with listening(limits=Limits(idle_seconds=0.1)) as endpoint, connect(endpoint) as client:
        client.sendall(b"\r\n")
        assert read_to_end(client) == b""


def test_an_idle_connection_is_closed_after_its_time() -> None:
    limits = Limits(idle_seconds=1.0)
    with listening(limits=limits) as endpoint, connect(endpoint) as client:
        client.sendall(b"GET /a HTTP/1.1\r\n\r\n")
        answer = kept(b"GET /a ").replace(b"timeout=70", b"timeout=1")
        assert read_to_end(client) == answer


@pytest.mark.parametrize(
    "begun",
    [b"G", b"GET / HTTP/1.1\r\nHost: h\r\n", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nab"],
)
def test_a_client_that_stops_in_the_middle_is_told(begun: bytes) -> None:
    limits = Limits(head_seconds=0.1, body_seconds=0.1)
    with listening(limits=limits) as endpoint:
        assert exchange(endpoint, begun) == TIMEOUT


def test_a_trickle_does_not_extend_the_time() -> None:
    with listening(limits=Limits(head_seconds=0.3)) as endpoint, connect(endpoint) as client:
        received = b""
        client.settimeout(0.02)
        for byte in b"GET /" + b"x" * 5000:
            client.sendall(bytes([byte]))
            with contextlib.suppress(TimeoutError):
                received = client.recv(1000)
                break
        assert received == TIMEOUT


def test_slow_and_half_sent_requests_hold_no_worker() -> None:
    with contextlib.ExitStack() as stack:
        endpoint = stack.enter_context(listening(limits=Limits(workers=2)))
        slow = [stack.enter_context(connect(endpoint)) for _ in range(20)]
        request = b"POST /slow HTTP/1.0\r\nContent-Length: 5\r\n\r\nabcde"
        for byte in request[:-1]:
            for client in slow:
                client.sendall(bytes([byte]))
        assert exchange(endpoint, QUICK) == QUICK_ANSWER
        for client in slow:
            client.sendall(request[-1:])
            assert read_to_end(client) == closed(b"POST /slow abcde")


def test_five_hundred_idle_connections_are_no_burden() -> None:
    with contextlib.ExitStack() as stack:
        endpoint = stack.enter_context(listening())
        idle = [stack.enter_context(connect(endpoint)) for _ in range(500)]
        assert exchange(endpoint, QUICK) == QUICK_ANSWER
        for client in idle[::50]:
            client.sendall(QUICK)
            assert read_to_end(client) == QUICK_ANSWER


def test_beyond_the_limit_the_client_that_waited_longest_gives_way() -> None:
    with contextlib.ExitStack() as stack:
        endpoint = stack.enter_context(listening(limits=Limits(connections=3)))
        clients = [stack.enter_context(connect(endpoint)) for _ in range(3)]
        for client in clients:
            client.sendall(b"GET /a HTTP/1.1\r\n\r\n")
            read_exactly(client, kept(b"GET /a "))
        assert exchange(endpoint, QUICK) == QUICK_ANSWER
        with contextlib.suppress(ConnectionResetError):
            assert clients[0].recv(1) == b""
        clients[2].sendall(b"GET /b HTTP/1.1\r\n\r\n")
        read_exactly(clients[2], kept(b"GET /b ", 2))


def test_when_all_wait_for_the_application_new_clients_wait_too() -> None:
    release = threading.Event()
    begun = threading.Semaphore(0)

    def slow(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        begun.release()
        assert release.wait(20)
        return answer_text("done", start_response)

    with contextlib.ExitStack() as stack:
        endpoint = stack.enter_context(listening(slow, Limits(connections=2)))
        clients = []
        for _ in range(2):
            clients.append(stack.enter_context(connect(endpoint)))
            clients[-1].sendall(QUICK)
            assert begun.acquire(timeout=20)
        clients.append(stack.enter_context(connect(endpoint)))
        clients[-1].sendall(QUICK)
        assert not begun.acquire(timeout=0.3)
        release.set()
        for client in clients:
            assert read_to_end(client) == closed(b"done")


def test_a_body_up_to_the_limit_is_taken_and_one_beyond_it_refused() -> None:
    head = b"POST / HTTP/1.0\r\nContent-Length: %d\r\n\r\n"
    with listening(limits=Limits(body_bytes=1000)) as endpoint:
        assert exchange(endpoint, head % 1000 + b"x" * 1000) == closed(b"POST / " + b"x" * 1000)
        assert exchange(endpoint, head % 1001) == TOO_LARGE
        chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert exchange(endpoint, chunked, b"3e8\r\n" + b"x" * 1000 + b"\r\n1\r\n") == TOO_LARGE


def test_all_clients_together_may_not_fill_the_memory() -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n"
    with contextlib.ExitStack() as stack:
        endpoint = stack.enter_context(listening(limits=Limits(buffered_bytes=1500)))
        first = stack.enter_context(connect(endpoint))
        first.sendall(head + b"x" * 900)
        # The second is refused once the first one's bytes are there.
        until = time.monotonic() + 20
        refusal = b""
        while refusal != TOO_LARGE and time.monotonic() < until:
            with connect(endpoint) as second:
                second.sendall(head + b"x" * 900)
                second.shutdown(socket.SHUT_WR)
                refusal = read_to_end(second)
        assert refusal == TOO_LARGE
        first.sendall(b"x" * 100)
        read_exactly(first, kept(b"POST / " + b"x" * 1000))
        # What the first one held is free again.
        with connect(endpoint) as third:
            third.sendall(head + b"x" * 999)
            time.sleep(0.05)
            third.sendall(b"x")
            read_exactly(third, kept(b"POST / " + b"x" * 1000))


def test_what_the_application_works_on_counts_as_held() -> None:
    begun, release = threading.Event(), threading.Event()

    def slow(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        begun.set()
        assert release.wait(20)
        return answer_text("done", start_response)

    head = b"POST / HTTP/1.0\r\nContent-Length: 1000\r\n\r\n"
    with listening(slow, Limits(buffered_bytes=1500)) as endpoint, connect(endpoint) as first:
        first.sendall(head + b"x" * 1000)
        assert begun.wait(20)
        assert exchange(endpoint, head + b"x" * 900) == TOO_LARGE
        release.set()
        assert read_to_end(first) == closed(b"done")


def test_a_client_that_does_not_read_is_dropped_and_holds_no_worker() -> None:
    def long(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return answer_text(
            "x" * (8 << 20 if environ["PATH_INFO"] == "/long" else 5), start_response
        )

    limits = Limits(write_seconds=0.5, workers=1)
    with listening(long, limits) as endpoint, connect(endpoint) as client:
        client.sendall(b"GET /long HTTP/1.1\r\n\r\nGET /second HTTP/1.1\r\n\r\n")
        assert exchange(endpoint, QUICK) == closed(b"xxxxx")
        time.sleep(1.0)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            received = read_to_end(client)
        assert len(received) < 8 << 20


def test_a_long_answer_reaches_a_client_that_reads_late() -> None:
    def long(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return answer_text("x" * (4 << 20), start_response)

    body = b"x" * (4 << 20)
    with listening(long) as endpoint, connect(endpoint) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.0\r\n\r\n")
        time.sleep(0.2)
        assert read_to_end(client) == kept(body) + closed(body)


def test_requests_that_pile_up_behind_a_slow_one_are_not_all_read() -> None:
    release = threading.Event()

    def slow(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        assert release.wait(20)
        return answer_text("ok", start_response)

    with listening(slow) as endpoint, connect(endpoint) as client:
        request = b"GET / HTTP/1.1\r\nX: " + b"y" * 10_000 + b"\r\n\r\n"
        client.sendall(request)
        client.settimeout(1.0)
        sent = 0
        with contextlib.suppress(TimeoutError):
            while sent < 64 << 20:
                sent += client.send(request * 100)
        assert sent < 64 << 20
        release.set()
        client.settimeout(20)
        read_exactly(client, b"".join(kept(b"ok", count) for count in range(1, 20)))


def test_the_last_of_the_allowed_requests_closes_the_connection() -> None:
    with listening() as endpoint, connect(endpoint) as client:
        client.sendall(b"GET /a HTTP/1.1\r\n\r\n" * 201)
        expected = [kept(b"GET /a ", count) for count in range(1, 200)]
        assert read_to_end(client) == b"".join(expected) + closed(b"GET /a ")


def test_a_bug_of_the_application_is_logged_and_not_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/exit":
            raise SystemExit(1)
        if environ["PATH_INFO"] == "/length":
            start_response("200 OK", [("Content-Length", "99")])
            return [b"short"]
        if environ["PATH_INFO"] == "/header":
            start_response("200 OK", [("X", "a\r\nInjected: b")])
            return [b""]
        raise ValueError("a bug")

    with listening(broken, Limits(workers=1)) as endpoint, caplog.at_level(logging.ERROR):
        for path in [b"/error", b"/exit", b"/length", b"/header", b"/error"]:
            request = b"GET %b?password=secret HTTP/1.1\r\n\r\n" % path
            assert exchange(endpoint, request) == BROKEN
    assert len(caplog.records) == 5
    assert {record.name for record in caplog.records} == {"cpanel_emu.server"}
    assert "the application failed on GET '/error'" in caplog.messages
    assert "secret" not in caplog.text
