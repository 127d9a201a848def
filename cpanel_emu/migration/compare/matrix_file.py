"""The file of ``--matrix``: states of a user's own, in TOML (``matrix.schema.json``)."""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cpanel_emu.call import Api, Arguments
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.migration.compare.states import PreparedCall, State, Stored
from cpanel_emu.suggest import unknown
from cpanel_emu.testing.schema import violations
from cpanel_emu.toml_file import read_toml

_SCHEMA = Path(__file__).with_name("matrix.schema.json")
_STORED = {
    "seeded": Stored.SEEDED,
    "nothing": Stored.NOTHING,
    "key": Stored.KEY,
    "request": Stored.REQUEST,
    "certificate": Stored.CERTIFICATE,
    "installed": Stored.INSTALLED,
}


@dataclass(frozen=True, slots=True)
class MatrixFile:
    """What such a file says."""

    built_in: bool = True
    values: Mapping[str, str] = field(default_factory=dict)
    states: tuple[State, ...] = ()

    def states_of(self, page: str) -> list[State]:
        """Return the states for a page."""
        return [
            state
            for state in self.states
            if not state.pages or any(fnmatch.fnmatchcase(page, glob) for glob in state.pages)
        ]


def read_matrix(path: Path) -> MatrixFile:
    """Read the file at *path*.

    Raises:
        ConfigurationError: it cannot be read, or says something wrong; the text names the mend.
    """
    content = read_toml(path)
    schema = json.loads(_SCHEMA.read_text("utf-8"))
    _require_known(path, content, schema)
    wrong = violations(content, schema)
    if wrong:
        raise ConfigurationError(f"{path}: {wrong[0]}.")
    states = tuple(_state(one) for one in content.get("state", ()))
    names = [state.name for state in states]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ConfigurationError(f'{path}: two states are called "{twice}"; give each a name.')
    return MatrixFile(content.get("built-in", True), content.get("values", {}), states)


def _require_known(path: Path, content: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Raise for a key that nobody knows, and name the nearest."""
    definitions = schema["$defs"]
    _known(path, "", content, schema["properties"])
    for number, state in enumerate(_tables(content.get("state")), start=1):
        _known(path, f"state {number}: ", state, definitions["state"]["properties"])
        for call in _tables(state.get("prepare")):
            _known(path, f"state {number}, prepare: ", call, definitions["call"]["properties"])


def _tables(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _known(path: Path, place: str, table: Mapping[str, Any], names: Mapping[str, Any]) -> None:
    for name in table:
        if name not in names:
            raise ConfigurationError(f"{path}: {place}{unknown(name, names)}")


def _state(table: Mapping[str, Any]) -> State:
    return State(
        name=table["name"],
        stored=_STORED[table.get("stored", "seeded")],
        form=table.get("form", {}),
        features=table.get("features", {}),
        preferences=table.get("preferences", {}),
        demo=table.get("demo", False),
        reseller=table.get("reseller", False),
        failing=tuple(table.get("failing", ())),
        user=table.get("user", ""),
        prepare=tuple(_call(one) for one in table.get("prepare", ())),
        pages=tuple(table.get("pages", ())),
    )


def _call(table: Mapping[str, Any]) -> PreparedCall:
    given = table.get("arguments", {})
    arguments = (
        Arguments(named=given) if isinstance(given, dict) else Arguments(positional=tuple(given))
    )
    api = Api(str(table.get("api", 2)))
    return PreparedCall(api, table["module"], table["function"], arguments)
