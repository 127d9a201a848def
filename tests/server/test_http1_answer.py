"""Answers as bytes, written from the handbook."""

from __future__ import annotations

import http.client
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.server.http1 import answer, refusal
from cpanel_emu.server.http1.answer import CLOSING, staying

DATE = ("Date", "Sat, 01 Jan 2022 00:00:00 GMT")
TYPE = ("Content-Type", 'application/json; charset="utf-8"')


def test_the_headers_of_a_full_answer_stand_in_the_order_of_the_handbook() -> None:
    headers = [("Server", "cpsrvd"), DATE, TYPE, ("Content-Length", "2")]
    assert answer("200 OK", headers, staying(1, 70, 200), b"{}") == (
        b"HTTP/1.1 200 OK\r\n"
        b"Server: cpsrvd\r\n"
        b"X-Keep-Alive-Count: 1\r\n"
        b"Connection: Keep-Alive\r\n"
        b"Keep-Alive: timeout=70, max=200\r\n"
        b"Date: Sat, 01 Jan 2022 00:00:00 GMT\r\n"
        b'Content-Type: application/json; charset="utf-8"\r\n'
        b"Content-Length: 2\r\n"
        b"\r\n"
        b"{}"
    )


def test_the_last_answer_of_a_connection_says_close_and_nothing_else() -> None:
    headers = [("Server", "cpsrvd"), DATE, ("Content-Length", "2")]
    assert answer("200 OK", headers, CLOSING, b"{}") == (
        b"HTTP/1.1 200 OK\r\n"
        b"Server: cpsrvd\r\n"
        b"Connection: close\r\n"
        b"Date: Sat, 01 Jan 2022 00:00:00 GMT\r\n"
        b"Content-Length: 2\r\n"
        b"\r\n"
        b"{}"
    )


def test_access_denied_has_its_224_bytes() -> None:
    body = (
        b'{"cpanelresult":{"apiversion":"2","error":"Access denied",'
        b'"data":{"reason":"Access denied","result":"0"},"type":"text"}}\r\n'
    )
    headers = [("Content-type", 'text/plain; charset="utf-8"')]
    sent = answer("403 Forbidden Access denied", headers, CLOSING, body)
    assert len(sent) == 224
    assert sent == (
        b"HTTP/1.1 403 Forbidden Access denied\r\n"
        b"Connection: close\r\n"
        b'Content-type: text/plain; charset="utf-8"\r\n'
        b"\r\n" + body
    )


@pytest.mark.parametrize(
    ("status", "phrase"),
    [
        (400, b"Bad Request"),
        (408, b"Request Timeout"),
        (413, b"Request Entity Too Large"),
        (431, b"Request Header Fields Too Large"),
        (500, b"Internal Server Error"),
    ],
)
def test_the_refusals_of_the_listener(status: int, phrase: bytes) -> None:
    assert refusal(status) == (
        b"HTTP/1.1 %d %b\r\n"
        b"Connection: close\r\n"
        b'Content-type: text/plain; charset="utf-8"\r\n'
        b"\r\n"
        b"%b\r\n"
    ) % (status, phrase, phrase)


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        ("200 OK\r\nX: y", []),
        ("200 OK", [("X", "y\nZ: injected")]),
        ("200 OK", [("X", "y\r\n\r\n<html>")]),
        ("200 OK", [("X\r", "y")]),
        ("200 OK", [("X", "\u20ac")]),
    ],
)
def test_a_header_that_would_end_early_is_never_sent(
    status: str, headers: list[tuple[str, str]]
) -> None:
    with pytest.raises(ValueError):
        answer(status, headers, CLOSING, b"")


NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,12}", fullmatch=True).filter(
    lambda name: name.lower() not in {"server", "connection", "transfer-encoding"}
)
VALUES = st.from_regex(r"[!-~]([ -~]{0,20}[!-~])?", fullmatch=True)


@given(headers=st.lists(st.tuples(NAMES, VALUES), max_size=6), body=st.binary(max_size=50))
def test_a_client_reads_back_what_was_answered(headers: list[tuple[str, str]], body: bytes) -> None:
    headers = [header for header in headers if header[0].lower() != "content-length"]
    sent = answer("200 OK", [*headers, ("Content-Length", str(len(body)))], CLOSING, body)
    server_side, client_side = socket.socketpair()
    with server_side, client_side:
        server_side.sendall(sent)
        response = http.client.HTTPResponse(client_side)
        response.begin()
        received = response.read()
    assert response.status == 200
    assert response.getheaders()[0] == ("Connection", "close")
    assert response.getheaders()[1:-1] == headers
    assert received == body
