"""What a LiveAPI page writes (``liveapi_cli §1.1``)."""

from __future__ import annotations

from cpanel_emu.liveapi.cgi_answer import read_cgi_output
from cpanel_emu.server.http1 import answer
from tests.fuzz.answers import taken_apart
from tests.fuzz.target import Target, always


def check(data: bytes) -> None:
    """Any output becomes one answer, whose lines are those that the page wrote."""
    found = read_cgi_output(data)
    assert 200 <= found.status <= 599
    sent = answer(f"{found.status} {found.reason}", found.headers, (), found.body)
    status, headers, body = taken_apart(sent)
    assert (status, body) == (found.status, found.body)
    assert headers.keys() == {name.lower() for name, _ in found.headers}
    assert data.endswith(body)


TARGET = Target(
    about="output of pages: one answer, no line that the page did not write as one",
    opened=always(check),
    covers=("cpanel_emu.liveapi.cgi_answer", "cpanel_emu.server.http1.answer"),
    words=(
        b"Status: ",
        b"404 Not Found",
        b"Content-Type: text/plain",
        b"Location: /",
        b"Content-Length: 1",
        b"Set-Cookie: a=b",
        b"\r\n\r\n",
        b"\n\n",
        b"\n",
        b"\r",
        b"\x00",
        b"\x0b",
        b"\x85",
    ),
    seeds=(
        b"Status: 404 Not here\r\nContent-Type: text/plain\r\n\r\nbody",
        b"Location: /x\nX-A: b\n\n",
        b"<html>\n\n",
    ),
)
