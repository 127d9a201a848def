"""What a verb writes: files whole or not at all, ``-`` for standard output; colours."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import click

from cpanel_emu.errors import ConfigurationError, EmulatorError
from cpanel_emu.migration.shown import Paint, plain

STANDARD_OUTPUT = "-"


class OutputError(EmulatorError):
    """A file that was asked for cannot be written."""


def _require_place(target: str) -> None:
    """Raise if *target* cannot become a file, before any work is done for it.

    Raises:
        ConfigurationError: its folder does not exist, or it is a folder itself.
    """
    if target == STANDARD_OUTPUT:
        return
    path = Path(target)
    if path.is_dir():
        raise ConfigurationError(f"{target} is a folder; name a file in it.")
    if not path.parent.is_dir():
        raise ConfigurationError(f"{path.parent} is no folder; make it, or name another file.")


def require_places(targets: Mapping[str, str | None], *, as_json: bool) -> None:
    """Raise unless each output has a place of its own.

    Args:
        targets: the files by the options that name them.
        as_json: whether ``--json`` takes standard output.

    Raises:
        ConfigurationError: two of them are to be printed, or one cannot become a file.
    """
    named = [target for target in targets.values() if target is not None]
    if as_json + named.count(STANDARD_OUTPUT) > 1:
        *others, last = (f"{option} -" for option in targets)
        listed = ", ".join(["--json", *others])
        raise ConfigurationError(f"Only one of {listed} and {last} can be printed.")
    for target in named:
        _require_place(target)


def terminal_paint() -> Paint:
    """Return what colours text: nothing, unless a terminal shows it (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or not sys.stdout.isatty():
        return plain
    return lambda text, colour: (
        click.style(text, bold=True) if colour == "bold" else click.style(text, fg=colour)
    )


def write_output(target: str, text: str) -> None:
    """Write *text* as UTF-8 to the file *target*, which has its old content until all is there.

    Raises:
        OutputError: it cannot be written.
    """
    content = text.encode("utf-8")
    if target == STANDARD_OUTPUT:
        click.echo(content, nl=False)
        return
    try:
        _write(Path(target), content)
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror}.") from None


def _write(path: Path, content: bytes) -> None:
    if path.exists() and not path.is_file():  # a pipe or a device
        path.write_bytes(content)
        return
    real = path.resolve()
    descriptor, name = tempfile.mkstemp(prefix=f".{real.name[:32]}.", dir=real.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).chmod(_mode(real))
        Path(name).replace(real)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _mode(path: Path) -> int:
    """Return the mode of the file that is replaced, or that of a new one."""
    with suppress(OSError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
