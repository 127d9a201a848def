"""From a WSGI environ to a request (``wire §2.2``, ``wire §2.4``)."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.accounts.models import Service
from cpanel_emu.server.parameters import RequestTooLarge
from cpanel_emu.server.request import Request, read_request, service_of, split_path
from tests.server.wsgi import environ


def read(method: str, target: str, body: bytes = b"", **headers: str) -> Request:
    return read_request(environ(method, target, body, **headers), strip_quotes=False, body_limit=64)


@pytest.mark.parametrize(
    ("path", "token", "rest"),
    [
        ("/", "", "/"),
        ("/json-api/cpanel", "", "/json-api/cpanel"),
        ("/cpsess123456789/json-api/cpanel", "123456789", "/json-api/cpanel"),
        ("/cpsess1234567890", "1234567890", "/"),
        ("/cpsess1234567890/", "1234567890", "/"),
        ("//cpsess1//json-api///cpanel//", "1", "/json-api/cpanel/"),
        ("/json-api//json-api/cpanel", "", "/json-api/cpanel"),
        ("/xml-api/xml-api/cpanel", "", "/xml-api/cpanel"),
        ("/cpsess1/json-api/json-api/cpanel", "1", "/json-api/cpanel"),
        ("/json-api/xml-api/cpanel", "", "/json-api/xml-api/cpanel"),
        ("/cpsess/json-api/cpanel", "", "/cpsess/json-api/cpanel"),
        ("/cpsessx1/json-api/cpanel", "", "/cpsessx1/json-api/cpanel"),
        ("/cpsess1x/json-api/cpanel", "", "/cpsess1x/json-api/cpanel"),
        ("/cpsess٣/json-api/cpanel", "", "/cpsess٣/json-api/cpanel"),
        ("/x/cpsess1/json-api/cpanel", "", "/x/cpsess1/json-api/cpanel"),
        ("/cpsess1/cpsess2/login", "1", "/cpsess2/login"),
    ],
)
def test_token_and_path(path: str, token: str, rest: str) -> None:
    assert split_path(path) == (token, rest)


@given(st.text("/cpsess12json-apixml", max_size=60))
def test_every_path_is_split(text: str) -> None:
    token, rest = split_path(f"/{text}")
    assert token == "" or token.isdecimal()
    assert rest.startswith("/")
    assert "//" not in rest


@pytest.mark.parametrize(
    ("method", "body", "posted"),
    [
        ("GET", b"", False),
        ("GET", b"a=1", False),
        ("POST", b"", True),
        ("POST", b"a=1", True),
        ("PUT", b"a=1", True),
        ("PUT", b"", False),
        ("DELETE", b"", False),
        ("HEAD", b"", False),
    ],
)
def test_other_methods_count_by_their_body(method: str, body: bytes, posted: bool) -> None:
    request = read(method, "/?b=2", body)
    assert request.posted is posted
    assert request.values == ({"b": "2", "a": "1"} if body else {"b": "2"})


def test_a_path_is_utf_8() -> None:
    assert read("GET", "/json-api/nö".encode().decode("latin-1")).path == "/json-api/nö"
    assert read("GET", "/json-api/n\xf6").path == "/json-api/n\ufffd"


@pytest.mark.parametrize("body", [b"x" * 65, b"x" * 1000])
def test_a_body_beyond_the_limit_is_not_read(body: bytes) -> None:
    given_environ = environ("POST", "/", body)
    with pytest.raises(RequestTooLarge):
        read_request(given_environ, strip_quotes=False, body_limit=64)
    assert given_environ["wsgi.input"].tell() == 0


def test_a_body_of_unknown_length_is_read_to_the_limit() -> None:
    def without_length(body: bytes, terminated: bool) -> Request:
        made = environ("POST", "/")
        made["wsgi.input"] = io.BytesIO(body)
        made["wsgi.input_terminated"] = terminated
        return read_request(made, strip_quotes=False, body_limit=64)

    assert without_length(b"a=" + 62 * b"x", terminated=True).values == {"a": "x" * 62}
    assert without_length(b"a=1", terminated=False).values == {}
    with pytest.raises(RequestTooLarge):
        without_length(b"a=" + 63 * b"x", terminated=True)


def test_file_parts_are_dropped_on_whm_ports() -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
        b'--x\r\nContent-Disposition: form-data; name="f"; filename="n"\r\n\r\n2\r\n--x--\r\n'
    )
    for door, files in (("cpanel", 1), ("whm", 0)):
        made = environ("POST", "/", body, door=door, CONTENT_TYPE="multipart/form-data; boundary=x")
        request = read_request(made, strip_quotes=False, body_limit=1000)
        assert request.values == {"a": "1"}
        assert len(request.files) == files


@pytest.mark.parametrize(
    ("port", "named", "expected"),
    [
        ("2082", None, Service.CPANEL),
        ("2083", None, Service.CPANEL),
        ("2086", None, Service.WHM),
        ("2087", None, Service.WHM),
        ("8000", None, Service.CPANEL),
        ("", None, Service.CPANEL),
        ("8000", "whm", Service.WHM),
        ("2086", "cpanel", Service.CPANEL),
    ],
)
def test_the_port_tells_the_service_unless_our_listener_does(
    port: str, named: str | None, expected: Service
) -> None:
    made = {"SERVER_PORT": port} | ({"cpanel_emu.service": named} if named else {})
    assert service_of(made) is expected


def test_what_is_taken_from_the_environ() -> None:
    request = read(
        "GET",
        "/cpsess1/x",
        door="cpanel-tls",
        HTTP_AUTHORIZATION="A",
        HTTP_COOKIE="c=1",
        HTTP_HOST="example.com:2083",
        REMOTE_ADDR="192.0.2.1",
    )
    assert (request.authorization, request.cookie, request.host) == ("A", "c=1", "example.com:2083")
    assert (request.remote_address, request.port, request.secure) == ("192.0.2.1", "2083", True)
    assert (request.token, request.path) == ("1", "/x")
    assert read("GET", "/").secure is False
