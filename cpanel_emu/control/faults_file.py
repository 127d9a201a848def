"""Faults that are planned from the start (``--faults FILE``)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cpanel_emu.errors import ConfigurationError


def load_faults(path: Path) -> list[Mapping[str, object]]:
    """Read a TOML file with a table ``[[faults]]`` for each fault.

    Raises:
        ConfigurationError: it cannot be read, or has something else in it.
    """
    import tomllib  # noqa: PLC0415  (slow to load, and few need it)

    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:  # TOML or UTF-8
        raise ConfigurationError(f"{path} is no TOML file: {error}.") from error
    faults = document.get("faults", [])
    if set(document) - {"faults"} or not isinstance(faults, list):
        raise ConfigurationError(f"{path}: write a table [[faults]] for each fault, nothing else.")
    if not all(isinstance(fault, dict) for fault in faults):
        raise ConfigurationError(f"{path}: write each fault as a table [[faults]].")
    return faults
