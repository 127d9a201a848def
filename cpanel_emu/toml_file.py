"""Reads TOML that people write: what is wrong with it is told in one line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.lazy import LazyModule

if TYPE_CHECKING:
    import tomllib
else:
    # Loading it takes longer than the rest of a start, and few roots have a file.
    tomllib = LazyModule("tomllib")


def read_toml(path: Path) -> dict[str, Any]:
    """Return the table in the file *path*.

    Raises:
        ConfigurationError: it cannot be read, or is no TOML.
    """
    try:
        return parse_toml(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path} is no TOML file: {error}.") from error


def parse_toml(text: str, source: str) -> dict[str, Any]:
    """Return the table in *text*.

    Args:
        text: TOML.
        source: what messages call it.

    Raises:
        ConfigurationError: it is none.
    """
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # a number may be too long, a list too deep
        raise ConfigurationError(f"{source} is no TOML file: {error}.") from error
