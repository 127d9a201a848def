"""How a listener begins and ends, and where it listens."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cpanel_emu.errors import EmulatorError
from cpanel_emu.server.endpoints import Endpoint, bind
from cpanel_emu.server.limits import Limits
from cpanel_emu.server.listener import Listener
from tests.server.raw import answer_text, closed, connect, echo, exchange, kept, read_exactly

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

FREE = Endpoint("127.0.0.1", 0, tls=False, service="cpanel")
REQUEST = b"GET /a HTTP/1.0\r\n\r\n"
ANSWER = closed(b"GET /a ")


def can_bind_ipv6() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


def test_a_free_port_is_known_once_it_is_bound() -> None:
    listener = Listener(echo, [FREE])
    assert listener.endpoints[0].port == 0
    with listener:
        (endpoint,) = listener.endpoints
        assert endpoint.port > 0
        assert endpoint.url == f"http://127.0.0.1:{endpoint.port}"
        assert exchange(endpoint, REQUEST) == ANSWER


def test_several_endpoints_of_both_services() -> None:
    def service(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return answer_text(environ["cpanel_emu.service"], start_response)

    whm = Endpoint("127.0.0.1", 0, tls=False, service="whm")
    with Listener(service, [FREE, whm]) as listener:
        first, second = listener.endpoints
        assert exchange(first, REQUEST) == closed(b"cpanel")
        assert exchange(second, REQUEST) == closed(b"whm")


@pytest.mark.skipif(not can_bind_ipv6(), reason="this machine has no IPv6 loopback")
def test_ipv6_loopback() -> None:
    def address(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return answer_text(environ["REMOTE_ADDR"], start_response)

    with Listener(address, [Endpoint("::1", 0, tls=False, service="cpanel")]) as listener:
        (endpoint,) = listener.endpoints
        assert endpoint.url == f"http://[::1]:{endpoint.port}"
        assert exchange(endpoint, REQUEST) == closed(b"::1")


def test_a_port_in_use_is_an_error_of_one_line_and_nothing_stays_bound() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        with socket.create_server(("127.0.0.1", 0)) as probe:
            free = probe.getsockname()[1]
        endpoints = [
            Endpoint("127.0.0.1", free, tls=False, service="cpanel"),
            Endpoint("127.0.0.1", taken, tls=False, service="whm"),
        ]
        with pytest.raises(EmulatorError) as error:
            Listener(echo, endpoints).start()
        assert str(error.value) == (
            f"Cannot listen on 127.0.0.1:{taken} (whm): "
            "the port is already in use; give --whm another, or 0 for a free one."
        )
        with pytest.raises(ConnectionRefusedError):
            connect(endpoints[0])


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        (
            "192.0.2.1",
            0,
            "this machine does not have the address; give --host one that it has",
        ),
        ("no-such-host.invalid", 0, "the host is not known"),
        ("127.0.0.1", 65536, "a port is a number from 0 to 65535"),
    ],
)
def test_other_addresses_that_cannot_be_had(host: str, port: int, reason: str) -> None:
    with pytest.raises(EmulatorError) as error:
        Listener(echo, [Endpoint(host, port, tls=False, service="cpanel")]).start()
    assert str(error.value) == f"Cannot listen on {host}:{port} (cpanel): {reason}."


def test_without_an_application_clients_wait_for_it() -> None:
    with Listener(None, [FREE]) as listener, connect(listener.endpoints[0]) as client:
        client.sendall(REQUEST)
        time.sleep(0.05)
        listener.attach(echo)
        read_exactly(client, ANSWER)


def test_stopping_frees_the_port_and_ends_every_thread() -> None:
    before = set(threading.enumerate())
    listener = Listener(echo, [FREE])
    listener.start()
    listener.start()
    (endpoint,) = listener.endpoints
    with connect(endpoint) as idle:
        idle.sendall(b"GET /a HTTP/1.1\r\n\r\n")
        read_exactly(idle, kept(b"GET /a "))
        listener.stop()
        listener.stop()
        assert idle.recv(1) == b""
    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        connect(endpoint)


def test_one_client_at_a_time_needs_one_worker() -> None:
    def worker(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return answer_text(threading.current_thread().name, start_response)

    with Listener(worker, [FREE]) as listener, connect(listener.endpoints[0]) as client:
        for count in range(1, 6):
            client.sendall(b"GET / HTTP/1.1\r\n\r\n")
            read_exactly(client, kept(b"cpanel-emu-worker-1", count))


def test_a_stopped_listener_can_start_again_on_its_port() -> None:
    listener = Listener(echo, [FREE])
    with listener:
        (endpoint,) = listener.endpoints
        assert exchange(endpoint, REQUEST) == ANSWER
    with listener:
        assert listener.endpoints == (endpoint,)
        assert exchange(endpoint, REQUEST) == ANSWER


def test_an_answer_under_way_is_finished_and_then_the_connection_closed() -> None:
    begun, release = threading.Event(), threading.Event()

    def slow(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        begun.set()
        assert release.wait(20)
        return answer_text("done", start_response)

    listener = Listener(slow, [FREE])
    listener.start()
    with connect(listener.endpoints[0]) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert begun.wait(20)
        stopping = threading.Thread(target=listener.stop)
        stopping.start()
        time.sleep(0.05)
        release.set()
        read_exactly(client, closed(b"done"))
        assert client.recv(1) == b""
        stopping.join(20)
        assert not stopping.is_alive()


def test_a_call_that_never_ends_does_not_keep_the_listener() -> None:
    begun, release = threading.Event(), threading.Event()

    def stuck(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        begun.set()
        release.wait(60)
        return answer_text("late", start_response)

    listener = Listener(stuck, [FREE], limits=Limits(stop_seconds=0.1))
    listener.start()
    with connect(listener.endpoints[0]) as client:
        client.sendall(REQUEST)
        assert begun.wait(20)
        listener.stop()
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(1) == b""
    release.set()


def test_half_sent_requests_and_unread_answers_do_not_keep_the_listener() -> None:
    def long(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return answer_text("x" * (8 << 20), start_response)

    listener = Listener(long, [FREE], limits=Limits(stop_seconds=0.2))
    listener.start()
    (endpoint,) = listener.endpoints
    with connect(endpoint) as half, connect(endpoint) as unread:
        half.sendall(b"GET /")
        unread.sendall(b"GET / HTTP/1.1\r\n\r\n")
        unread.recv(1)
        listener.stop()
        with contextlib.suppress(ConnectionResetError):
            assert half.recv(1) == b""


PROCESSES = """
import os, signal, sys
from cpanel_emu.server.endpoints import Endpoint, bind
from cpanel_emu.server.listener import Listener
from cpanel_emu.server.shares import Shares

