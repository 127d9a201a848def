"""Ctrl-C at any moment ends ``cpanel-emu`` with 130 and one line, and leaves no folder."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cpanel_emu.cli.interrupt import is_behind
from tests.documentation import ROOT

PATIENCE = 60
SAID = "cpanel-emu: interrupted\n"


def interrupted(*words: str, until: str, **more: str) -> tuple[int, str]:
    """Return exit status and standard error; it is interrupted once it has printed *until*."""
    with subprocess.Popen(
        [sys.executable, "-m", "cpanel_emu", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT), **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if until in line:
                break
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        _, errors = process.communicate(timeout=PATIENCE)
        return process.returncode, errors


def test_while_it_is_loaded(tmp_path: Path) -> None:
    slow = "import time\nprint('loading', flush=True)\ntime.sleep(60)\n"
    (tmp_path / "click.py").write_text(slow)
    path = os.pathsep.join([str(tmp_path), str(ROOT)])
    assert interrupted("version", until="loading", PYTHONPATH=path) == (130, f"\n{SAID}")


def test_while_it_runs(tmp_path: Path) -> None:
    status, errors = interrupted(
        "demo", until="== JSON", TMPDIR=str(tmp_path), PYTHONUNBUFFERED="1"
    )
    assert (status, errors.lstrip("\n")) == (130, SAID)
    assert list(tmp_path.iterdir()) == []


def _break_off_the_making_of_a_thread() -> None:
    with contextlib.ExitStack() as closing:
        closing.callback(threading.Thread().join)  # it was not started yet
        raise KeyboardInterrupt


def test_what_it_broke_off_may_fail_in_its_own_way() -> None:
    assert is_behind(KeyboardInterrupt())
    with pytest.raises(RuntimeError) as caught:
        _break_off_the_making_of_a_thread()
    assert is_behind(caught.value)
    assert not is_behind(RuntimeError())
