"""The pages of a theme by their addresses, and what they are written in."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.liveapi.pages import LIVE_SUFFIXES, is_live_page
from cpanel_emu.migration.convert.targets import TARGETS
from cpanel_emu.migration.pages import FileKind, Skipped, ThemeFile, walk
from cpanel_emu.page_files import TEMPLATE_SUFFIX, page_path
from cpanel_emu.tags import processes_tags

_LIVE = ".live.php"
_HELPERS = {name for target in TARGETS.values() for name in target.helpers}
"""Files of converted themes that pages load; they are none themselves."""


def files(theme: Path) -> tuple[list[ThemeFile], tuple[Skipped, ...]]:
    """Return the files of a theme, and what cannot be read.

    Raises:
        ConfigurationError: there is no such theme.
    """
    found = list(walk(theme))
    files = [one for one in found if isinstance(one, ThemeFile)]
    return files, tuple(one for one in found if isinstance(one, Skipped))


def page_name(file: ThemeFile, known: Collection[str]) -> str | None:
    """Return the page that a file answers for, None if it is none.

    Args:
        file: the file.
        known: the files of the old theme; ``a.css.live.php`` is no page if it has an ``a.css``.
    """
    path = file.path
    if path in _HELPERS:
        return None
    if path.endswith(TEMPLATE_SUFFIX):
        page = page_path(path)
        return page if processes_tags(page) else None
    if path.endswith(_LIVE):
        stem = path.removesuffix(_LIVE)
        if processes_tags(stem):
            return stem
        return None if stem in known else f"{stem}.html"
    if is_live_page(path):
        return path
    return path if file.kind is FileKind.PAGE else None


def interpreter(path: str) -> str:
    """Return the program that the file at *path* needs, empty if it needs none."""
    if path.endswith(TEMPLATE_SUFFIX):
        return "Template Toolkit"
    return "PHP" if path.endswith(LIVE_SUFFIXES[:2]) else ""


def require(interpreter: str) -> None:
    """Check that pages can run, before any does.

    Raises:
        ConfigurationError: they cannot; the text names the mend.
    """
    if interpreter == "PHP":
        if not (shutil.which("php-cgi") or shutil.which("php")):
            raise ConfigurationError(
                "A theme has LiveAPI pages, and PHP is not installed; on Debian and Ubuntu: "
                "apt-get install php-cgi."
            )
        return
    perl = shutil.which("perl")
    command = [perl or "perl", "-MTemplate", "-e", "1"]
    if perl is None or subprocess.run(command, capture_output=True, check=False).returncode:  # noqa: S603
        raise ConfigurationError(
            "A theme has pages in Template Toolkit, and Perl's module Template is not installed; "
            "on Debian and Ubuntu: apt-get install libtemplate-perl."
        )
