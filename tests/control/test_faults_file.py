"""Faults from a file, which come back with every reset."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpanel_emu import Emulator
from cpanel_emu.errors import ConfigurationError

TWO = """
[[faults]]
kind = "fail"
function = "gencsr"
text = "No."

[[faults]]
kind = "slow"
probability = 0.5
seed = 7
"""


def test_faults_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(TWO)
    with Emulator(faults=path) as emulator:
        assert [planned.fault.kind.value for planned in emulator.faults.planned()] == [
            "fail",
            "slow",
        ]
        emulator.faults.clear()
        emulator.faults.add("drop")
        emulator.reset()
        assert [planned.fault.text for planned in emulator.faults.planned()] == ["No.", ""]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[faults", "is no TOML file"),
        ("faults = 1", "a table"),
        ("faults = [1]", "a table"),
        ("[[fault]]\nkind = 'drop'", "a table"),
        ("[[faults]]\nkind = 'explode'", "choose refuse"),
    ],
)
def test_a_wrong_file_names_the_mend(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "faults.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message):
        Emulator(faults=path)
