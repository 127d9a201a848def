"""Modules that are loaded at first use, and that cpapi2 really does without the heavy ones."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cpanel_emu.lazy import LazyModule
from tests.documentation import ROOT


def loaded_by(code: str, **variables: str) -> set[str]:
    """Return the names of the modules that a process has loaded when *code* has run."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules, file=sys.stderr)"],
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


def test_a_module_is_loaded_when_it_is_used() -> None:
    making = "from cpanel_emu.lazy import LazyModule\nwave = LazyModule('wave')\n"
    assert "wave" not in loaded_by(making)
    assert "wave" in loaded_by(making + "wave.open")


def test_it_gives_what_the_module_has() -> None:
    json = LazyModule("json")
    import json as real

    assert json.dumps is real.dumps
    with pytest.raises(AttributeError, match="nosuch"):
        _ = json.nosuch
    with pytest.raises(ModuleNotFoundError):
        _ = LazyModule("no_such_module").anything


def test_many_threads_at_once() -> None:
    decimal = LazyModule("decimal")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: decimal.Decimal, range(64)))
    assert len(set(found)) == 1


HEAVY = {
    "OpenSSL",
    "click",
    "cryptography.x509",
    "email",
    "jinja2",
    "logging",
    "lxml",
    "platformdirs",
    "tempfile",
    "tomllib",
    "werkzeug",
    "yaml",
}


def test_a_call_from_the_command_line_loads_little(tmp_path: Path) -> None:
    call = (
        "from cpanel_emu.cli.call_program import run\n"
        "run('cpapi2', ['--user=user', 'SSL', 'gencsr', 'city=Houston', 'company=cPanel',"
        " 'country=US', 'host=example.com', 'state=Texas'])"
    )
    root = str(tmp_path / "root")
    loaded_by(call, CPANEL_EMU_ROOT=root)  # the first call seeds the root
    loaded = loaded_by(call, CPANEL_EMU_ROOT=root)
    assert "cpanel_emu.certificates.request" in loaded
    assert loaded & HEAVY == set()
