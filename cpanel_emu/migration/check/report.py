"""What a theme uses and what is wrong in it: the sum of all files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from cpanel_emu.migration.check.facts import FileFacts, FunctionName
from cpanel_emu.migration.check.findings import Finding, Level
from cpanel_emu.migration.check.including import Inclusion
from cpanel_emu.migration.check.known import Use
from cpanel_emu.migration.pages import FileKind, Skipped
from cpanel_emu.migration.successors import Successor

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Usage:
    """How often something is used, and in how many files."""

    uses: int
    files: int


@dataclass(frozen=True, slots=True)
class FunctionUsage:
    """A function that pages call; ``row`` is what is known of its successor."""

    name: FunctionName
    use: Use
    usage: Usage
    row: Successor | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that ``theme check`` found; the same for the same folder, on every machine."""

    theme: str
    """The folder, as it was named."""
    files: tuple[FileFacts, ...]
    """Files with tags and pages without, in the order of their paths."""
    live_pages: int
    other_files: int
    kinds: Mapping[str, Usage]
    """By the word that tags are counted by; the most used first."""
    functions: tuple[FunctionUsage, ...]
    """The unknown ones first, then by uses."""
    variables: Mapping[tuple[str, str], Usage]
    """By name and key; by name."""
    features: Mapping[str, Usage]
    texts: Mapping[str, Usage]
    """Language keys by key."""
    inclusions: tuple[Inclusion, ...]
    findings: tuple[Finding, ...]
    """By file and place."""
    skipped: tuple[Skipped, ...]

    @property
    def pages(self) -> int:
        """How many files are pages, or parts of pages that hold tags."""
        return sum(file.kind is not FileKind.LANGUAGE for file in self.files)

    @property
    def tags(self) -> int:
        """How many tags there are."""
        return sum(len(file.tags) for file in self.files)

    def count(self, level: Level) -> int:
        """Return how many findings are of a level."""
        return sum(finding.level is level for finding in self.findings)

    def unknown(self) -> list[FunctionUsage]:
        """Return the functions that the emulator does not have."""
        return [one for one in self.functions if one.use is Use.UNKNOWN]


def usages(counters: Iterable[Mapping[_Key, int]]) -> dict[_Key, Usage]:
    """Return the sum of what each file counted, in no special order."""
    uses: Counter[_Key] = Counter()
    files: Counter[_Key] = Counter()
    for counter in counters:
        for key, count in counter.items():
            uses[key] += count
            files[key] += 1
    return {key: Usage(count, files[key]) for key, count in uses.items()}
