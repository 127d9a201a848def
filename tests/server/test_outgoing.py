"""Answers on their way out: what an observer is told, and that a request leaves nothing behind."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from cpanel_emu.server.app import Application
from cpanel_emu.server.gateway import ConnectionControl, run
from cpanel_emu.server.outgoing import outgoing
from tests.server.wsgi import environ, query

if TYPE_CHECKING:
    from cpanel_emu import Emulator

LISTCSRS = f"/json-api/cpanel?{query(module='SSL', func='listcsrs')}"


def test_an_observer_is_told_what_is_sent() -> None:
    told: list[bytes] = []
    control = ConnectionControl(cut_after=1, observer=told.append)
    assert outgoing(b"head body", 4, control, stays=True).data == b"head b"
    assert told == [b"head b"]


@pytest.mark.parametrize("target", [LISTCSRS, "/", "/nothing"])
def test_a_request_leaves_no_ring_for_the_collector(server: Emulator, target: str) -> None:
    application = Application(server)

    def ask() -> None:
        control = ConnectionControl()
        asked = {**environ("GET", target, login="user"), "cpanel_emu.connection": control}
        _, _, body = run(application, asked)
        outgoing(body, len(body), control, stays=True)

    def left() -> int:
        return sum(isinstance(one, ConnectionControl) for one in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = left()
        ask()
        assert left() == before
    finally:
        gc.enable()
