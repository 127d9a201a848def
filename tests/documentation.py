"""Finds the examples of the manual, and runs its commands as a reader would.

In a ``console`` block a line that begins with ``$`` is a command, lines that begin with ``>``
continue it, and what follows is its exact output; ``...`` stands for anything.
"""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.requirements import (
    NODE_CLIENTS,
    require_node_package,
    require_perl_module,
    require_program,
)

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "docs" / "examples"
PAGES = [ROOT / "README.rst", *sorted((ROOT / "docs").glob("*.rst"))]

_BLOCK = re.compile(r"(?P<indent> *)\.\. code-block:: (?P<language>\w+)\n")
_PROGRAMS = ("curl", "node", "openssl", "perl", "php")
_PAGES = {".live.php": "php", ".live.pl": "perl"}
"""What runs a page that a command names."""


@dataclass(frozen=True)
class Block:
    """A code block of a page: where it begins, its language, its text without indentation."""

    page: Path
    line: int
    language: str
    text: str


@dataclass(frozen=True)
class Command:
    """A shell command of a ``console`` block with the output it must have."""

    text: str
    output: str


def blocks(page: Path, language: str) -> Iterator[Block]:
    """Yield the code blocks of *page* in *language*, in order."""
    lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        start = _BLOCK.fullmatch(line)
        if start is not None and start["language"] == language:
            text = "".join(_indented(lines[number:], len(start["indent"])))
            yield Block(page, number, language, textwrap.dedent(text).strip("\n") + "\n")


def _indented(lines: list[str], indent: int) -> Iterator[str]:
    for line in lines:
        if line.strip() and len(line) - len(line.lstrip(" ")) <= indent:
            return
        yield line


def commands(block: Block) -> list[Command]:
    """Return the commands of a ``console`` block."""
    found: list[Command] = []
    for line in block.text.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append(Command(line[2:], ""))
        elif line.startswith("> ") and not found[-1].output:
            found[-1] = Command(found[-1].text + line[2:], "")
        else:
            found[-1] = Command(found[-1].text, found[-1].output + line)
    return found


@dataclass(frozen=True)
class Reader:
    """A person at a shell: a folder with the examples, and a server on other ports."""

    folder: Path
    root: Path
    ports: Mapping[int, int]
    """From the port that the manual prints to the one that answers."""

    def settle(self) -> None:
        """Copy the examples into the folder, with the ports that answer."""
        self.folder.mkdir()
        for path in filter(Path.is_file, EXAMPLES.iterdir()):
            text = path.read_text(encoding="utf-8")
            (self.folder / path.name).write_text(self._here(text), encoding="utf-8")
        shutil.copytree(EXAMPLES / "golden", self.folder / "golden")

    def run(self, command: Command) -> str:
        """Run *command* and return its output, ended by LF; its errors go to the test's."""
        for program in _PROGRAMS:
            if re.search(rf"(^|\| *){program} ", command.text, re.MULTILINE):
                require_program(program)
        for suffix, program in _PAGES.items():
            if suffix in command.text:
                require_program(program)
        if ".html.tt" in command.text:
            require_perl_module("Template")
        if "node " in command.text:
            require_node_package("cpanel-lib")
        done = subprocess.run(
            ["sh", "-c", self._here(command.text)],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        return done.stdout if done.stdout.endswith("\n") or not done.stdout else done.stdout + "\n"

    def _here(self, text: str) -> str:
        return re.sub(r"\b208[2367]\b", lambda port: str(self.ports[int(port[0])]), text)

    def _environment(self) -> dict[str, str]:
        own = str(Path(sys.executable).parent)
        return {
            **os.environ,
            "PATH": os.pathsep.join([own, os.environ["PATH"]]),
            "HOME": str(self.folder),
            "NODE_PATH": str(NODE_CLIENTS / "node_modules"),
            "CPANEL_EMU_ROOT": str(self.root),
        }


def difference(expected: str, got: str) -> str:
    """Return ``""`` if *got* is as printed in the manual, else how it differs."""
    checker = doctest.OutputChecker()
    options = doctest.ELLIPSIS | doctest.REPORT_NDIFF
    if checker.check_output(expected, got, options):
        return ""
    return checker.output_difference(doctest.Example("", expected), got, options)
