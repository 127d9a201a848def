"""Request lines and header fields: what is read, and what is refused."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.server.http1 import UnreadableRequest
from cpanel_emu.server.http1.head import RequestLine, parse_fields, parse_request_line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"GET / HTTP/1.1", RequestLine("GET", "/", 1)),
        (b"POST /json-api/cpanel?a=b HTTP/1.0", RequestLine("POST", "/json-api/cpanel?a=b", 0)),
        (b"GET /x?city=New York HTTP/1.1", RequestLine("GET", "/x?city=New York", 1)),
        (b"GET  /x  HTTP/1.1", RequestLine("GET", "/x", 1)),
        (b"GET /x HTTP/1.1 ", RequestLine("GET", "/x", 1)),
        (b"GET /x?a=HTTP/1.0 HTTP/1.1", RequestLine("GET", "/x?a=HTTP/1.0", 1)),
        (b"get /x HTTP/1.1", RequestLine("get", "/x", 1)),
        (b"GET /\xc3\xa9 HTTP/1.1", RequestLine("GET", "/\xc3\xa9", 1)),
        (b"GET http://host/x HTTP/1.1", RequestLine("GET", "http://host/x", 1)),
        (b"OPTIONS * HTTP/1.1", RequestLine("OPTIONS", "*", 1)),
        (b"GET /x HTTP/1.2", RequestLine("GET", "/x", 2)),
    ],
)
def test_request_lines_that_leave_no_doubt_are_read(line: bytes, expected: RequestLine) -> None:
    assert parse_request_line(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"GET",
        b"GET /",
        b"GET HTTP/1.1",
        b"GET  HTTP/1.1",
        b"/ HTTP/1.1",
        b"GET / HTTP/2.0",
        b"GET / HTTP/0.9",
        b"GET / HTTP/1.10",
        b"GET / http/1.1",
        b"GET / FTP/1.1",
        b"GET\t/\tHTTP/1.1",
        b"GET /\0 HTTP/1.1",
        b"GET /\r HTTP/1.1",
        b"GET /a\x7fb HTTP/1.1",
        b"G(T / HTTP/1.1",
        b"G\xc9T / HTTP/1.1",
        b"PRI * HTTP/2.0",
        b"\x16\x03\x01\x02 \x00 HTTP/1.1",
    ],
)
def test_anything_else_is_no_request_line(line: bytes) -> None:
    with pytest.raises(UnreadableRequest) as refused:
        parse_request_line(line)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (b"", {}),
        (b"Host: a\r\nACCEPT:*/*\r\n", {"host": "a", "accept": "*/*"}),
        (b"Host: a\nAccept: b\n", {"host": "a", "accept": "b"}),
        (b"A: \t x y \t\r\n", {"a": "x y"}),
        (b"A:\r\n", {"a": ""}),
        (b"A: b:c: d\r\n", {"a": "b:c: d"}),
        (b"A: \xe9\r\n", {"a": "\xe9"}),
        (b"A: 1\r\nB: 2\r\na: 1\r\n", {"a": "1", "b": "2"}),
        (b"A: 1\r\na: 2\r\n", {"a": "1, 2"}),
        (b"Cookie: a=1\r\nCookie: b=2\r\n", {"cookie": "a=1; b=2"}),
        (b"A: one\r\n two\r\n\t three\r\nB: x\r\n", {"a": "one two three", "b": "x"}),
        (b"A:\r\n two\r\n", {"a": "two"}),
        (b"A: 1\r\n \r\nB: 2\r\n", {"a": "1", "b": "2"}),
    ],
)
def test_fields(block: bytes, expected: dict[str, str]) -> None:
    assert parse_fields(block, 100) == expected


@pytest.mark.parametrize(
    "block",
    [
        b"Authorization: WHM root:0a1b\n2c3d\n4e5f\r\nHost: h\r\n",
        b"Authorization: WHM root:0a1b\r\n2c3d\r\n4e5f\r\nHost: h\r\n",
        b"Authorization: WHM root:0a1b\r\n 2c3d\r\n\t4e5f\r\nHost: h\r\n",
        b"Authorization: WHM root:\n0a1b2c3d4e5f\nHost: h\n",
    ],
)
def test_line_breaks_in_an_access_hash_do_not_count(block: bytes) -> None:
    fields = parse_fields(block, 100)
    assert fields == {"authorization": "WHM root:0a1b2c3d4e5f", "host": "h"}


def test_a_line_end_in_front_of_that_of_curl_does_not_count() -> None:
    fields = parse_fields(b"Host: h\r\nAuthorization: Basic abc\n\r\r\nAccept: */*\r\n", 100)
    assert fields == {"host": "h", "authorization": "Basic abc", "accept": "*/*"}


@pytest.mark.parametrize(
    "block",
    [
        b"Host\r\n",
        b"Host : a\r\n",
        b": a\r\n",
        b" folded: first\r\n",
        b"A: x\0y\r\n",
        b"A: x\ry\r\n",
        b"A: x\r\r\n",
        b"A(: x\r\n",
        b"Host: a\r\n0a1b\r\n",
        b"Authorization: Basic abc\r\n0a1b\r\n",
        b"Authorization: WHM root:0a\r\nxyz\r\n",
        b"Content-Length: 1\r\n 0\r\n",
        b"Transfer-Encoding:\r\n chunked\r\n",
    ],
)
def test_what_is_no_field_is_refused(block: bytes) -> None:
    with pytest.raises(UnreadableRequest) as refused:
        parse_fields(block, 100)
    assert refused.value.status == 400


def test_more_lines_than_allowed_are_refused() -> None:
    assert len(parse_fields(b"".join(b"X%d: y\r\n" % n for n in range(10)), 10)) == 10
    with pytest.raises(UnreadableRequest) as refused:
        parse_fields(b"".join(b"X%d: y\r\n" % n for n in range(11)), 10)
    assert refused.value.status == 431


@given(st.binary(max_size=200))
def test_no_bytes_break_the_parsers(data: bytes) -> None:
    with contextlib.suppress(UnreadableRequest):
        parse_request_line(data)
    with contextlib.suppress(UnreadableRequest):
        parse_fields(data, 10)
