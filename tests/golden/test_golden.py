"""Every golden case, in-process and over a socket.

Each case runs in all its ways (door, format, method, in-process and over a socket) under one of
its releases, another one from case to case; and in-process in one of its ways, another one each
time, under every other release. ``GOLDEN_EVERY_VARIANT=1`` runs all ways under all releases.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpanel_emu import Emulator, resources
from cpanel_emu.call import Printed
from cpanel_emu.testing.cases import Variant
from cpanel_emu.testing.golden import Runner, orphan_report
from cpanel_emu.testing.loading import load_suite
from cpanel_emu.testing.selection import grouped
from cpanel_emu.testing.servers import EmulatorServer

SUITE = load_suite(resources.fixtures() / "cases")
SUBJECT = {
    "host": "example.com",
    "country": "US",
    "state": "Texas",
    "city": "Houston",
    "company": "cPanel",
}
EVERY_VARIANT = bool(os.environ.get("GOLDEN_EVERY_VARIANT"))


def _variants() -> list[Variant]:
    chosen: list[Variant] = []
    for number, case in enumerate(SUITE.cases):
        ways = list(SUITE.variants_of(case))
        chosen += ways if EVERY_VARIANT else _sample(number, ways)
    return grouped(chosen)


def _sample(number: int, ways: list[Variant]) -> Iterator[Variant]:
    releases = list(dict.fromkeys(variant.release for variant in ways))
    for place, release in enumerate(releases):
        under = [variant for variant in ways if variant.release == release]
        if place == number % len(releases):
            yield from under
        else:
            in_process = [variant for variant in under if variant.target == "app"]
            yield from in_process[place % max(len(in_process), 1) :][:1]


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner(SUITE, EmulatorServer) as runner:
        yield runner


@pytest.mark.parametrize("variant", _variants(), ids=lambda variant: variant.id)
def test_answer(runner: Runner, variant: Variant) -> None:
    result = runner.run(variant)
    if variant.case.gap is not None and result.passed:
        pytest.xfail(f"gap {variant.case.gap.id}: {variant.case.gap.reason}")
    assert result.passed, result.report()


def test_no_file_without_a_case() -> None:
    assert orphan_report(SUITE) == []


def test_what_is_drawn_repeats_after_a_reset(tmp_path: Path) -> None:
    """Or the bytes of a certificate would depend on the cases that ran before."""
    clock = {"clock": "2022-01-01T00:00:00Z"}
    with Emulator(tmp_path / "root", random_seed=1, **clock) as emulator:
        first = [_certificate(emulator), _certificate(emulator)]
        emulator.reset()
        again = [_certificate(emulator), _certificate(emulator)]
    assert first == again
    assert first[0] != first[1]
    with Emulator(tmp_path / "other", **clock) as emulator:
        assert _certificate(emulator) != first[0]


def _certificate(emulator: Emulator) -> str:
    emulator.call("SSL", "deletecrt", "example.com", user="user", api=1)
    emulator.call("SSL", "gencrt", user="user", **SUBJECT)
    shown = emulator.call("SSL", "showcrt", "example.com", user="user", api=1).outcome
    assert isinstance(shown, Printed)
    return shown.text
