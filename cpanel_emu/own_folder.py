"""Folders below an account's home, reached so that no symbolic link leads out of it.

What lies in a home is not the server's alone: pages run as the account, people copy folders. A
link there, in place of a folder or of a key, must not make the server read or write elsewhere.
So a folder is opened name by name from the home on, links refused, and everything in it is done
by way of that descriptor: whoever exchanges a folder meanwhile changes nothing for us.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from cpanel_emu.root import make_private_directory, write_atomically

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""Without waiting: a pipe in place of a file would never open."""

_LARGEST = 64 << 20
"""Bytes; what is larger counts as no file: none of ours is, and a page may have put it there."""


class OwnFolder:
    """The folder of these *names* below *home*, one in the other; it need not exist.

    *home* may be reached by links, but be none. Methods raise `OSError` as the system does; for a
    link `NotADirectoryError`, or one with ``ELOOP``.
    """

    __slots__ = ("_above", "_names", "name", "path")

    def __init__(self, home: Path, *names: str) -> None:
        self.path = home.joinpath(*names)
        self._above = str(home.parent)
        self._names = (home.name, *names)
        self.name = self._names[-1]

    @contextlib.contextmanager
    def opened(self) -> Iterator[int]:
        """Lend a descriptor of the folder."""
        handle = os.open(self._above, _FOLDER & ~os.O_NOFOLLOW)
        try:
            for name in self._names:
                below = os.open(name, _FOLDER, dir_fd=handle)
                os.close(handle)
                handle = below
            yield handle
        finally:
            os.close(handle)

    def make(self, *, fsync: bool = False) -> None:
        """Make the folder and what is missing above it, with mode 0700."""
        make_private_directory(Path(self._above), fsync=fsync)
        handle = os.open(self._above, _FOLDER & ~os.O_NOFOLLOW)
        try:
            for name in self._names:
                with contextlib.suppress(FileExistsError):
                    os.mkdir(name, 0o700, dir_fd=handle)
                    if fsync:
                        os.fsync(handle)
                below = os.open(name, _FOLDER, dir_fd=handle)
                os.close(handle)
                handle = below
        finally:
            os.close(handle)

    def read(self, name: str) -> tuple[bytes, os.stat_result]:
        """Return what the regular file *name* holds, and its status."""
        with self.opened() as folder:
            return _content(name, folder)

    def content(self, name: str) -> bytes | None:
        """Return what the regular file *name* holds, None if it is not there, or a link."""
        try:
            with self.opened() as folder:
                return content_in(folder, name)
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes, *, fsync: bool = False) -> None:
        """Put *data* into the file *name*; see `write_atomically`.

        Raises:
            StoreError: it cannot be written.
        """
        with self.opened() as folder:
            write_atomically(self.path / name, data, fsync=fsync, folder=folder)

    def remove(self, name: str, *, fsync: bool = False) -> bool:
        """Remove the file *name*, or the link in its place; return whether it was there."""
        try:
            with self.opened() as folder:
                os.unlink(name, dir_fd=folder)
                if fsync:
                    os.fsync(folder)
        except FileNotFoundError:
            return False
        return True

    def rename(self, old: str, new: str, *, fsync: bool = False) -> bool:
        """Give the file *old* the name *new*; return whether it was there."""
        try:
            with self.opened() as folder:
                os.replace(old, new, src_dir_fd=folder, dst_dir_fd=folder)
                if fsync:
                    os.fsync(folder)
        except FileNotFoundError:
            return False
        return True

    def names(self) -> list[str]:
        """Return the names of the regular files, in no order; none if there is no folder."""
        try:
            with self.opened() as folder, os.scandir(folder) as entries:
                return [one.name for one in entries if one.is_file(follow_symlinks=False)]
        except FileNotFoundError:
            return []


class HeldFolder:
    """A folder whose descriptor stays open between two uses; for one thread at a time.

    To open it takes eight system calls, to see that its path still leads to it takes one.
    """

    __slots__ = ("_folder", "_handle", "_identity", "_path")

    def __init__(self, folder: OwnFolder) -> None:
        self._folder = folder
        self._path = str(folder.path)
        self._handle: int | None = None
        self._identity: tuple[int, int] | None = None

    def descriptor(self) -> int:
        """Return a descriptor of the folder; it stays good until the next call or `close`.

        Raises:
            OSError: there is no such folder, or a link leads to it.
        """
        status = os.lstat(self._path)
        identity = status.st_dev, status.st_ino
        if self._handle is None or identity != self._identity:
            self.close()
            with self._folder.opened() as handle:
                self._handle = os.dup(handle)
            opened = os.fstat(self._handle)
            self._identity = opened.st_dev, opened.st_ino
        return self._handle

    def close(self) -> None:
        """Close the descriptor; the next use opens another."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def folder_of(path: Path) -> OwnFolder:
    """Return the folder of the file *path*, which lies in a folder of an account's home."""
    return OwnFolder(path.parents[1], path.parent.name)


def content_in(folder: int, name: str) -> bytes | None:
    """Return what the regular file *name* in an opened folder holds; None for no file, or a link.

    Raises:
        OSError: it cannot be read.
    """
    # The usual answer is no, and an exception would cost four times as much.
    if not os.access(name, os.F_OK, dir_fd=folder, follow_symlinks=False):
        return None
    try:
        return _content(name, folder)[0]
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise


def _content(name: str, folder: int) -> tuple[bytes, os.stat_result]:
    handle = os.open(name, _FILE, dir_fd=folder)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            raise FileNotFoundError(f"{name} is no regular file, or too large")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(_LARGEST), status
    finally:
        os.close(handle)
