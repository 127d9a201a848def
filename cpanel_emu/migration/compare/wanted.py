"""What is to be compared, and how. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cpanel_emu.migration.compare.matrix_file import MatrixFile

DEFAULT_SECONDS = 20.0
"""That one page may take, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be compared, and how."""

    old: Path
    new: Path
    as_html: bool = False
    pages: tuple[str, ...] = ()
    """Patterns; without any, every page."""
    states: tuple[str, ...] = ()
    """Patterns; without any, every state."""
    included: bool = False
    """Whether files that pages include are compared by themselves too."""
    user: str = ""
    matrix: MatrixFile = field(default_factory=MatrixFile)
    jobs: int = 1
    fail_fast: bool = False
    seconds: float = DEFAULT_SECONDS
    """That one page may take."""
    options: Mapping[str, object] = field(default_factory=dict)
    """The emulator's options: seed, stubs, release."""

    @property
    def theme_name(self) -> str:
        """What both themes are called in URLs: the name of the old one's folder."""
        return self.old.resolve().name or "theme"
