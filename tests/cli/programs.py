"""Runs ``cpapi1``, ``cpapi2`` and ``uapi`` as programs of these names."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.documentation import ROOT

PROGRAMS = ("cpapi1", "cpapi2", "uapi")
PATIENCE = 120.0
"""Seconds before a test gives up; no test depends on how long anything took."""


@dataclass(frozen=True)
class Done:
    """What a program wrote, and its exit status."""

    output: str
    errors: str
    status: int


class Shell:
    """A shell whose programs work on one root."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self.root = root
        self.programs = folder / "bin"
        self.programs.mkdir(parents=True)
        for name in PROGRAMS:
            program = self.programs / name
            program.write_text(
                f"#!{sys.executable}\nfrom cpanel_emu.cli.api import main\n\nmain()\n"
            )
            program.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        """The variables of the programs: those of the tests, without options but the root."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("CPANEL_")}
        path = os.pathsep.join([str(self.programs), kept["PATH"]])
        return {**kept, "PATH": path, "PYTHONPATH": str(ROOT), "CPANEL_EMU_ROOT": str(self.root)}

    def run(self, *words: str | bytes, **options: str) -> Done:
        """Run a program with exactly these words; *options* are variables ``CPANEL_EMU_…``."""
        variables = {f"CPANEL_EMU_{name.upper()}": text for name, text in options.items()}
        done = subprocess.run(
            words,
            cwd=self.folder,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        return Done(done.stdout.decode(), done.stderr.decode(), done.returncode)

    def line(self, text: str) -> Done:
        """Have ``sh`` read *text*, as somebody would type it."""
        return self.run("sh", "-c", text)
