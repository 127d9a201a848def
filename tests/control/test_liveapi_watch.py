"""The LiveAPI socket in the journal, and planned faults for it."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from cpanel_emu.journal import Door
from tests.control.conftest import SUBJECT

if TYPE_CHECKING:
    from cpanel_emu import Emulator

HANDSHAKE = b'<cpaneljson enable="1">'
SECRET = "Geh3imes"


class Page:
    """A program that speaks LiveAPI."""

    def __init__(self, emulator: Emulator) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        path = emulator.liveapi_socket
        assert path is not None
        self.socket.connect(str(path))
        self.say(HANDSHAKE)

    def say(self, payload: bytes) -> bytes:
        """Send a frame and return the answer, or what came of it before the end."""
        self.socket.sendall(b"%d\n%b" % (len(payload), payload))
        return self.read()

    def read(self) -> bytes:
        received = b""
        while b"</cpanelresult>\n" not in received:
            piece = self.socket.recv(65536)
            if not piece:
                break
            received += piece
        return received


@pytest.fixture
def connected(emulator: Emulator) -> Iterator[Callable[[], Page]]:
    """Return what opens another connection."""
    with contextlib.ExitStack() as opened:

        def connect() -> Page:
            page = Page(emulator)
            opened.enter_context(page.socket)
            return page

        yield connect


def action(function: str, args: object, version: str = "2") -> bytes:
    call = {"reqtype": "exec", "module": "SSL", "func": function, "apiversion": version}
    return b"<cpanelaction>\n%b\n</cpanelaction>" % json.dumps({**call, "args": args}).encode()


def test_frames_are_recorded_without_secrets(
    emulator: Emulator, connected: Callable[[], Page]
) -> None:
    page = connected()
    payload = action("gencsr", {**SUBJECT, "password": SECRET})
    answer = page.say(payload)
    [exchange] = emulator.journal.exchanges()  # the handshake is not in it
    assert exchange.door is Door.LIVEAPI
    assert exchange.title == "SSL::gencsr"
    assert exchange.request.data == payload.replace(SECRET.encode(), b"(hidden)")
    assert exchange.answer.data == answer
    [call] = exchange.calls
    assert (call.user, call.door, call.outcome) == ("user", Door.LIVEAPI, "answered")
    assert call.files


@pytest.mark.parametrize("password", [SECRET, "abc"])
def test_the_position_of_a_password(
    emulator: Emulator, connected: Callable[[], Page], password: str
) -> None:
    values = ["example.com", "US", "Texas", "Houston", "cPanel", "", "a@example.com", password]
    connected().say(action("gencsr", values, "1"))
    [exchange] = emulator.journal.exchanges()
    assert password.encode() not in exchange.request.data
    assert exchange.calls[0].positional[-1] == "(hidden)"


def test_tags_are_told_by_their_text(emulator: Emulator, connected: Callable[[], Page]) -> None:
    connected().say(b'<cpanel print="$user">')
    [exchange] = emulator.journal.exchanges()
    assert (exchange.title, exchange.user) == ('<cpanel print="$user">', "user")


def test_a_call_that_fails_by_plan(emulator: Emulator, connected: Callable[[], Page]) -> None:
    emulator.faults.add("fail", door="liveapi", text="Not now.")
    assert b"Not now." in connected().say(action("listcsrs", {}))


def test_a_dropped_connection(emulator: Emulator, connected: Callable[[], Page]) -> None:
    emulator.faults.add("drop", function="listcsrs", times=1)
    assert connected().say(action("listcsrs", {})) == b""
    assert emulator.journal.calls() == ()
    emulator.faults.add("drop", function="listcsrs", stage="after", times=1)
    assert connected().say(action("listcsrs", {})) == b""
    assert len(emulator.journal.calls()) == 1
    assert connected().say(action("listcsrs", {})).endswith(b"</cpanelresult>\n")


def test_a_cut_answer(emulator: Emulator, connected: Callable[[], Page]) -> None:
    emulator.faults.add("cut", bytes=10)
    assert connected().say(action("listcsrs", {})) == b"<?xml vers"


def test_slow_and_late_answers_arrive_whole(
    emulator: Emulator, connected: Callable[[], Page]
) -> None:
    emulator.faults.add("slow", bytes=40, seconds=0.001)
    emulator.faults.add("delay", seconds=0.001)
    emulator.faults.add("delay", stage="before", seconds=0.001)
    page = connected()
    assert page.say(action("listcsrs", {})).endswith(b"</cpanelresult>\n")
    assert page.say(action("listcsrs", {})).endswith(b"</cpanelresult>\n")
    assert len(emulator.journal.exchanges()[0].faults) == 3
