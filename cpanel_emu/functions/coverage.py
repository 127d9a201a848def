"""What is emulated: every known function × way in × release, from the registry itself."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from cpanel_emu.call import Api
from cpanel_emu.functions.registry import Function, Status
from cpanel_emu.releases import Release

UNKNOWN = "unknown"
"""The word for a function that a release does not know through a way in."""

API_NAMES = {Api.API2: "API 2", Api.API1: "API 1", Api.UAPI: "UAPI"}
"""What people call the families, in the order of the tables."""


class Way(enum.Enum):
    """A way in; the value is its letter in the tables."""

    JSON = "J"
    XML = "X"
    WHM = "W"
    EXECUTE = "E"
    TAG = "T"
    LIVEAPI = "L"
    COMMAND = "C"

    @property
    def title(self) -> str:
        """What it is, for people."""
        return _TITLES[self]


_TITLES = {
    Way.JSON: "/json-api/cpanel on the cPanel ports",
    Way.XML: "/xml-api/cpanel",
    Way.WHM: "the same on the WHM ports, with the account's name",
    Way.EXECUTE: "/execute/",
    Way.TAG: "tags of theme pages",
    Way.LIVEAPI: "the LiveAPI socket",
    Way.COMMAND: "cpapi2, cpapi1, uapi",
}
_OPEN: dict[Way, Callable[[Api, Release], bool]] = {
    Way.JSON: lambda _api, _release: True,
    Way.XML: lambda _api, release: release.xml,
    Way.WHM: lambda _api, _release: True,
    Way.EXECUTE: lambda api, _release: api is Api.UAPI,
    Way.TAG: lambda api, release: release.tags and api is not Api.UAPI,
    Way.LIVEAPI: lambda _api, _release: True,
    Way.COMMAND: lambda _api, release: release.command_line,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """How far one function is emulated through one way in, in one release."""

    function: Function
    way: Way
    release: Release
    status: Status | None
    """None: the release does not know the function there."""

    @property
    def word(self) -> str:
        """``implemented``, ``stubbed`` or ``unknown``."""
        return UNKNOWN if self.status is None else self.status.value


def status_of(function: Function, way: Way, release: Release) -> Status | None:
    """Return how far *function* is emulated there, None if it is unknown."""
    if function.api is Api.UAPI and not release.uapi:
        return None
    return function.status if _OPEN[way](function.api, release) else None


def coverage(functions: Iterable[Function], releases: Iterable[Release]) -> Iterator[Entry]:
    """Yield an entry for every function × way in × release, by family, module and name."""
    for function, way, release in product(_ordered(functions), Way, tuple(releases)):
        yield Entry(function, way, release, status_of(function, way, release))


def _ordered(functions: Iterable[Function]) -> list[Function]:
    families = list(API_NAMES)
    return sorted(functions, key=lambda one: (families.index(one.api), one.module, one.name))


def table(
    functions: Iterable[Function], releases: Sequence[Release]
) -> tuple[list[str], list[list[str]]]:
    """Return the head and the rows of a table with a line for each function.

    A cell holds the letters of the ways through which the release knows the function.
    """
    head = ["family", "function", "status", *(release.name for release in releases)]
    rows = [
        [
            API_NAMES[function.api],
            f"{function.module}::{function.name}",
            function.status.value,
            *(_letters(function, release) for release in releases),
        ]
        for function in _ordered(functions)
    ]
    return head, rows


def _letters(function: Function, release: Release) -> str:
    return "".join(way.value for way in Way if status_of(function, way, release)) or "-"


def text_table(functions: Iterable[Function], releases: Sequence[Release]) -> str:
    """Return the table for a terminal, with what its letters mean."""
    head, rows = table(functions, releases)
    widths = _widths(head, rows)
    lines = [_line(row, widths) for row in (head, ["-" * width for width in widths], *rows)]
    return "\n".join([*lines, "", *_legend("{} {}"), ""])


def rst_table(functions: Iterable[Function], releases: Sequence[Release]) -> str:
    """Return the table as reStructuredText, with what its letters mean."""
    head, rows = table(functions, releases)
    quoted = [[row[0], f"``{row[1]}``", *row[2:]] for row in rows]
    widths = _widths(head, quoted)
    ruler = _line(["=" * width for width in widths], widths)
    lines = [ruler, _line(head, widths), ruler, *(_line(row, widths) for row in quoted), ruler]
    return "\n".join([*_legend("``{}``\n    {}"), "", *lines, ""])


def _legend(form: str) -> list[str]:
    known = [form.format(way.value, way.title) for way in Way]
    return [*known, form.format("-", "unknown: the release has no such function")]


def _widths(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(head, *rows, strict=True)]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    pairs = zip(cells, widths, strict=True)
    return "  ".join(cell.ljust(width) for cell, width in pairs).rstrip()
