"""TLS ports: old clients, farewells, and those who cannot shake hands."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cpanel_emu.errors import EmulatorError
from cpanel_emu.root import Root
from cpanel_emu.server.endpoints import Endpoint
from cpanel_emu.server.limits import Limits
from cpanel_emu.server.listener import Listener
from cpanel_emu.server.tls import server_context
from tests.requirements import require_program
from tests.server.raw import (
    BAD_REQUEST,
    TIMEOUT,
    answer_text,
    closed,
    connect,
    echo,
    exchange,
    kept,
    read_to_end,
)
from tests.server.test_listener_tolerances import (
    FORM,
    TAIL,
    XMLAPI_PHP_ANSWER,
    XMLAPI_PHP_HEAD,
)

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication

SECURE = Endpoint("127.0.0.1", 0, tls=True, service="cpanel")
REQUEST = b"GET /a HTTP/1.0\r\n\r\n"
ANSWER = closed(b"GET /a ")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Root:
    return Root.create(tmp_path_factory.mktemp("root"))


@contextlib.contextmanager
def secured(
    root: Root, application: WSGIApplication = echo, limits: Limits | None = None
) -> Iterator[Endpoint]:
    def context() -> ssl.SSLContext:
        return server_context(root, "host.example.com")

    with Listener(application, [SECURE], tls=context, limits=limits) as listener:
        yield listener.endpoints[0]


@pytest.fixture(scope="module")
def endpoint(root: Root) -> Iterator[Endpoint]:
    with secured(root) as endpoint:
        yield endpoint


def trusting() -> ssl.SSLContext:
    """Return the context of a client that verifies nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@contextlib.contextmanager
def secure_connect(
    endpoint: Endpoint, context: ssl.SSLContext | None = None
) -> Iterator[ssl.SSLSocket]:
    # An end without close_notify raises in read_to_end.
    with (
        connect(endpoint) as plain,
        (context or trusting()).wrap_socket(
            plain, server_hostname="localhost", suppress_ragged_eofs=False
        ) as client,
    ):
        yield client


def test_requests_over_tls(endpoint: Endpoint) -> None:
    with secure_connect(endpoint) as client:
        client.sendall(b"GET /a HTTP/1.1\r\n\r\nPOST /b HTTP/1.1\r\nContent-Length: 2\r\n\r\n")
        client.sendall(b"hi" + REQUEST)
        expected = kept(b"GET /a ", 1) + kept(b"POST /b hi", 2) + ANSWER
        assert read_to_end(client) == expected