def application(environ, start_response):
    body = f"{os.getpid()} {environ['wsgi.multiprocess']}".encode()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]

endpoints = [Endpoint("127.0.0.1", 0, False, "cpanel")]
sockets = bind(endpoints)
shares = Shares(2)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
children = []
for number in range(2):
    child = os.fork()
    if child == 0:
        with Listener(application, endpoints, sockets=sockets, share=shares.of(number)):
            signal.sigwait({signal.SIGTERM})
        os._exit(0)
    children.append(child)
print(sockets[0].getsockname()[1], *children, flush=True)
signal.sigwait({signal.SIGTERM})
for child in children:
    os.kill(child, signal.SIGTERM)
sys.exit(sum(os.waitpid(child, 0)[1] for child in children))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_processes_share_a_port_that_their_parent_bound() -> None:
    root = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROCESSES],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as parent:
        try:
            assert parent.stdout is not None
            port, *children = parent.stdout.readline().split()
            endpoint = Endpoint("127.0.0.1", int(port), tls=False, service="cpanel")
            answering: set[str] = set()
            until = time.monotonic() + 60
            while answering != set(children) and time.monotonic() < until:
                answer = exchange(endpoint, REQUEST).rpartition(b"\r\n\r\n")[2].decode()
                process, _, multiprocess = answer.partition(" ")
                assert multiprocess == "True"
                answering.add(process)
            assert answering == set(children)
        finally:
            parent.send_signal(signal.SIGTERM)
        assert parent.wait(30) == 0


def test_given_sockets_are_used_and_closed() -> None:
    sockets = bind([FREE])
    port = sockets[0].getsockname()[1]
    with Listener(echo, [FREE], sockets=sockets) as listener:
        assert listener.endpoints[0].port == port
        assert exchange(listener.endpoints[0], REQUEST) == ANSWER
    assert sockets[0].fileno() == -1
