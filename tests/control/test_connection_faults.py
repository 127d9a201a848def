"""What an application may ask of the listener for one answer."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pytest

from cpanel_emu.server.limits import Limits
from tests.server.raw import (
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

GET = b"GET / HTTP/1.1\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"


class Asking:
    """An application that asks the listener for something, then answers ``0123456789``.

    *wishes* are for one request after the other; the last one stays.
    """

    def __init__(self, *wishes: dict[str, Any]) -> None:
        self.wishes = list(wishes) or [{}]
        self.sent: list[bytes] = []

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        control = environ["cpanel_emu.connection"]
        wished = self.wishes.pop(0) if len(self.wishes) > 1 else self.wishes[0]
        for name, value in wished.items():
            setattr(control, name, value)
        control.observer = self.sent.append
        return answer_text("0123456789", start_response)


def test_the_observer_gets_what_is_sent() -> None:
    application = Asking()
    with listening(application) as endpoint:
        answer = exchange(endpoint, LAST)
    assert application.sent == [answer] == [closed(b"0123456789")]


@pytest.mark.parametrize("after", [0, 1, 9])
def test_a_cut_body_ends_the_connection(after: int) -> None:
    application = Asking({"cut_after": after})
    with listening(application) as endpoint:
        answer = exchange(endpoint, GET)
    whole = kept(b"0123456789")
    assert answer == whole[: len(whole) - 10 + after]
    assert application.sent == [answer]


def test_a_cut_behind_the_end_changes_nothing() -> None:
    with listening(Asking({"cut_after": 10})) as endpoint, connect(endpoint) as client:
        client.sendall(GET)
        read_exactly(client, kept(b"0123456789"))
        client.sendall(GET)
        read_exactly(client, kept(b"0123456789", 2))


def test_a_cut_leaves_the_head_of_head_whole() -> None:
    def head_only(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ["cpanel_emu.connection"].cut_after = 0
        return answer_text("0123456789", start_response)

    with listening(head_only) as endpoint:
        answer = exchange(endpoint, LAST.replace(b"GET", b"HEAD"))
    assert answer == closed(b"0123456789")[:-10]


def test_a_dropped_connection_sends_nothing() -> None:
    application = Asking({"drop": True})
    with listening(application) as endpoint, connect(endpoint) as client:
        client.sendall(GET)
        try:
            received = read_to_end(client)
        except ConnectionResetError:
            received = b""
    assert received == b""
    assert application.sent == [b""]


def test_a_dripping_answer_arrives_whole_and_the_connection_stays() -> None:
    with listening(Asking({"drip": (7, 0.001)})) as endpoint, connect(endpoint) as client:
        client.sendall(GET)
        read_exactly(client, kept(b"0123456789"))
        client.sendall(LAST)
        assert read_to_end(client) == closed(b"0123456789")


def test_a_client_that_leaves_a_dripping_answer_is_forgotten() -> None:
    with listening(Asking({"drip": (1, 0.001)})) as endpoint:
        with connect(endpoint) as client:
            client.sendall(GET)
            read_exactly(client, b"HTTP")
        assert exchange(endpoint, LAST) == closed(b"0123456789")


def test_a_delayed_answer_holds_up_nobody_else() -> None:
    application = Asking({"delay": 60.0}, {})
    limits = Limits(workers=1, stop_seconds=0.1)
    with (
        listening(application, limits) as endpoint,
        connect(endpoint) as slow,
        connect(endpoint) as quick,
    ):
        slow.sendall(LAST)
        while not application.sent:
            time.sleep(0.01)
        quick.sendall(LAST)
        assert read_to_end(quick) == closed(b"0123456789")
        slow.setblocking(False)
        with pytest.raises(BlockingIOError):
            slow.recv(1)


def test_a_short_delay_ends() -> None:
    with listening(Asking({"delay": 0.01})) as endpoint:
        assert exchange(endpoint, LAST) == closed(b"0123456789")


def test_what_is_asked_holds_for_one_answer() -> None:
    application = Asking({"drip": (1, 0.0)}, {"cut_after": 0})
    with listening(application) as endpoint, connect(endpoint) as client:
        client.sendall(GET + LAST)
        assert read_to_end(client) == kept(b"0123456789") + closed(b"0123456789")[:-10]


def test_a_failing_application_asks_in_vain() -> None:
    def failing(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ["cpanel_emu.connection"].drop = True
        raise RuntimeError("broken on purpose")

    with listening(failing) as endpoint:
        assert exchange(endpoint, LAST).startswith(b"HTTP/1.1 500 ")
