"""Killing a process at one exact point of what it does to its files.

The process itself is the product's, unchanged: `arm` replaces the functions through which Python
reaches the disk (``os.open``, ``os.write`` …, and the statements of SQLite) by ones that count,
and that end the process with SIGKILL before or after the chosen one. So the program needs no hook.

Run as a program, this is ``cpanel-emu`` or ``cpapi2`` with such a point in ``TORTURE_KILL``:
``python -m torturing.injection serve …``.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VARIABLE = "TORTURE_KILL"
"""``NUMBER:PHASE:FOLDER``: at which event, before or after it, of those that concern FOLDER."""

BEFORE, AFTER, HALF = "before", "after", "half"
PHASES = (BEFORE, AFTER, HALF)
"""Half writes the first half of what is to be written; the same as before for other events."""

_STATEMENTS = ("BEGIN", "COMMIT", "INSERT", "DELETE", "UPDATE", "ROLLBACK")


@dataclass(frozen=True, slots=True)
class Point:
    """The *number*-th event, from 1, of those below *folder*."""

    number: int
    phase: str
    folder: str

    def __str__(self) -> str:
        return f"{self.number}:{self.phase}:{self.folder}"

    @classmethod
    def read(cls, text: str) -> Point:
        """Return the point that was written as *text*."""
        number, phase, folder = text.split(":", 2)
        return cls(int(number), phase, folder)


class Injection:
    """Counts events; ends the process at *point*, if there is one.

    ``events`` are the names of those that were passed, in their order. While ``is_counting`` is
    False, everything passes.
    """

    def __init__(self, point: Point | None, folder: str = "") -> None:
        self._point = point
        self._folder = point.folder if point is not None else folder
        self._count = 0
        self._lock = threading.Lock()
        self._handles: set[int] = set()
        self.is_counting = True
        self.events: list[str] = []

    def pass_through(
        self, name: str, work: Callable[[], Any], half: Callable[[], object] | None = None
    ) -> Any:
        """Do *work*, which is an event called *name*; or end before, after or half-way."""
        if not self.is_counting:
            return work()
        with self._lock:
            self._count += 1
            self.events.append(name)
            is_chosen = self._point is not None and self._count == self._point.number
        if not is_chosen:
            return work()
        assert self._point is not None
        if self._point.phase == AFTER:
            with contextlib.suppress(OSError, sqlite3.Error):
                work()
        elif self._point.phase == HALF and half is not None:
            half()
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("still alive")

    def concerns(self, path: object, folder: int | None = None) -> bool:
        """Whether *path*, relative to the descriptor *folder* if there is one, lies below ours."""
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        above = "" if folder is None else str(Path(f"/proc/self/fd/{folder}").readlink())
        return os.path.join(above, os.fsdecode(path)).startswith(self._folder)  # noqa: PTH118

    def opened(self, handle: int) -> None:
        """Remember that *handle* is a file below the folder, open for writing."""
        self._handles.add(handle)

    def closed(self, handle: int) -> None:
        """Forget *handle*."""
        self._handles.discard(handle)

    def holds(self, handle: int) -> bool:
        """Whether *handle* is a file below the folder."""
        return handle in self._handles


def arm(injection: Injection) -> None:
    """Let *injection* see what this process does to its files from now on."""
    wrappers = {
        **dict.fromkeys(_ON_PATHS, _on_path),
        **dict.fromkeys(_ON_HANDLES, _on_handle),
        "open": _open,
        "close": _close,
    }
    for name, wrap in wrappers.items():
        _replace(os, name, wrap(injection, name, getattr(os, name)))
    _replace(sqlite3, "connect", _connect(injection, sqlite3.connect))


def _replace(module: object, name: str, function: object) -> None:
    setattr(module, name, function)


_ON_PATHS = ("replace", "rename", "unlink", "remove", "link", "mkdir", "rmdir")
_ON_HANDLES = ("write", "pwrite", "fsync", "fdatasync", "ftruncate")


def _on_path(injection: Injection, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(path: object, *more: Any, **named: Any) -> Any:
        folder = named.get("dir_fd", named.get("src_dir_fd"))
        # The single steps of rmtree promise nothing.
        is_step = sys._getframe(1).f_globals["__name__"] == "shutil"
        if is_step or not injection.concerns(path, folder):
            return real(path, *more, **named)
        return injection.pass_through(name, lambda: real(path, *more, **named))

    return call


def _whole(path: object, named: Mapping[str, Any]) -> object:
    """Return *path* as one from the root, if it is one from a folder's descriptor."""
    folder = named.get("dir_fd", named.get("src_dir_fd"))
    if folder is None or not isinstance(path, str | Path):
        return path
    return Path(f"/proc/self/fd/{folder}").readlink() / path


def _on_handle(injection: Injection, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(handle: int, *more: Any) -> Any:
        if not injection.holds(handle):
            return real(handle, *more)
        half = None
        if name in {"write", "pwrite"}:
            data = bytes(more[0])
            half = lambda: real(handle, data[: len(data) // 2], *more[1:])  # noqa: E731
        return injection.pass_through(name, lambda: real(handle, *more), half)

    return call


def _open(injection: Injection, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(path: object, flags: int, *more: Any, **named: Any) -> Any:
        is_written = flags & (os.O_WRONLY | os.O_RDWR)
        if not is_written or not injection.concerns(path, named.get("dir_fd")):
            return real(path, flags, *more, **named)
        handle: int = injection.pass_through(name, lambda: real(path, flags, *more, **named))
        injection.opened(handle)
        return handle

    return call


def _close(injection: Injection, _name: str, real: Callable[..., Any]) -> Callable[..., Any]:
    def call(fd: int) -> None:
        injection.closed(fd)
        real(fd)

    return call


def _connect(
    injection: Injection, real: Callable[..., sqlite3.Connection]
) -> Callable[..., sqlite3.Connection]:
    class Counted(sqlite3.Connection):
        def execute(self, sql: str, *more: Any) -> sqlite3.Cursor:
            word = sql.lstrip().partition(" ")[0].upper()
            if word not in _STATEMENTS:
                return super().execute(sql, *more)
            done: sqlite3.Cursor = injection.pass_through(
                f"sqlite {word}", lambda: super(Counted, self).execute(sql, *more)
            )
            return done

    def connect(path: Any, *more: Any, **named: Any) -> sqlite3.Connection:
        if injection.concerns(path):
            named["factory"] = Counted
        return real(path, *more, **named)

    return connect


def main() -> None:
    """Run ``cpanel-emu``, or the program that the first argument names, up to the point."""
    text = os.environ.pop(VARIABLE, "")
    if text:
        arm(Injection(Point.read(text)))
    # Only now: what is imported before could keep the real functions.
    if sys.argv[1:] and sys.argv[1] in {"cpapi1", "cpapi2", "uapi"}:
        from cpanel_emu.cli import api  # noqa: PLC0415

        sys.argv = sys.argv[1:]
        api.main()
        return
    from cpanel_emu.cli.main import main as cpanel_emu  # noqa: PLC0415

    sys.argv[0] = str(Path("cpanel-emu"))
    cpanel_emu()


if __name__ == "__main__":
    main()
