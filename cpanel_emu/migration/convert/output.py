"""Writing a converted theme: nothing is overwritten, no file is ever half written."""

from __future__ import annotations

import contextlib
import difflib
import filecmp
import os
import secrets
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from cpanel_emu.errors import ConfigurationError, EmulatorError
from cpanel_emu.migration.convert.plan import NewFile
from cpanel_emu.tags import decode, encode


class OutputError(EmulatorError):
    """The output folder cannot be written."""


def check_folders(theme: Path, out: Path) -> None:
    """Make sure that *theme* and *out* are two folders, none in the other.

    Raises:
        ConfigurationError: they are not.
    """
    old, new = Path(os.path.realpath(theme)), Path(os.path.realpath(out))
    if new.is_relative_to(old) or old.is_relative_to(new):
        raise ConfigurationError(
            f"{out} and {theme} lie in each other; choose an output folder outside the theme."
        )
    if new.exists() and not new.is_dir():
        raise ConfigurationError(f"{out} is no folder; choose another one.")


def conflicts(files: Iterable[NewFile], out: Path) -> list[str]:
    """Return the paths that exist in *out* and would be changed."""
    return [file.path for file in files if _differs(file, out / file.path)]


def write(files: Iterable[NewFile], out: Path) -> None:
    """Write each of *files* that is not there yet; each appears whole or not at all.

    Raises:
        OutputError: a file or folder cannot be written.
    """
    for file in files:
        place = out / file.path
        try:
            if not os.path.lexists(place):
                place.parent.mkdir(parents=True, exist_ok=True)
                _write(file, place)
        except OSError as error:
            raise OutputError(f"{place} cannot be written: {error.strerror}.") from None


def difference(file: NewFile) -> Iterator[bytes]:
    """Yield a unified diff from the old page to the new one, line by line."""
    assert file.content is not None, "a copy has no difference"
    old, new = (
        decode(content).splitlines(keepends=True)
        for content in (file.source.read_bytes(), file.content)
    )
    for line in difflib.unified_diff(old, new, file.old_path, file.path):
        ended = line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        yield encode(ended)


def _differs(file: NewFile, place: Path) -> bool:
    if not os.path.lexists(place):
        return False
    if not place.is_file():
        return True
    try:
        if file.content is None:
            return not filecmp.cmp(file.source, place, shallow=False)
        return place.read_bytes() != file.content
    except OSError:
        return True


def _write(file: NewFile, place: Path) -> None:
    # The name is known before the file is there: an interrupt at any moment takes it away.
    unfinished = place.with_name(f".cpanel-emu-{secrets.token_hex(8)}")
    try:
        with unfinished.open("xb") as written:
            if file.content is None:
                with file.source.open("rb") as source:
                    shutil.copyfileobj(source, written)
            else:
                written.write(file.content)
            os.fchmod(written.fileno(), file.source.stat().st_mode & 0o777)
        unfinished.replace(place)
    except BaseException:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        raise
