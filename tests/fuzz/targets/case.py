"""Files of golden cases."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cpanel_emu.testing.cases import CaseError
from cpanel_emu.testing.loading import load_suite
from tests.fuzz.target import Check, Target

_SUITE = Path(__file__).parents[3] / "fixtures" / "cases" / "suite.toml"


def _check(folder: Path, data: bytes) -> None:
    (folder / "case.toml").write_bytes(data)
    try:
        suite = load_suite(folder)
    except CaseError:
        return
    for case in suite.cases:
        assert case.id
        assert case.provenance


@contextlib.contextmanager
def _opened() -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(_SUITE, folder / "suite.toml")
        (folder / "a.json").write_bytes(b"{}\n")
        yield lambda data: _check(folder, data)


_CASE = b"""[[case]]
id = "a"
title = "A"
rules = ["wire 1"]
provenance = "choice"
"""

TARGET = Target(
    about="golden cases: a checked suite, or an error that names the file",
    opened=_opened,
    covers=("cpanel_emu.testing.loading", "cpanel_emu.testing.schema"),
    words=(
        b"[[case]]\n",
        b"[defaults]\n",
        b'id = "a"\n',
        b'title = "A"\n',
        b'rules = ["wire 1"]\n',
        b'provenance = "choice"\n',
        b"[case.call]\n",
        b"[case.request]\n",
        b"[case.answer]\n",
        b"[case.raw]\n",
        b"[[case.step]]\n",
        b'module = "SSL"\n',
        b'func = "gencsr"\n',
        b'json = "a.json"\n',
        b'path = "/"\n',
        b"[case.setup]\n",
        b'files = { a = "../../x" }\n',
        b'repeat = { a = { text = "b", times = 3 } }\n',
    ),
    seeds=(
        _CASE + b'[case.call]\nmodule = "SSL"\nfunc = "gencsr"\n[case.answer]\njson = "a.json"\n',
        _CASE + b'[case.request]\npath = "/"\n[case.answer]\nstatus = 404\ncontains = ["a"]\n',
        _CASE + b'[case.raw]\nparts = ["a.json"]\n',
    ),
)
