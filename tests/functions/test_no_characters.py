"""Halves of surrogate pairs, which are no characters, are taken for U+FFFD in-process too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cpanel_emu import Emulator
from cpanel_emu.call import Data, Rows

HALF = "\ud800"


@pytest.fixture(scope="module")
def emulator() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


def test_in_a_subject(emulator: Emulator) -> None:
    values = {"country": "US", "host": "example.com", "state": "Texas", "company": "cPanel"}
    answer = emulator.call("SSL", "gencsr", user="user", city=HALF, **values)
    assert isinstance(answer.outcome, Rows)
    assert answer.outcome.error is None
    (listed,) = emulator.call("SSL", "list_csrs", user="user", api=3).outcome.data  # type: ignore[union-attr, misc]
    assert isinstance(listed, dict)
    shown = emulator.call("SSL", "show_csr", user="user", api=3, id=listed["id"]).outcome
    assert isinstance(shown, Data)
    assert isinstance(shown.data, dict)
    details = shown.data["details"]
    assert isinstance(details, dict)
    assert details["localityName"] == "\ufffd"


def test_in_a_friendly_name(emulator: Emulator) -> None:
    names = {"friendly_name": "example.com", "new_friendly_name": HALF}
    answer = emulator.call("SSL", "set_key_friendly_name", user="user", api=3, **names)
    assert answer.outcome == Data()
    answer = emulator.call("SSL", "show_key", user="user", api=3, friendly_name="\ufffd")
    assert isinstance(answer.outcome, Data)
    assert answer.outcome.errors == ()
