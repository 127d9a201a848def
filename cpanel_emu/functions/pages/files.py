"""API 2 module Fileman: what lies in the account's home directory."""

from __future__ import annotations

import os
import posixpath
import stat
from itertools import islice
from pathlib import Path

from cpanel_emu.call import Api, Arguments, Result, Row, Rows
from cpanel_emu.errors import Failure
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function
from cpanel_emu.own_folder import OwnFolder

MOST = 10_000
"""Entries of one answer."""

_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def listfiles(context: Context, arguments: Arguments) -> Result:
    """Return what lies in the folder ``dir``, by name; without it, in the home directory.

    ``dir`` starts at the home directory or at ``/home/<user>``. ``showdotfiles=1`` shows names
    that begin with a dot, ``types`` (``dir``, ``file``, separated by ``|``) leaves others out.
    What is neither folder nor file, symbolic links among it, is never shown.

    Raises:
        Failure: there is no such folder, or it lies outside the home directory.
    """
    home = f"/home/{context.account.user}"
    shown = posixpath.normpath(posixpath.join(home, arguments.get("dir")))
    folder = _real_folder(context, home, shown)
    if folder is None:
        raise Failure("There is no such folder in the home directory.")
    dots = arguments.get("showdotfiles") not in {"", "0"}
    types = {name.strip() for name in arguments.get("types").split("|") if name.strip()}
    try:
        with folder.opened() as handle, os.scandir(handle) as entries:
            found = sorted(islice(entries, MOST), key=lambda entry: entry.name)
            rows = [_row(entry, shown) for entry in found if dots or entry.name[0] != "."]
    except OSError:
        raise Failure("The folder cannot be read.") from None
    return Rows([row for row in rows if row is not None and (not types or row["type"] in types)])


def _real_folder(context: Context, home: str, shown: str) -> OwnFolder | None:
    """Return the folder that pages know as *shown*; None if it is none of the account's."""
    if "\0" in shown or (shown != home and not shown.startswith(f"{home}/")):
        return None
    real_home = Path(os.path.realpath(context.home))
    try:
        real = Path(os.path.realpath(os.path.join(real_home, shown[len(home) + 1 :])))  # noqa: PTH118
        inside = real.is_relative_to(real_home) and (real.is_dir() or real == real_home)
    except (OSError, ValueError):  # no file system takes such a name
        return None
    # Opened name by name, links refused: it may be exchanged meanwhile.
    return OwnFolder(real_home, *real.relative_to(real_home).parts) if inside else None


def _row(entry: os.DirEntry[str], folder: str) -> Row | None:
    try:
        status = entry.stat(follow_symlinks=False)
    except OSError:  # it has just gone
        return None
    kind = {stat.S_IFDIR: "dir", stat.S_IFREG: "file"}.get(stat.S_IFMT(status.st_mode))
    if kind is None:
        return None
    name = os.fsencode(entry.name).decode("utf-8", "replace")
    mode = stat.S_IMODE(status.st_mode)
    return {
        "file": name,
        "fullpath": f"{folder}/{name}",
        "humansize": _human_size(status.st_size),
        "mode": status.st_mode,
        "mtime": int(status.st_mtime),
        "nicemode": f"{mode:04o}",
        "path": folder,
        "size": status.st_size,
        "type": kind,
    }


def _human_size(size: int) -> str:
    power = min((max(size, 1).bit_length() - 1) // 10, len(_UNITS) - 1)
    number = f"{size / 1024**power:.2f}".rstrip("0").rstrip(".")
    return f"{number} {_UNITS[power]}"


FUNCTIONS = (Function(Api.API2, "Fileman", "listfiles", listfiles),)
"""The function that only looks; none of the module's writes."""
