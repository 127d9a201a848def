"""What replaces each function of API 2 and API 1 (``tags §9.1``); the data: ``successors.toml``."""

from __future__ import annotations

import enum
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cpanel_emu.call import Api
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.suggest import unknown
from cpanel_emu.toml_file import parse_toml

DATA = Path(__file__).with_name("successors.toml")
"""The file that ships with the package."""


class Standing(enum.Enum):
    """Whether a function has a successor."""

    SUCCESSOR = "successor"
    """There is one."""
    NONE_EXISTS = "none exists"
    """A source says that there is none: the old function stays, or the page loses it."""
    NONE_KNOWN = "none known"
    """No public source names one; somebody has to look for it."""


class Mark(enum.Enum):
    """How sure a row is; the handbook's marks."""

    CONFIRMED = "CONFIRMED"
    LIKELY = "LIKELY"
    CHOICE = "CHOICE"


@dataclass(frozen=True, slots=True)
class Successor:
    """One row: the old function, and what is known of the UAPI function that replaces it."""

    api: Api
    module: str
    function: str
    standing: Standing
    new_module: str = ""
    new_function: str = ""
    """Both are empty unless there is a successor."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """API 2: old name → new name; an argument that is not listed keeps its name."""
    positions: tuple[str, ...] = ()
    """API 1: the new name of each positional argument; empty for one that is dropped."""
    dropped: tuple[str, ...] = ()
    """Old arguments that the successor does not have."""
    required: tuple[str, ...] = ()
    """Arguments that the successor asks for and the old function did not have."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Row member of API 2 → member of the successor's data, where known; names may be the same."""
    data: str = ""
    """API 2: ``rows`` where the successor's data is a list of rows, ``row`` where it is one row;
    empty unless that, the fields and the arguments are known."""
    printed: tuple[str, ...] = ()
    """API 1: the place in the successor's result of what was printed, ``("data", "csr")``, or
    ``("nothing",)``; empty unless that and the arguments are known."""
    same: bool = False
    """Whether a page prints the same with the successor, in any state; a test proves it."""
    notes: str = ""
    source: str = ""
    """A rule of the handbook, or ``public API documentation``."""
    mark: Mark = Mark.LIKELY

    @property
    def old_name(self) -> str:
        """``Module::function``."""
        return f"{self.module}::{self.function}"

    @property
    def is_mapped(self) -> bool:
        """Whether it is known where in the successor's answer the old output is."""
        return bool(self.data or self.printed)

    @property
    def new_name(self) -> str:
        """``Module::function`` of the successor, empty if there is none."""
        return f"{self.new_module}::{self.new_function}" if self.new_module else ""


class Successors(Mapping[tuple[Api, str, str], Successor]):
    """All rows by family, module and function, in the order of the file."""

    def __init__(self, rows: Mapping[tuple[Api, str, str], Successor]) -> None:
        self._rows = rows

    def __getitem__(self, key: tuple[Api, str, str]) -> Successor:
        return self._rows[key]

    def __iter__(self) -> Any:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def of(self, api: Api, module: str, function: str) -> Successor | None:
        """Return the row of a function as a page calls it (rule 1.13); None if there is none."""
        for name in (module, module[:1].upper() + module[1:]):
            row = self._rows.get((api, name, function))
            if row is not None:
                return row
        return None


@functools.cache
def successors() -> Successors:
    """Return the rows that ship with the package; read once."""
    return load(DATA.read_text(encoding="utf-8"))


def load(text: str) -> Successors:
    """Return the rows of a TOML document.

    Raises:
        ConfigurationError: a row is wrong; the text names it and the mend.
    """
    document = parse_toml(text, "successors")
    rows: dict[tuple[Api, str, str], Successor] = {}
    for family, api in (("api2", Api.API2), ("api1", Api.API1)):
        for module, functions in document.get(family, {}).items():
            for function, table in functions.items():
                rows[api, module, function] = _row(api, module, function, table)
    return Successors(rows)


_MEMBERS = frozenset(
    {"successor", "arguments", "positions", "dropped", "required", "fields", "notes"}
    | {"data", "printed", "same", "source", "mark"}
)


def _row(api: Api, module: str, function: str, table: Mapping[str, Any]) -> Successor:
    where = f"successors: {module}::{function}"
    for name in table:
        if name not in _MEMBERS:
            raise ConfigurationError(f"{where}: {unknown(name, sorted(_MEMBERS))}")
    if not table.get("source") or table.get("mark") not in Mark.__members__:
        raise ConfigurationError(
            f"{where}: give a source, and a mark: {', '.join(Mark.__members__)}."
        )
    standing, new = _successor(str(table.get("successor", "")), where)
    if table.get("data", "rows") not in {"rows", "row"}:
        raise ConfigurationError(f'{where}: "data" is rows or row.')
    if ("data" in table or "printed" in table) and not (table.get("same") or table.get("notes")):
        raise ConfigurationError(f'{where}: tell in "notes" how the output may differ.')
    return Successor(
        api,
        module,
        function,
        standing,
        *new,
        arguments=dict(table.get("arguments", {})),
        positions=tuple(table.get("positions", ())),
        dropped=tuple(table.get("dropped", ())),
        required=tuple(table.get("required", ())),
        fields=dict(table.get("fields", {})),
        data=table.get("data", ""),
        printed=tuple(filter(None, table.get("printed", "").split("."))),
        same=table.get("same", False),
        notes=table.get("notes", ""),
        source=table["source"],
        mark=Mark[table["mark"]],
    )


def _successor(text: str, where: str) -> tuple[Standing, tuple[str, str]]:
    module, separator, function = text.partition("::")
    if separator and module and function:
        return Standing.SUCCESSOR, (module, function)
    for standing in (Standing.NONE_EXISTS, Standing.NONE_KNOWN):
        if text == standing.value:
            return standing, ("", "")
    raise ConfigurationError(
        f'{where}: "successor" is Module::function, "none exists" or "none known".'
    )
