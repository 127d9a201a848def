"""Planned faults: what they fit, how often they strike, and how they are written."""

from __future__ import annotations

import pytest

from cpanel_emu.control.faults import MOST_FAULTS, Faults, Kind, Stage, Target, read_fault
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.journal import Door

CALL = Target(Door.JSON, "SSL", "gencsr", "user")


def struck(faults: Faults, count: int, target: Target = CALL) -> str:
    """Return a ``1`` for each request that is struck, a ``0`` for each other."""
    return "".join(str(len(faults.striking(target, *Kind))) for _ in range(count))


def test_nothing_is_planned_by_default() -> None:
    faults = Faults()
    assert not faults
    assert faults.striking(CALL, *Kind) == ()


@pytest.mark.parametrize(
    ("members", "fits"),
    [
        ({}, True),
        ({"door": "json", "module": "SSL", "function": "gencsr", "user": "user"}, True),
        ({"door": Door.JSON}, True),
        ({"door": "xml"}, False),
        ({"module": "Email"}, False),
        ({"function": "genkey"}, False),
        ({"user": "other"}, False),
    ],
)
def test_what_a_fault_fits(members: dict[str, object], fits: bool) -> None:
    assert read_fault({"kind": "drop", **members}).fits(CALL) is fits


@pytest.mark.parametrize(
    ("kind", "liveapi"),
    [
        ("drop", True),
        ("delay", True),
        ("cut", True),
        ("slow", True),
        ("fail", True),
        ("refuse", False),
        ("html", False),
        ("content-type", False),
    ],
)
def test_what_is_of_http_alone(kind: str, liveapi: bool) -> None:
    assert read_fault({"kind": kind}).fits(Target(Door.LIVEAPI)) is liveapi


def test_times_and_skip() -> None:
    faults = Faults()
    planned = faults.add("drop", times=2, skip=3)
    assert struck(faults, 8) == "00011000"
    assert (planned.seen, planned.struck, planned.is_spent) == (8, 2, True)


def test_others_are_not_counted() -> None:
    faults = Faults()
    planned = faults.add("drop", function="genkey")
    assert struck(faults, 3) == "000"
    assert planned.seen == 0
    assert faults.striking(Target(Door.JSON, "SSL", "genkey"), Kind.HTML) == ()
    assert planned.seen == 0
    assert faults.unused() == (planned,)


def test_the_same_seed_gives_the_same_failures() -> None:
    def pattern(seed: int) -> str:
        faults = Faults()
        faults.add("html", probability=0.5, seed=seed)
        return struck(faults, 64)

    assert pattern(1) == pattern(1)
    assert pattern(1) != pattern(2)
    assert 15 < pattern(1).count("1") < 49


def test_one_fault_does_not_change_what_another_does() -> None:
    alone = Faults()
    alone.add("html", probability=0.5, seed=1)
    both = Faults()
    both.add("delay", probability=0.5, seed=9)
    html = both.add("html", probability=0.5, seed=1)
    expected = struck(alone, 40)
    found = "".join(str(int(html.fault in both.striking(CALL, *Kind))) for _ in range(40))
    assert found == expected


def test_a_probability_of_0_never_strikes() -> None:
    faults = Faults()
    faults.add("drop", probability=0)
    assert struck(faults, 20) == "0" * 20


def test_several_faults_strike_together() -> None:
    faults = Faults()
    faults.add("delay", seconds=0)
    faults.add("cut", bytes=3)
    assert [fault.kind for fault in faults.striking(CALL, *Kind)] == [Kind.DELAY, Kind.CUT]


def test_faults_are_removed() -> None:
    faults = Faults()
    first = faults.add("drop")
    second = faults.add("cut")
    assert faults.remove(first.number)
    assert not faults.remove(first.number)
    assert faults.planned() == (second,)
    faults.clear()
    assert not faults
    assert faults.add("drop").number == 3


def test_replacing_is_all_or_nothing() -> None:
    faults = Faults()
    kept = faults.add("drop")
    with pytest.raises(ConfigurationError):
        faults.replace([{"kind": "cut"}, {"kind": "nothing"}])
    assert faults.planned() == (kept,)
    new = faults.replace([{"kind": "cut"}, {"kind": "slow"}])
    assert [planned.number for planned in new] == [2, 3]
    assert faults.planned() == new


def test_no_more_than_so_many() -> None:
    faults = Faults()
    for _ in range(MOST_FAULTS):
        faults.add("drop")
    with pytest.raises(ConfigurationError, match="No more than 100"):
        faults.add("drop")
    with pytest.raises(ConfigurationError, match="No more than 100"):
        faults.replace([{"kind": "drop"}] * (MOST_FAULTS + 1))


def test_the_stages_that_kinds_have_by_default() -> None:
    before = {kind for kind in Kind if read_fault({"kind": kind}).stage is Stage.BEFORE}
    assert before == {Kind.REFUSE, Kind.FAIL, Kind.DROP, Kind.HTML}


def test_texts_of_forms_are_read() -> None:
    fault = read_fault(
        {"kind": "slow", "seconds": "0.25", "bytes": "3", "times": "", "door": "", "seed": "7"}
    )
    assert (fault.seconds, fault.bytes, fault.times, fault.door, fault.seed) == (
        0.25,
        3,
        None,
        None,
        7,
    )


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({}, "kind is missing; choose refuse, fail, delay, drop, cut"),
        ({"kind": "explode"}, "choose refuse"),
        ({"kind": "drop", "modul": "SSL"}, 'did you mean "module"'),
        ({"kind": "drop", "stage": "between"}, "choose before, after"),
        ({"kind": "cut", "stage": "before"}, "the stage of cut can be after only"),
        ({"kind": "drop", "door": "window"}, "choose json, xml"),
        ({"kind": "drop", "probability": 1.1}, "write a number from 0 to 1"),
        ({"kind": "drop", "probability": "often"}, "write a number from 0 to 1"),
        ({"kind": "drop", "probability": True}, "write a number from 0 to 1"),
        ({"kind": "drop", "probability": float("nan")}, "write a number from 0 to 1"),
        ({"kind": "drop", "times": 0}, "write a number from 1"),
        ({"kind": "drop", "times": 1.5}, "write a whole number"),
        ({"kind": "delay", "seconds": 301}, "from 0 to 300"),
        ({"kind": "drop", "module": 7}, "write a text"),
        ({"kind": "html", "text": "x" * 100_001}, "write a text"),
        ({"kind": "html", "text": "a\0b"}, "without NUL"),
        ({"kind": "content-type", "text": "a\r\nX: y"}, "one line"),
        ({"kind": "content-type", "text": "text/\u0127tml"}, "Latin-1"),
        ({"kind": "fail", "door": "native"}, "by the door native; choose json, xml"),
        ({"kind": "fail", "door": "login"}, "strikes nothing by the door login"),
        ({"kind": "html", "door": "liveapi"}, "strikes nothing by the door liveapi"),
        ({"kind": "drop", "door": "in-process"}, "strikes nothing by the door in-process"),
    ],
)
def test_wrong_faults_name_the_mend(members: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        read_fault(members)


def test_waits_end_when_the_server_does() -> None:
    faults = Faults()
    faults.close()
    faults.wait(300)
