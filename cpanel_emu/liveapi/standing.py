"""The standing socket: LiveAPI for programs outside pages (``liveapi_cli §1.1``)."""

from __future__ import annotations

import hashlib
import logging
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from cpanel_emu.liveapi.server import LiveApiServer
from cpanel_emu.liveapi.session import open_standing_session
from cpanel_emu.liveapi.socket_file import (
    SocketFileError,
    SocketInUse,
    fits,
    short_temporary_place,
)
from cpanel_emu.root import Root

if TYPE_CHECKING:
    from cpanel_emu.emulator import Emulator
    from cpanel_emu.liveapi.conversation import Session
    from cpanel_emu.options import Options

_log = logging.getLogger(__name__)


def standing_path(options: Options) -> Path | None:
    """Return where the socket is that *options* ask for, ``None`` if it is off.

    The default place lies in the root, whose path may be longer than a socket's can be; then
    it is in a folder of the user's own among the temporary files, the same for the same root.
    """
    path = options.liveapi
    if path is None or fits(path) or not _is_default(options):
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
    return short_temporary_place() / f"cpanel-emu-{os.getuid()}" / f"{name}.sock"


def _is_default(options: Options) -> bool:
    return options.liveapi == Root(options.root).liveapi_socket


class StandingSocket:
    """Serves programs that connect by themselves, as the one account that options name.

    At the default place the first server of a root serves it for all: another one leaves it to
    that.
    """

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._server: LiveApiServer | None = None

    def open(self) -> None:
        """Listen, unless the socket is off.

        Raises:
            SocketFileError: the socket cannot be made; the text says why.
        """
        options = self._emulator.options
        path = standing_path(options)
        if path is None:
            return
        if path != options.liveapi:
            _make_own_folder(path.parent)
        server = LiveApiServer(path, options.liveapi_user or "", self._session)
        try:
            server.start()
        except SocketInUse as error:
            if not _is_default(options):
                raise
            _log.warning("%s It is left to that.", error)
            return
        self._server = server

    def close(self) -> None:
        """Stop listening; what is asked already is answered."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    def _session(self, account: str) -> Session:
        return open_standing_session(self._emulator, account)


def _make_own_folder(folder: Path) -> None:
    """Make *folder* for this user alone, or see that it is; others may write beside it.

    Raises:
        SocketFileError: it is somebody else's, or open to others.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
    except OSError as error:
        raise SocketFileError(f"Cannot make the folder {folder}: {error.strerror}.") from None
    is_own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
    if not is_own or stat.S_IMODE(status.st_mode) & 0o077:
        raise SocketFileError(
            f"{folder} is not this user's alone; remove it, or give --liveapi a path."
        )
