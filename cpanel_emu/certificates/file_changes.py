"""The files of one change, taken back together if the change is not finished.

Theory of operation: a small file beside the index, the notes, says what the change under way does
to which file, and is written before that is done. What a file held is kept under a temporary name
until the end. The change counts once the index has committed its number. Whoever holds the
account's write lock next finds the notes: if the index does not have that number, the process was
killed, and everything noted is taken back. So a change happens as a whole or not at all.

Notes of a finished change stay where they are until the next one writes over them: the lock is
free by then, and they may be another's already.
"""

from __future__ import annotations

import contextlib
import errno
import os
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from cpanel_emu.own_folder import OwnFolder
from cpanel_emu.root import TEMPORARY_PREFIX, is_plain_name, write_atomically, write_new

_NONE = b"\0"
"""Lines end with what no name of a file can hold, and the notes with an empty line; nothing before
it means that no change is under way."""
_LONGEST_NUMBER = 48
_LONGEST_NAME = 255
"""Octets, on the usual file systems: whoever notes a longer one could never put it back."""


class _Change(NamedTuple):
    """A file that was written or removed, and under which name what it held is kept, if it was."""

    place: OwnFolder
    name: str
    kept: str | None


class FileChanges:
    """Changes files on behalf of the index that holds the write lock; not thread-safe.

    Args:
        notes: the file for the notes.
        folder: the folder that holds the folders of all files that are changed.
        number: returns the number that the index commits with the change under way.
        owner: what the index calls itself among those that use, or used, the same notes.
        fsync: survive a loss of power.

    Raises:
        OSError: the notes cannot be opened.
    """

    def __init__(
        self,
        notes: Path,
        folder: Path,
        number: Callable[[], int],
        *,
        owner: str,
        fsync: bool = False,
    ) -> None:
        self.fsync = fsync
        self._owner = os.fsencode(f"{owner}/")
        self._folder = folder
        self._number = number
        self._end = 0
        self._changes: list[_Change] = []
        self._first = b""
        self._finished = b""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self._file = os.fdopen(os.open(notes, flags, 0o600), "r+b", buffering=0)
        self._notes = self._file.fileno()

    def close(self) -> None:
        """Close the notes; once more does no harm."""
        self._file.close()

    def write(self, place: OwnFolder, name: str, data: bytes) -> None:
        """Put *data* into the file *name* in *place*; whoever looks sees it whole.

        Raises:
            OSError, StoreError: it cannot be written.
        """
        before = place.content(name)
        kept = None if before is None else _temporary_name()
        self._note(_Change(place, name, kept))
        if kept is not None and before is not None:
            place.write(kept, before, fsync=self.fsync)
        place.write(name, data, fsync=self.fsync)

    def write_new(self, place: OwnFolder, name: str, data: bytes, *, folder: int) -> None:
        """Make the file *name* in *place*, where nobody looks before the change has ended.

        At less cost than `write`.

        Args:
            place: its folder.
            name: a name that no file has.
            data: what it is to hold.
            folder: a descriptor of its folder.

        Raises:
            OSError, StoreError: it cannot be written.
        """
        self._note(_Change(place, name, None))
        try:
            write_new(name, data, fsync=self.fsync, folder=folder)
        except FileExistsError:  # a link, or something else that is no file, to be replaced
            write_atomically(name, data, fsync=self.fsync, folder=folder)

    def remove(self, place: OwnFolder, name: str) -> bool:
        """Remove the file *name* in *place*; return whether it was there.

        Raises:
            OSError: it cannot be removed.
        """
        kept = _temporary_name()
        self._note(_Change(place, name, kept))
        return place.rename(name, kept, fsync=self.fsync)

    def _note(self, change: _Change) -> None:
        line = os.fsencode(f"{change.place.name}/{change.name}/{change.kept or ''}")
        if len(line) > _LONGEST_NAME and len(os.fsencode(change.name)) > _LONGEST_NAME:
            raise OSError(errno.ENAMETOOLONG, os.strerror(errno.ENAMETOOLONG), change.name)
        if not self._end:
            self._first = b"%b%d" % (self._owner, self._number())
        text = b"%b/%08x\0\0" % (line, zlib.crc32(line, zlib.crc32(self._first)))
        if not self._end:
            text = b"%b\0%b" % (self._first, text)
        self._write_notes(text)
        if self.fsync:
            os.fdatasync(self._notes)
        self._changes.append(change)

    def note_number(self) -> None:
        """Note the number of a change that changes no file: others see that there was one.

        Raises:
            OSError: that cannot be done.
        """
        if not self._end:
            self._first = b"%b%d" % (self._owner, self._number())
            self._write_notes(b"%b\0\0" % self._first)

    def _write_notes(self, text: bytes) -> None:
        if os.pwrite(self._notes, text, self._end) < len(text):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._end += len(text) - 1

    def finish(self) -> None:
        """Forget what was there before: the index has committed the change."""
        if self._end:
            self._finished = self._first + b"\0"
            for change in self._changes:
                if change.kept is not None:
                    # What cannot be removed now is swept away when the directory is opened next.
                    with contextlib.suppress(OSError):
                        change.place.remove(change.kept)
            self._reset()

    def take_back(self) -> None:
        """Put everything back as it was before the change."""
        if self._end:
            # What cannot be put back, on a disk that is read-only by now, is put back by whoever
            # changes something next.
            with contextlib.suppress(OSError):
                _put_back(self._changes, fsync=self.fsync)
                self._clear()
            self._reset()

    def recover(self, committed: Callable[[], int]) -> bool:
        """Take back the change that a process left when it was killed.

        Args:
            committed: returns the number that the index has committed last.

        Returns:
            Whether our own change is the last one of all: nobody else changed anything since.

        Raises:
            OSError: that cannot be done.
        """
        head = os.pread(self._notes, _LONGEST_NUMBER, 0)
        if self._finished and head.startswith(self._finished):
            return True
        first = head.partition(b"\0")[0]
        digits = first.removeprefix(self._owner)
        if len(digits) == len(first) or not digits.isdigit():
            return False  # nothing is under way, or in the files of another index
        if int(digits) > committed():
            _put_back(self._read(), fsync=self.fsync)
            self._clear()
        return False

    def _clear(self) -> None:
        os.pwrite(self._notes, _NONE, 0)
        if self.fsync:
            os.fdatasync(self._notes)

    def _reset(self) -> None:
        self._end = 0
        self._changes.clear()

    def _read(self) -> list[_Change]:
        """Return the noted changes, up to the first line that was not written whole."""
        size = os.fstat(self._notes).st_size
        number, *lines = os.pread(self._notes, size, 0).partition(b"\0\0")[0].split(b"\0")
        changes = []
        for text in lines:
            line, _, check = text.rpartition(b"/")
            names = os.fsdecode(line).split("/")
            if (
                check != b"%08x" % zlib.crc32(line, zlib.crc32(number))
                or len(names) != 3
                or not all(is_plain_name(one) for one in names if one)
            ):
                break
            place, name, kept = names
            folder = OwnFolder(self._folder.parent, self._folder.name, place)
            changes.append(_Change(folder, name, kept or None))
        return changes


def _temporary_name() -> str:
    return f"{TEMPORARY_PREFIX}{os.urandom(8).hex()}"


def _put_back(changes: Sequence[_Change], *, fsync: bool) -> None:
    """Put each file back, the last change first; once more does no harm.

    Raises:
        OSError: one cannot be put back; all others are.
    """
    failed: OSError | None = None
    for change in reversed(changes):
        try:
            if change.kept is None:
                change.place.remove(change.name, fsync=fsync)
            else:
                # Without the kept one, the file was not changed yet, or is back already.
                change.place.rename(change.kept, change.name, fsync=fsync)
        except (IsADirectoryError, NotADirectoryError):
            continue  # somebody put a folder or a link there: none of ours
        except OSError as error:
            failed = error
    if failed is not None:
        raise failed
