"""The file of a Unix socket: made for its owner only, replaced when stale, removed at the end."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from cpanel_emu.errors import EmulatorError

LONGEST_PATH = 107 if sys.platform == "linux" else 103
"""Bytes that the path of a socket may have; systems fix it, whatever files may have."""

_MODE = 0o600
_WAITING = 128
_ROOM_FOR_NAMES = 40
"""Bytes for the names of a private folder and of the socket in it."""


class SocketFileError(EmulatorError):
    """A socket cannot be made where it should be; the text says why."""


class SocketInUse(SocketFileError):
    """Another server listens there."""


def fits(path: Path) -> bool:
    """Whether a socket can have this path."""
    return len(os.fsencode(path)) <= LONGEST_PATH


def short_temporary_place() -> Path:
    """Return the folder for temporary files, or another one if a socket's path needs that."""
    usual = tempfile.gettempdir()
    is_short = len(os.fsencode(usual)) + _ROOM_FOR_NAMES <= LONGEST_PATH
    return Path(usual if is_short else "/tmp")  # noqa: S108  (callers make folders of their own)


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """Lend a new folder, for its owner only, whose path is short enough for a socket's."""
    place = short_temporary_place()
    with tempfile.TemporaryDirectory(prefix="cpanel-emu-", dir=place) as folder:
        yield Path(folder)


class SocketFile:
    """A listening Unix stream socket at *path*, from `open` to `close`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._identity: tuple[int, int] | None = None

    def open(self) -> socket.socket:
        """Make the folders that are missing, take the place of a stale socket, and listen.

        Raises:
            SocketFileError: the path is too long for a socket, cannot be written, holds another
                kind of file, or a server listens on it.
        """
        if not fits(self.path):
            raise SocketFileError(
                f"The path of the LiveAPI socket {self.path} is too long: a socket's has at most "
                f"{LONGEST_PATH} bytes. Give --liveapi a shorter one."
            )
        with contextlib.ExitStack() as undo:
            self._listener = undo.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            try:
                self._listen()
            except OSError as error:
                reason = error.strerror or error
                text = f"Cannot make the LiveAPI socket {self.path}: {reason}."
                raise SocketFileError(text) from None
            undo.pop_all()
        return self._listener

    def close(self) -> None:
        """Stop listening and remove the file, unless another server's has taken its place."""
        self._listener.close()
        # On a disk that is read-only by now the file stays; the next start takes its place.
        with contextlib.suppress(OSError):
            if self._identity == _identity(self.path):
                self.path.unlink()

    def _listen(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._remove_stale()
        # On Linux the file takes the descriptor's mode, so it is never open to others.
        os.fchmod(self._listener.fileno(), _MODE)
        self._listener.bind(os.fspath(self.path))
        self.path.chmod(_MODE)
        self._identity = _identity(self.path)
        self._listener.listen(_WAITING)

    def _remove_stale(self) -> None:
        try:
            mode = self.path.lstat().st_mode
        except FileNotFoundError:
            return
        if not stat.S_ISSOCK(mode):
            raise SocketFileError(f"{self.path} is in the way: it is no socket.")
        if _is_listened_on(self.path):
            raise SocketInUse(f"Another server listens on the LiveAPI socket {self.path}.")
        self.path.unlink()


def _identity(path: Path) -> tuple[int, int]:
    status = path.lstat()
    return status.st_dev, status.st_ino


def _is_listened_on(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(os.fspath(path))
        except ConnectionRefusedError:
            return False
    return True
