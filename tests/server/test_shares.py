"""Processes on the same ports share the clients: nobody has many while another has few."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from cpanel_emu.server import service_loop
from cpanel_emu.server.connections import Connections
from cpanel_emu.server.endpoints import Endpoint, bind
from cpanel_emu.server.listener import Listener
from cpanel_emu.server.shares import Shares
from tests.server.raw import answer_text, connect
from tests.server.test_connections import FakeClient

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

FREE = Endpoint("127.0.0.1", 0, tls=False, service="cpanel")


def test_a_process_is_above_another_only_with_more_clients() -> None:
    shares = Shares(3)
    first, second, third = (shares.of(process) for process in range(3))
    assert not first.is_above_another
    first.tell(2)
    second.tell(1)
    third.tell(1)
    assert [one.is_above_another for one in (first, second, third)] == [True, False, False]
    second.tell(70_000)
    assert [one.is_above_another for one in (first, second, third)] == [True, True, False]


def test_the_book_of_connections_tells_how_many_there_are() -> None:
    shares = Shares(2)
    book = Connections(100, shares.of(0))
    client = FakeClient()
    assert not book.others_have_fewer
    book.add(client)
    assert book.others_have_fewer
    shares.of(1).tell(1)
    assert not book.others_have_fewer
    shares.of(1).tell(0)
    book.remove(client)
    book.remove(client)
    assert not book.others_have_fewer


def test_nobody_has_fewer_where_nobody_else_is() -> None:
    book = Connections(100)
    book.add(FakeClient())
    assert not book.others_have_fewer


def named(name: str) -> WSGIApplication:
    return lambda _environ, start_response: answer_text(name, start_response)


def asked(client: socket.socket) -> str:
    """Return the name that the application behind *client* answers, one letter."""
    client.sendall(b"GET / HTTP/1.1\r\n\r\n")
    received = b""
    while not received.partition(b"\r\n\r\n")[2]:
        received += client.recv(1) or pytest.fail("the connection ended")
    return received[-1:].decode()


def test_the_second_client_goes_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        service_loop, "_STANDING_BACK", 5.0
    )  # so that a busy machine changes nothing
    for _ in range(6):  # by chance it may go there once
        bound = bind([FREE])
        shares = Shares(2)
        with contextlib.ExitStack() as running:
            for number, name in enumerate("AB"):
                sockets = [one.dup() for one in bound]
                listener = Listener(named(name), [FREE], sockets=sockets, share=shares.of(number))
                running.enter_context(listener)
            for one in bound:
                one.close()
            (endpoint,) = listener.endpoints
            clients = [running.enter_context(connect(endpoint)) for _ in range(2)]
            assert sorted(map(asked, clients)) == ["A", "B"]


def test_a_client_is_served_though_those_who_have_fewer_do_not_come() -> None:
    shares = Shares(2)
    with Listener(named("A"), [FREE], share=shares.of(0)) as listener:
        (endpoint,) = listener.endpoints
        with connect(endpoint) as first, connect(endpoint) as second, connect(endpoint) as third:
            assert [asked(one) for one in (first, second, third)] == ["A"] * 3
