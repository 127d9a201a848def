"""Faults that are planned from the start (``--faults FILE``)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.toml_file import read_toml


def load_faults(path: Path) -> list[Mapping[str, object]]:
    """Read a TOML file with a table ``[[faults]]`` for each fault.

    Raises:
        ConfigurationError: it cannot be read, or has something else in it.
    """
    document = read_toml(path)
    faults = document.get("faults", [])
    if set(document) - {"faults"} or not isinstance(faults, list):
        raise ConfigurationError(f"{path}: write a table [[faults]] for each fault, nothing else.")
    if not all(isinstance(fault, dict) for fault in faults):
        raise ConfigurationError(f"{path}: write each fault as a table [[faults]].")
    return faults
