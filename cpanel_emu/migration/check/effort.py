"""How much of a theme can be converted by rule, and how much takes a person (``tags §9.2``)."""

from __future__ import annotations

import enum
from collections import Counter

from cpanel_emu.migration.check.facts import FileFacts, TagUse
from cpanel_emu.migration.check.findings import Level
from cpanel_emu.migration.check.known import Known
from cpanel_emu.migration.check.report import Report
from cpanel_emu.migration.successors import successors


class Effort(enum.Enum):
    """What the conversion of a tag takes; the value is for people."""

    BY_RULE = "converted by rule"
    """Every tag of its kind becomes the same code."""
    SUCCESSOR = "calls with a UAPI successor"
    """The call can become a UAPI call."""
    OLD_CALL = "calls without a successor"
    """The call can stay an API 1 or API 2 call, for as long as the server has these."""
    BY_HAND = "need a person"
    """A finding says why."""


def effort_of(file: FileFacts, flagged: set[tuple[int, int]]) -> Counter[Effort]:
    """Return how many tags of a file take what; *flagged* are the places that a person must see."""
    return Counter(_effort(tag, flagged) for tag in file.tags)


def _effort(tag: TagUse, flagged: set[tuple[int, int]]) -> Effort:
    if (tag.line, tag.column) in flagged:
        return Effort.BY_HAND
    if tag.function is None or Known.is_part_of_the_tag_system(tag.function):
        return Effort.BY_RULE
    row = successors().of(*tag.function)
    return Effort.SUCCESSOR if row is not None and row.new_module else Effort.OLD_CALL


def efforts(report: Report) -> dict[str, Counter[Effort]]:
    """Return the effort of every file by its path."""
    flagged: dict[str, set[tuple[int, int]]] = {}
    for finding in report.findings:
        if finding.level is not Level.NOTE:
            flagged.setdefault(finding.file, set()).add((finding.line, finding.column))
    return {file.path: effort_of(file, flagged.get(file.path, set())) for file in report.files}


def total(report: Report) -> dict[Effort, int]:
    """Return the effort of the whole theme, every kind of it."""
    summed: Counter[Effort] = Counter()
    for counted in efforts(report).values():
        summed += counted
    return {effort: summed[effort] for effort in Effort}
