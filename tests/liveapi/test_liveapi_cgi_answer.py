"""What a page printed, as an HTTP answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.liveapi.cgi_answer import CgiAnswer, read_cgi_output

HTML = (("Content-Type", "text/html"),)


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        (b"<html>", CgiAnswer(200, "OK", HTML, b"<html>")),
        (b"", CgiAnswer(200, "OK", HTML, b"")),
        (
            b"Content-type: text/plain; charset=utf-8\r\nX-A:  b \r\n\r\nbody\r\n\r\nmore",
            CgiAnswer(
                200,
                "OK",
                (("Content-type", "text/plain; charset=utf-8"), ("X-A", "b")),
                b"body\r\n\r\nmore",
            ),
        ),
        (b"Content-Type: a/b\n\nbody", CgiAnswer(200, "OK", (("Content-Type", "a/b"),), b"body")),
        (b"Status: 404 Nothing here\n\n", CgiAnswer(404, "Nothing here", HTML, b"")),
        (b"Status: 404\n\n", CgiAnswer(404, "Not Found", HTML, b"")),
        (b"Status: 599\n\n", CgiAnswer(599, "Unknown", HTML, b"")),
        (b"Status: 101 Switching\n\n", CgiAnswer(200, "OK", HTML, b"")),
        (b"Status: nonsense\n\n", CgiAnswer(200, "OK", HTML, b"")),
        (b"Location: /a\n\n", CgiAnswer(302, "Found", (("Location", "/a"), *HTML), b"")),
        (
            b"Status: 301 Moved\nLocation: /a\nContent-Type: text/html\n\n",
            CgiAnswer(301, "Moved", (("Location", "/a"), *HTML), b""),
        ),
        (
            b"Content-Type: text/html\nConnection: close\nContent-Length: 9\nDate: x\n\nbody",
            CgiAnswer(200, "OK", HTML, b"body"),
        ),
        (
            b"Content-Type: text/html\nSet-Cookie: a=1\nSet-Cookie: b=2\n\n",
            CgiAnswer(200, "OK", (*HTML, ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")), b""),
        ),
        (b"Note: this is text\n\nmore", CgiAnswer(200, "OK", HTML, b"Note: this is text\n\nmore")),
        (
            b"Content-Type: text/html\n<html>\n\n",
            CgiAnswer(200, "OK", HTML, b"Content-Type: text/html\n<html>\n\n"),
        ),
        (b"\nContent-Type: a/b\n\nx", CgiAnswer(200, "OK", HTML, b"\nContent-Type: a/b\n\nx")),
    ],
)
def test_outputs(output: bytes, answer: CgiAnswer) -> None:
    assert read_cgi_output(output) == answer


@given(output=st.binary(max_size=60), head=st.sampled_from([b"", b"Status: 200\n", b"X: y\r\n"]))
def test_headers_cannot_break_out(output: bytes, head: bytes) -> None:
    answer = read_cgi_output(head + b"Content-Type: " + output)
    assert (head + b"Content-Type: " + output).endswith(answer.body)
    for name, value in answer.headers:
        assert name.isascii()
        assert not set(value) & {"\r", "\n", "\0"}
