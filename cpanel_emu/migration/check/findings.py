"""What ``theme check`` can find: rules, and findings at a place of a file."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Level(enum.Enum):
    """How bad a finding is; the value is the word of the reports, and SARIF's."""

    ERROR = "error"
    """Unknown or broken: the page does not do what it says. Exit status 1."""
    WARNING = "warning"
    """A person must look at it before the theme is converted."""
    NOTE = "note"
    """Worth knowing; the page works."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding."""

    name: str
    """``unknown-function``: how ``--ignore`` and SARIF call it."""
    citation: str
    """Where the handbook says so: ``tags §1.10``."""
    level: Level
    title: str
    """What is wrong, without the names of the case."""
    mend: str
    """What to do about it, if the finding does not know better."""

    def at(
        self, file: str, place: tuple[int, int], message: str, mend: str = "", citation: str = ""
    ) -> Finding:
        """Return a finding at line and column of *file*; empty texts are the rule's own."""
        return Finding(file, *place, self, message, mend or self.mend, citation or self.citation)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that a file breaks at a place; line and column count from 1."""

    file: str
    line: int
    column: int
    rule: Rule
    message: str
    mend: str
    citation: str
    """The rule of the handbook: that of the rule, or a more exact one."""

    @property
    def level(self) -> Level:
        """How bad it is."""
        return self.rule.level

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """What findings are sorted by: their place."""
        return self.file, self.line, self.column, self.rule.name, self.message
