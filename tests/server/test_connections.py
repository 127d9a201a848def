"""The book of all connections: bytes held, deadlines, and who gives way."""

from __future__ import annotations

import math

from cpanel_emu.server.connections import Connections


class FakeClient:
    def __init__(self, deadline: float = math.inf) -> None:
        self.deadline = deadline
        self.heard: list[str] = []

    def expire(self) -> None:
        self.heard.append("expire")

    def drop(self) -> None:
        self.heard.append("drop")

    def stop(self) -> None:
        self.heard.append("stop")


def test_all_that_is_held_is_counted_and_given_back() -> None:
    book = Connections(100)
    one, two = FakeClient(), FakeClient()
    book.add(one)
    book.add(two)
    assert book.hold(one, 60)
    assert book.hold(two, 40)
    assert not book.hold(two, 41)
    assert book.hold(two, 40), "less than before is never too much"
    book.remove(one)
    assert book.buffered == 40
    assert book.hold(two, 100)
    book.remove(two)
    book.remove(two)
    assert (book.buffered, len(book)) == (0, 0)


def test_who_is_not_counted_in_holds_nothing() -> None:
    book = Connections(100)
    assert book.hold(FakeClient(), 1000)
    assert book.buffered == 0


def test_the_client_that_kept_us_waiting_longest_gives_way() -> None:
    book = Connections(100)
    one, two, three = FakeClient(), FakeClient(), FakeClient()
    for client in (one, two, three):
        book.add(client)
        book.waits(client)
    book.works(one)
    book.waits(one)
    book.remove(two)
    assert book.make_room()
    assert (one.heard, two.heard, three.heard) == ([], [], ["drop"])
    book.works(one)
    assert not book.make_room()
    assert (one.heard, len(book)) == ([], 1)


def test_deadlines_are_told_once() -> None:
    book = Connections(100)
    early, late = FakeClient(1.0), FakeClient(3.0)
    book.add(early)
    book.add(late)
    book.expire(0.5)
    book.expire(2.0)
    book.expire(2.5)
    assert (early.heard, late.heard) == (["expire"], [])


def test_everybody_hears_of_the_end() -> None:
    book = Connections(100)
    one, two = FakeClient(), FakeClient()
    book.add(one)
    book.add(two)
    book.stop()
    book.drop()
    assert one.heard == two.heard == ["stop", "drop"]
