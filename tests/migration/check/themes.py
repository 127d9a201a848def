"""Small themes for the tests, written where they are used."""

from __future__ import annotations

from pathlib import Path

from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.migration.check import Known, Report, check_theme

KNOWN = Known.of(REGISTRY)


def theme(folder: Path, **files: str) -> Path:
    """Write the files of a theme; the names are given to `named` first."""
    return named(folder, {f"{name}.html": text for name, text in files.items()})


def named(folder: Path, files: dict[str, str]) -> Path:
    """Write files by their paths."""
    for path, text in files.items():
        full = folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(text.encode("utf-8", "surrogateescape"))
    return folder


def checked(folder: Path, files: dict[str, str], *, ignore: tuple[str, ...] = ()) -> Report:
    """Return the report on a theme of these files."""
    return check_theme(named(folder, files), KNOWN, ignore=ignore)


def found(report: Report) -> list[str]:
    """Return the findings, as ``file:line:column rule``."""
    return [f"{one.file}:{one.line}:{one.column} {one.rule.name}" for one in report.findings]
