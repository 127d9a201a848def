"""``cpanel-emu link``: ``cpapi2`` at the paths of a real server (``liveapi_cli §2.1``)."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import click

from cpanel_emu.errors import EmulatorError

_PROGRAMS = ("cpapi1", "cpapi2", "uapi")
_PLACES = ("usr/local/cpanel/bin", "usr/bin")


class LinkError(EmulatorError):
    """A link cannot be made or removed; the text says why and names the mend."""


@click.command(short_help="Put cpapi2, cpapi1 and uapi where scripts look for them.")
@click.option(
    "--prefix",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("/"),
    show_default=True,
    help="The folder that stands for the root of the file system.",
)
@click.option("--remove", is_flag=True, help="Remove the links instead.")
def link(prefix: Path, remove: bool) -> None:
    """Make cpapi2, cpapi1 and uapi answer at the paths that scripts know.

    These are /usr/local/cpanel/bin/cpapi2 and /usr/bin/cpapi2, and the same for the other two. A
    file that is there already is left alone, and then nothing is linked.

    Examples:
      sudo cpanel-emu link
      cpanel-emu link --prefix /srv/jail
      cpanel-emu link --prefix /srv/jail --remove
    """
    links = list(_links(prefix.absolute(), _program_folder()))
    change = _remove if remove else _make
    try:
        for path in change(links):
            click.echo(path)
    except OSError as error:
        raise LinkError(
            f"Cannot change {error.filename}: {error.strerror}. "
            "Run it as a user who may, or give --prefix."
        ) from None


def _program_folder() -> Path:
    """Return the folder that the programs are installed in.

    Raises:
        LinkError: they are not.
    """
    folders = (Path(sys.argv[0]).resolve().parent, Path(sysconfig.get_path("scripts")))
    for folder in folders:
        if all((folder / program).is_file() for program in _PROGRAMS):
            return folder
    raise LinkError("cpapi1, cpapi2 and uapi are not installed; install cpanel-emu with pip.")


def _links(prefix: Path, programs: Path) -> Iterator[tuple[Path, Path]]:
    """Yield the path of each link and what it leads to."""
    for place in _PLACES:
        for program in _PROGRAMS:
            path, target = prefix / place / program, programs / program
            # The programs may be installed in one of the places themselves.
            if path.parent.resolve() != target.parent:
                yield path, target


def _make(links: list[tuple[Path, Path]]) -> Iterator[Path]:
    """Make the links that are missing and yield all; none is made if a file is in the way."""
    for path, target in links:
        if _is_there(path) and not _is_ours(path, target):
            raise LinkError(f"{path} is there and is no link to {target}; remove it first.")
    for path, target in links:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not _is_there(path):
            path.symlink_to(target)
        yield path


def _remove(links: list[tuple[Path, Path]]) -> Iterator[Path]:
    """Remove the links that are ours, and yield them."""
    for path, target in links:
        if _is_ours(path, target):
            path.unlink()
            yield path


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _is_ours(path: Path, target: Path) -> bool:
    return path.is_symlink() and path.readlink() == target
