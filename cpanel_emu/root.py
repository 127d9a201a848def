"""The directory that holds the emulated server, and the only ways to write into it.

Paths follow a real server where it has a place for the thing: ``<root>/home/<user>``,
``<root>/var/cpanel/users/<user>``. Directories are made with mode 0700 and files with 0600,
because keys and passwords lie there.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cpanel_emu.errors import ConfigurationError, StoreError
from cpanel_emu.suggest import shown

_SETTLED = 100_000_000
"""Nanoseconds after which a second change surely gets another time stamp than the first."""
TEMPORARY_PREFIX = ".writing-"
"""How the name of a file begins that is not yet complete; readers skip such names."""


@dataclass(frozen=True, slots=True)
class Root:
    """The root directory; make one with `Root.create`.

    ``path`` is absolute and free of symbolic links. The properties are pure: they make nothing.
    """

    path: Path
    fsync: bool = False
    """Whether what is written shall survive a loss of power."""

    @classmethod
    def create(cls, path: Path, *, fsync: bool = False) -> Root:
        """Return the root at *path*, made with mode 0700 if it is not there.

        Raises:
            ConfigurationError: *path* is the root of the whole file system.
            StoreError: it cannot be made, or is no directory.
        """
        if "\0" in str(path):
            raise ConfigurationError(f"The root {shown(path)} is no path; give another --root.")
        real = Path(os.path.realpath(path))
        if real == Path(real.anchor):
            raise ConfigurationError(
                f'The root "{path}" is the root of this machine; give --root a folder of its own.'
            )
        _make_directories(real, fsync=fsync)
        return cls(real, fsync)

    def check_writable(self) -> None:
        """Check that files can be made below the root.

        A disk that is full counts as writable: what is there can be read, and it may have room
        again at any time.

        Raises:
            StoreError: nothing can be written, as on a read-only disk; the text names the mend.
        """
        # Path.is_dir would raise where folders of another user are in the way.
        folder = self.users.parent if os.path.isdir(self.users) else self.path  # noqa: PTH112
        probe = folder / f"{TEMPORARY_PREFIX}{os.urandom(8).hex()}"
        try:
            _write_new(str(probe), b"", 0o600, fsync=False, folder=None)
            probe.unlink()
        except OSError as error:
            if error.errno in {errno.EROFS, errno.EACCES, errno.EPERM}:
                raise StoreError(
                    f"Nothing can be written below {shown(self.path)}: {error.strerror}. "
                    "Make it writable, or give another --root."
                ) from error

    @property
    def homes(self) -> Path:
        """The folder of all home directories."""
        return self.path / "home"

    @property
    def users(self) -> Path:
        """The folder with one file for each account."""
        return self.path / "var" / "cpanel" / "users"

    @property
    def server_file(self) -> Path:
        """What belongs to the server and not to an account; present once the root is seeded."""
        return self.path / "var" / "cpanel" / "server.json"

    @property
    def sessions(self) -> Path:
        """The folder with one file for each login session."""
        return self.path / "var" / "cpanel" / "sessions"

    @property
    def tls(self) -> Path:
        """The folder of the certificate and the key that the TLS ports show."""
        return self.path / "var" / "cpanel" / "ssl"

    @property
    def locks(self) -> Path:
        """The folder of lock files (`Root.lock`)."""
        return self.path / "var" / "cpanel" / "locks"

    @property
    def local_cpanel(self) -> Path:
        """What pages and scripts know as ``/usr/local/cpanel``."""
        return self.path / "usr" / "local" / "cpanel"

    @property
    def liveapi_socket(self) -> Path:
        """The standing LiveAPI socket, unless an option moves it."""
        return self.path / "liveapi.sock"

    @property
    def config_file(self) -> Path:
        """The TOML file that is read when ``--config`` names none."""
        return self.path / "cpanel-emu.toml"

    def home(self, user: str) -> Path:
        """Return the home directory of the account *user*, which need not exist.

        Raises:
            StoreError: *user* is no plain file name.
        """
        return self.below("home", user)

    def below(self, *names: str) -> Path:
        """Return the path that leads from the root through *names*, one folder after the other.

        Raises:
            StoreError: one of them is no plain file name, such as ``..`` or ``a/b``.
        """
        for name in names:
            if not is_plain_name(name):
                raise StoreError(f"{shown(name)} cannot be the name of a file below the root.")
        return self.path.joinpath(*names)

    def inside(self, path: Path) -> Path:
        """Return *path* with its symbolic links followed; what does not exist yet stays as named.

        Raises:
            StoreError: it leads out of the root.
        """
        if "\0" not in str(path):
            real = Path(os.path.realpath(self.path / path))
            if real.is_relative_to(self.path):
                return real
        raise StoreError(f"{shown(path)} leads out of the root.")

    def make_directory(self, path: Path) -> Path:
        """Make the directory *path* and what is missing above it, all with mode 0700.

        Returns *path* with its symbolic links followed. One that is there stays as it is.

        Raises:
            StoreError: it leads out of the root, or cannot be made.
        """
        real = self.inside(path)
        _make_directories(real, fsync=self.fsync)
        return real

    def write(self, path: Path, data: bytes) -> None:
        """Put *data* into the file *path* as `write_atomically` does.

        Raises:
            StoreError: the file cannot be written; the old one, if any, is untouched.
        """
        write_atomically(path, data, fsync=self.fsync)

    def remove(self, path: Path) -> None:
        """Remove the file *path*; one that is not there is no error.

        Raises:
            StoreError: it cannot be removed.
        """
        with store_errors("remove", path):
            path.unlink(missing_ok=True)
            if self.fsync and path.parent.exists():
                sync_directory(path.parent)

    @contextlib.contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold the lock called *name* against all threads and processes that use this root.

        Not re-entrant. The end of a process frees what it held.

        Raises:
            StoreError: *name* is no plain file name, or the lock file cannot be made.
        """
        if not is_plain_name(name):
            raise StoreError(f"{shown(name)} cannot be the name of a lock.")
        path = self.locks / f"{name}.lock"
        with store_errors("lock", path):
            handle = self._locked(path)
        try:
            yield
        finally:
            os.close(handle)

    def _locked(self, path: Path) -> int:
        """Return a handle that holds the lock on the file *path*; closing it frees the lock."""
        while True:
            self.make_directory(path.parent)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
            # Whoever empties the root removes the file under those who wait for it; others
            # lock the new file then.
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(handle), path.stat()):
                    return handle
            os.close(handle)


