"""Each torture in its short form; the long ones are commands (docs/promises.rst)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.documentation import ROOT
from tests.requirements import require_program

SCRIPTS = ROOT / "scripts"

SHORT = {
    "crash": ["--changes=8", "--points=2", "--runs=1"],
    "disk": ["--runs=1", "--patience=5"],
    "race": ["--runs=1", "--clients=4"],
    "soak": ["--seconds=5", "--clients=3"],
}


def _run(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPTS / f"torture_{name}.py", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", SHORT)
def test_short_form(name: str) -> None:
    done = _run(name, *SHORT[name])
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith(f"{name}, seed ")


def test_nothing_flushed_is_lost_with_the_power() -> None:
    require_program("strace")
    done = _run("power", "--changes=gencsr", "--every=12")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_simulation_finds_what_is_not_flushed() -> None:
    """A torture that cannot find anything would be of no use."""
    require_program("strace")
    done = _run("power", "--changes=gencsr", "--every=100", "--fsync=off")
    assert done.returncode == 1
    assert "lost: gencsr" in done.stdout


def test_interrupted_it_tells_its_figures_and_leaves_nothing(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, SCRIPTS / "torture_race.py", "--seconds=100", "--seed=7"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "race, seed 7\n"
        while not list(tmp_path.glob("torture-*/root/liveapi.sock")):
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert "not linearizable" in output
    assert list(tmp_path.iterdir()) == []


def test_without_a_name_the_names_are_listed() -> None:
    shell = shutil.which("sh")
    assert shell is not None
    done = subprocess.run([shell, SCRIPTS / "torture"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert {*SHORT, "power"} <= set(done.stderr.split())
