"""Between requests and WSGI."""

from __future__ import annotations

import wsgiref.validate
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from cpanel_emu.server.endpoints import Endpoint
from cpanel_emu.server.gateway import (
    ApplicationError,
    base_environ,
    framed,
    request_environ,
    run,
)
from cpanel_emu.server.http1 import Request
from cpanel_emu.server.http1.answer import CLOSING, staying

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

ENDPOINT = Endpoint("127.0.0.1", 2083, tls=True, service="cpanel")
STAYING = staying(1, 70, 200)


def environ_for(target: str, body: bytes = b"", **fields: str) -> dict[str, Any]:
    request = Request("POST", target, 1, fields, body, last=False)
    return request_environ(request, base_environ(ENDPOINT, multiprocess=False))


def test_the_environ_of_a_request() -> None:
    fields = {
        "host": "h:2083",
        "content-type": "text/x",
        "content-length": "3",
        "x-cpanel-otp": "123456",
    }
    environ = environ_for("/a%20b/c?d=%20&e=+", b"abc", **fields)
    assert environ.pop("wsgi.input").read() == b"abc"
    assert environ.pop("wsgi.errors").writable()
    assert environ == {
        "SCRIPT_NAME": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "2083",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REQUEST_METHOD": "POST",
        "RAW_URI": "/a%20b/c?d=%20&e=+",
        "PATH_INFO": "/a b/c",
        "QUERY_STRING": "d=%20&e=+",
        "CONTENT_TYPE": "text/x",
        "CONTENT_LENGTH": "3",
        "HTTP_HOST": "h:2083",
        "HTTP_X_CPANEL_OTP": "123456",
        "cpanel_emu.head": b"",
        "cpanel_emu.service": "cpanel",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/", "/", ""),
        ("/a?b?c=/d", "/a", "b?c=/d"),
        ("/a%2520b", "/a%20b", ""),
        ("/%zz%4", "/%zz%4", ""),
        ("/%e9", "/\xe9", ""),
        ("/\xc3\xa9", "/\xc3\xa9", ""),
        ("//x//y/", "//x//y/", ""),
        ("/x?city=New York", "/x", "city=New York"),
        ("http://h:1/a?b", "/a", "b"),
        ("HTTPS://h", "/", ""),
        ("http://h?b=/c", "/", "b=/c"),
        ("*", "/*", ""),
        ("json-api/cpanel", "/json-api/cpanel", ""),
        ("httpx://h/a", "/httpx://h/a", ""),
    ],
)
def test_targets(target: str, path: str, query: str) -> None:
    environ = environ_for(target)
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == (path, query)
    assert environ["RAW_URI"] == target


def test_a_whole_url_as_target_says_the_host() -> None:
    assert environ_for("http://user:pw@h:1/a", host="other")["HTTP_HOST"] == "h:1"
    assert environ_for("/http://h:1/a", host="other")["HTTP_HOST"] == "other"


def test_fields_that_could_pass_for_others_are_dropped() -> None:
    fields = {"x_cpanel_otp": "1", "content_length": "9", "transfer-encoding": "chunked"}
    environ = environ_for("/", b"abc", **fields)
    assert "HTTP_X_CPANEL_OTP" not in environ
    assert "HTTP_TRANSFER_ENCODING" not in environ
    assert environ["CONTENT_LENGTH"] == "3"


def test_the_length_is_that_of_the_body_that_is_given() -> None:
    chunked = {"transfer-encoding": "chunked", "content-length": "999"}
    assert environ_for("/", b"abc", **chunked)["CONTENT_LENGTH"] == "3"
    assert environ_for("/", b"", **{"content-length": "0"})["CONTENT_LENGTH"] == "0"
    assert "CONTENT_LENGTH" not in environ_for("/")


def test_the_environ_is_valid_wsgi() -> None:
    def application(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        environ["wsgi.input"].read(3)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
        return [b"ok"]

    environ = environ_for("/a", b"abc", host="h")
    status, _, body = run(wsgiref.validate.validator(application), environ)
    assert (status, body) == ("200 OK", b"ok")


def test_pieces_and_written_data_are_joined_and_the_answer_is_closed() -> None:
    events: list[str] = []

    class Pieces:
        def __iter__(self) -> Iterator[bytes]:
            yield b"b"
            yield b"c"

        def close(self) -> None:
            events.append("closed")

    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("X", "y")])(b"a")
        return Pieces()

    assert run(application, {}) == ("200 OK", [("X", "y")], b"abc")
    assert events == ["closed"]


def test_a_generator_may_start_its_answer_late_and_change_its_mind() -> None:
    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterator[bytes]:
        start_response("200 OK", [])
        start_response("404 Not Found", [("X", "y")], (None, None, None))
        yield b"a"

    assert run(application, {}) == ("404 Not Found", [("X", "y")], b"a")


def test_an_application_that_breaks_the_rules_is_found_out() -> None:
    def silent(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        return [b"a"]

    def twice(environ: dict[str, Any], start_response: StartResponse) -> list[bytes]:
        start_response("200 OK", [])
        start_response("200 OK", [])
        return []

    for application in (silent, twice):
        with pytest.raises(ApplicationError):
            run(application, {})
    with pytest.raises(ApplicationError):
        framed("200 OK", [("Content-Length", "3")], b"ab", STAYING, head_only=False)


def test_without_a_length_the_connection_ends_the_body() -> None:
    data, stays = framed("403 No", [("X", "y")], b"body", STAYING, head_only=False)
    assert data == b"HTTP/1.1 403 No\r\nConnection: close\r\nX: y\r\n\r\nbody"
    assert not stays


def test_a_login_redirection_has_close_after_server_and_no_length() -> None:
    headers = [("Server", "cpsrvd"), ("Date", "today"), ("Location", "/login/")]
    data, stays = framed("302 Found", headers, b"", CLOSING, head_only=False)
    assert data == (
        b"HTTP/1.1 302 Found\r\nServer: cpsrvd\r\nConnection: close\r\n"
        b"Date: today\r\nLocation: /login/\r\n\r\n"
    )
    assert not stays


def test_head_has_the_headers_and_no_body() -> None:
    data, stays = framed("200 OK", [("content-length", "4")], b"body", STAYING, head_only=True)
    assert data.endswith(b"\r\ncontent-length: 4\r\n\r\n")
    assert stays
    bare, stays = framed("403 No", [], b"body", STAYING, head_only=True)
    assert bare == b"HTTP/1.1 403 No\r\nConnection: close\r\n\r\n"
    assert not stays