def is_settled(changed: int) -> bool:
    """Whether another change from now on is sure to give a file another time stamp than *changed*.

    *changed* is in epoch nanoseconds. Systems stamp files some hundred times a second: of two
    changes at once the second may not show.
    """
    return time.time_ns() - changed > _SETTLED


def is_plain_name(name: str) -> bool:
    """Whether *name* can name one file in a folder and nothing else."""
    return name not in {"", ".", ".."} and "/" not in name and "\\" not in name and "\0" not in name


def write_atomically(
    path: Path | str,
    data: bytes,
    mode: int = 0o600,
    *,
    fsync: bool = False,
    folder: int | None = None,
) -> None:
    """Put *data* into the file *path*; whoever looks sees the old file or the whole new one.

    Safe against a crash of this process and against other writers: the last one wins. With
    *fsync* the file also survives a loss of power once this function has returned. *folder* is a
    descriptor of the path's folder, if that must not be looked up again (`OwnFolder`).

    Raises:
        StoreError: the file cannot be written; the old one, if any, is untouched.
    """
    # Plain text for paths: a Path costs as much as a system call, and each CSR comes by here.
    text = os.fspath(path)
    name_at = text.rfind("/") + 1
    place = text[:name_at] if folder is None else ""
    temporary, final = f"{place}{TEMPORARY_PREFIX}{os.urandom(8).hex()}", place + text[name_at:]
    try:
        try:
            _write_new(temporary, data, mode, fsync=fsync, folder=folder)
            os.replace(temporary, final, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary, dir_fd=folder)
            raise
        if fsync:
            sync_directory(Path(text).parent if folder is None else folder)
    except OSError as error:
        raise _store_error("write", text, error) from error


@contextlib.contextmanager
def store_errors(action: str, path: Path) -> Iterator[None]:
    """Turn an `OSError` in the block into a `StoreError` that says: cannot *action* *path*."""
    try:
        yield
    except OSError as error:
        raise _store_error(action, path, error) from error


def _store_error(action: str, path: Path | str, error: OSError) -> StoreError:
    reason = error.strerror or str(error) or type(error).__name__
    return StoreError(f"Cannot {action} {shown(Path(path))}: {reason}.")


def _make_directories(path: Path, *, fsync: bool) -> None:
    with store_errors("make the directory", path):
        make_private_directory(path, fsync=fsync)


def make_private_directory(path: Path, *, fsync: bool = False) -> None:
    """Make the directory *path* and what is missing above it, all with mode 0700.

    Raises:
        OSError: it cannot be made.
    """
    # Path.mkdir(parents=True) would give the parents the permissive default mode.
    try:
        _make_private_directory(path, fsync=fsync)
    except FileNotFoundError:
        if path == path.parent:
            raise
        make_private_directory(path.parent, fsync=fsync)
        # Once: some places, such as /proc, take no directory and say that this one is missing.
        _make_private_directory(path, fsync=fsync)


def _make_private_directory(path: Path, *, fsync: bool) -> None:
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        if not path.is_dir():
            raise
    else:
        if fsync:
            sync_directory(path.parent)


def write_new(name: str, data: bytes, *, fsync: bool, folder: int) -> None:
    """Make the file *name* in the folder with the descriptor *folder*, with mode 0600.

    What a crash in the middle leaves is the caller's to remove.

    Raises:
        FileExistsError: there is one.
        OSError: it cannot be written.
    """
    _write_new(name, data, 0o600, fsync=fsync, folder=folder)
    if fsync:
        sync_directory(folder)


def _write_new(path: str, data: bytes, mode: int, *, fsync: bool, folder: int | None) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    handle = os.open(path, flags, mode, dir_fd=folder)
    try:
        written = os.write(handle, data)
        while written < len(data):
            written += os.write(handle, data[written:])
        if fsync:
            os.fsync(handle)
    finally:
        os.close(handle)


def sync_directory(folder: Path | int) -> None:
    """Let the names in *folder*, a path or a descriptor, survive a loss of power."""
    if isinstance(folder, int):
        os.fsync(folder)
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