def test_the_application_knows_that_it_is_tls(root: Root) -> None:
    def describe(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return answer_text(environ["wsgi.url_scheme"], start_response)

    with secured(root, describe) as endpoint, secure_connect(endpoint) as client:
        assert endpoint.url == f"https://127.0.0.1:{endpoint.port}"
        client.sendall(REQUEST)
        assert read_to_end(client) == closed(b"https")


def test_a_client_may_verify_the_certificate_if_it_wants_to(root: Root) -> None:
    with secured(root) as endpoint:
        context = ssl.create_default_context(cafile=str(root.tls / "server.pem"))
        with secure_connect(endpoint, context) as client:
            client.sendall(REQUEST)
            assert read_to_end(client) == ANSWER


class Unhurried:
    """A TLS client that says farewell when it is told to, and sees what came below TLS."""

    def __init__(self, client: socket.socket) -> None:
        self._client = client
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = trusting().wrap_bio(self._incoming, self._outgoing)
        self._patiently(self._tls.do_handshake)

    def send(self, data: bytes) -> None:
        self._tls.write(data)
        self._client.sendall(self._outgoing.read())

    def end(self) -> None:
        """Send close_notify and do not wait for the other."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self._tls.unwrap()
        self._client.sendall(self._outgoing.read())

    def read_to_close_notify(self) -> bytes:
        received = b""
        # The end is an exception if we have said farewell, else an empty piece.
        with contextlib.suppress(ssl.SSLZeroReturnError):
            while piece := self._patiently(lambda: self._tls.read(65536)):
                received += piece
        return received

    def _patiently(self, step: Callable[[], bytes | None]) -> bytes | None:
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._client.sendall(self._outgoing.read())
                data = self._client.recv(65536)
                assert data, "the connection ended without close_notify"
                self._incoming.write(data)


@pytest.mark.parametrize("rule", ["xmlapi-php", "long answer"])
def test_close_notify_comes_first_and_then_the_end_without_waiting(root: Root, rule: str) -> None:
    def long(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        return answer_text("x" * (2 << 20), start_response)

    request, application, expected = {
        "xmlapi-php": (XMLAPI_PHP_HEAD + FORM + TAIL, echo, XMLAPI_PHP_ANSWER),
        "long answer": (REQUEST, long, closed(b"x" * (2 << 20))),
    }[rule]
    with secured(root, application) as endpoint, connect(endpoint) as below:
        client = Unhurried(below)
        client.send(request)
        assert client.read_to_close_notify() == expected
        # We have not said farewell, and the TCP connection ends all the same.
        assert below.recv(1) == b""


def test_a_client_may_say_farewell_before_the_answer(endpoint: Endpoint) -> None:
    with connect(endpoint) as below:
        client = Unhurried(below)
        client.send(b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n")
        client.end()
        assert client.read_to_close_notify() == kept(b"GET /a ", 1) + kept(b"GET /b ", 2)


def test_the_tcp_half_may_end_without_close_notify(endpoint: Endpoint) -> None:
    with secure_connect(endpoint) as client:
        client.sendall(b"GET /a HTTP/1.1\r\n\r\n")
        socket.socket.shutdown(client, socket.SHUT_WR)
        assert read_to_end(client) == kept(b"GET /a ")


@pytest.mark.parametrize("version", ["tls1", "tls1_1", "tls1_2", "tls1_3"])
def test_old_protocol_versions(endpoint: Endpoint, version: str) -> None:
    openssl = require_program("openssl")
    address = f"{endpoint.host}:{endpoint.port}"
    options = ["-quiet", "-ign_eof", f"-{version}", "-cipher", "DEFAULT:@SECLEVEL=0"]
    completed = subprocess.run(
        [openssl, "s_client", "-connect", address, *options],
        input=REQUEST,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert completed.stdout == ANSWER, completed.stderr


def test_plain_http_on_a_tls_port_is_a_bad_request_in_plain(endpoint: Endpoint) -> None:
    assert exchange(endpoint, b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n") == BAD_REQUEST


@pytest.mark.parametrize("noise", [b"hello\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b"\0" * 100])
def test_noise_ends_the_connection_and_harms_nobody(endpoint: Endpoint, noise: bytes) -> None:
    with connect(endpoint) as client:
        client.sendall(noise)
        assert b"HTTP" not in read_to_end(client)
    with secure_connect(endpoint) as secure:
        secure.sendall(REQUEST)
        assert read_to_end(secure) == ANSWER


def test_noise_after_the_handshake_ends_the_connection(endpoint: Endpoint) -> None:
    with secure_connect(endpoint) as client:
        client.sendall(b"GET /a")
        with socket.socket(fileno=socket.dup(client.fileno())) as below:
            below.sendall(b"\x17\x03\x03\x00\x20" + b"\0" * 32)
        with contextlib.suppress(ssl.SSLError, ConnectionError):
            assert client.recv(100) == b""


def test_silent_handshakes_block_nobody(root: Root) -> None:
    with contextlib.ExitStack() as stack:
        endpoint = stack.enter_context(secured(root))
        silent = [stack.enter_context(connect(endpoint)) for _ in range(50)]
        for client in silent[::2]:
            client.sendall(b"\x16\x03\x01")
        with secure_connect(endpoint) as secure:
            secure.sendall(REQUEST)
            assert read_to_end(secure) == ANSWER


def test_a_handshake_has_its_time(root: Root) -> None:
    limits = Limits(head_seconds=0.2)
    with secured(root, limits=limits) as endpoint, connect(endpoint) as client:
        client.sendall(b"\x16\x03\x01")
        assert b"HTTP" not in read_to_end(client)


def test_a_half_sent_request_over_tls_is_told(root: Root) -> None:
    limits = Limits(head_seconds=0.5)
    with secured(root, limits=limits) as endpoint, secure_connect(endpoint) as client:
        client.sendall(b"GET /a")
        assert read_to_end(client) == TIMEOUT


def test_a_slow_client_over_tls(endpoint: Endpoint) -> None:
    with secure_connect(endpoint) as client:
        for byte in REQUEST:
            client.sendall(bytes([byte]))
            time.sleep(0.005)
        assert read_to_end(client) == ANSWER


def test_tls_ports_need_a_certificate_and_leave_nothing_bound() -> None:
    with pytest.raises(EmulatorError, match="there is no certificate"):
        Listener(echo, [SECURE]).start()


def test_curl_posts_a_large_body_that_it_asks_about_first(root: Root, tmp_path: Path) -> None:
    def describe(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        facts = [environ["HTTP_EXPECT"], len(environ["wsgi.input"].read())]
        return answer_text(json.dumps(facts), start_response)

    curl = require_program("curl")
    body = tmp_path / "body"
    body.write_bytes(b"x" * 3_000_000)
    with secured(root, describe) as endpoint:
        for encoding in [[], ["-H", "Transfer-Encoding: chunked"]]:
            command = [curl, "-sk", "--http1.1", "-H", "Expect: 100-continue", *encoding]
            completed = subprocess.run(
                [*command, "--data-binary", f"@{body}", f"{endpoint.url}/a"],
                capture_output=True,
                check=True,
                timeout=60,
            )
            assert completed.stdout == b'["100-continue", 3000000]'
