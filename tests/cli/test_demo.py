"""``cpanel-emu demo``: it tells right from wrong, whatever the environment says."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from cpanel_emu import Emulator
from cpanel_emu.cli import demo as demo_module
from cpanel_emu.cli.demo import demo
from cpanel_emu.cli.demo_ways import Way, ways

TITLES = [
    "== JSON",
    "== XML",
    "== WHM bridge",
    "== Tag page",
    "== Command line",
    "== LiveAPI socket",
    "== UAPI, the successor",
    "== The stored certificate signing request, decoded",
]


def test_every_way_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CPANEL_EMU_EMULATE_VERSION", "11.32")
    monkeypatch.setenv("CPANEL_EMU_ROOT", "/nowhere/at/all")
    result = CliRunner().invoke(demo)
    assert result.exit_code == 0, result.output
    assert [line for line in result.output.splitlines() if line.startswith("== ")] == TITLES
    assert result.output.endswith("\nEvery answer is right.\n")
    assert "Subject: C = US, ST = Texas, L = Houston, O = cPanel, OU = " in result.output
    assert "challengePassword" in result.output


def test_a_wrong_answer_is_told_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def altered(server: Emulator) -> Iterator[Way]:
        for way in ways(server):
            if way.title == "XML":
                yield dataclasses.replace(way, expected="something else\n")
            else:
                yield way

    monkeypatch.setattr(demo_module, "ways", altered)
    result = CliRunner().invoke(demo)
    assert result.exit_code == 1
    assert "WRONG; expected:\nsomething else\n" in result.output
    assert result.output.endswith("1 of the answers above are wrong.\n")
