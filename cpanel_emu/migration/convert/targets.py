"""The two ways away from tags: what a page is called there, and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from cpanel_emu.liveapi.pages import converted_name
from cpanel_emu.migration.convert.doubts import Doubts
from cpanel_emu.migration.convert.livephp import HELPER, to_livephp
from cpanel_emu.migration.convert.toolkit import template_name, to_toolkit
from cpanel_emu.migration.convert.uapi import UapiCalls
from cpanel_emu.tags.tree import Document


class PageWriter(Protocol):
    """Writes the new page's source from the old one's tree, its doubts and its line end."""

    def __call__(
        self,
        document: Document,
        doubts: Doubts,
        line_end: str,
        calls: UapiCalls | None = None,
        /,
    ) -> str:
        """Return the source; without *calls* every call keeps its API."""
        ...


@dataclass(frozen=True, slots=True)
class Target:
    """One way: ``name`` as in ``--to``."""

    name: str
    title: str
    new_name: Callable[[str], str]
    """The path of the page that a tag page becomes."""
    page: PageWriter
    helpers: Mapping[str, Path] = field(default_factory=dict)
    """Files that converted pages need in the theme's folder, and where they lie."""


LIVEPHP = Target(
    "livephp",
    "LivePHP",
    converted_name,
    to_livephp,
    {HELPER: Path(__file__).with_name(HELPER)},
)

TEMPLATE_TOOLKIT = Target("tt", "Template Toolkit", template_name, to_toolkit)

TARGETS = {target.name: target for target in (LIVEPHP, TEMPLATE_TOOLKIT)}
"""Every target by its name."""
