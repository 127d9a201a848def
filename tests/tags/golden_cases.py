"""Reads the golden pages beside this module; ``golden/README`` tells their form."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.tags.setting import FATAL

FOLDER = Path(__file__).parent / "golden"


class Case(NamedTuple):
    """One golden page; ``warned`` are the rules of its warnings, in order."""

    rule: str
    source: str
    printed: str
    warned: tuple[str, ...] = ()


def read_cases(name: str) -> list[Case]:
    """Return the cases of the file *name*."""
    blocks = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split("\n= ")[1:]
    return [_case(block) for block in blocks]


def _case(block: str) -> Case:
    rule, *lines = block.split("\n")
    written: dict[str, list[str]] = {">": [], "<": [], "!": []}
    for line in lines:
        if line:
            written[line[0]].append(line[2:])
    warned = tuple(f"tags §{each}" for each in " ".join(written["!"]).split())
    printed = "\n".join(written["<"]).replace("{FATAL}", FATAL)
    return Case(rule, "\n".join(written[">"]), printed, warned)
