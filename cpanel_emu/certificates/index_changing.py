"""Changes of an account's index, and of the files that belong to it, as wholes.

A change's transaction is the lock between threads and processes: whoever changes files does so
inside `ChangingIndex.changing`.
"""

from __future__ import annotations

import threading
from pathlib import Path

from cpanel_emu.certificates.file_changes import FileChanges
from cpanel_emu.certificates.index_database import UNREADABLE, IndexDatabase
from cpanel_emu.errors import StoreError


class ChangingIndex(IndexDatabase):
    """An index that is changed together with the files in a folder.

    Args:
        path: the database file; its folder must exist.
        folder: the folder of the files, the database's without any.
        durable: survive a loss of power, not only a crash, at the cost of flushes per change.

    Raises:
        IndexLost: the file is damaged. It is out of the way now: try again.
        StoreError: the file cannot be opened.
    """

    def __init__(self, path: Path, folder: Path | None = None, *, durable: bool = False) -> None:
        super().__init__(path, durable=durable)
        self._number: int | None = None
        self._counts = 0
        """How often the change under way was counted, in `_number` and by inserting."""
        self._known: int | None = None
        """How many changes there were with our last one, if that is sure."""
        self._alone = False
        """Whether that was the last one of all when the change under way began."""
        self._changing = Changing(self)
        self._changer: int | None = None
        try:
            with self._errors():
                self._files = FileChanges(
                    Path(f"{path}-files"),
                    folder or path.parent,
                    self._counted,
                    owner=self._owner,
                    fsync=durable,
                )
        except StoreError:
            super().close()
            raise

    def changing(self) -> Changing:
        """Hold the account's write lock; all changes inside happen together or not at all.

        The block is lent what changes files, which belong to the change too.

        Raises:
            IndexLost: the index is damaged or was removed; nothing changed.
            StoreError: the database cannot be written; nothing changed.
        """
        return self._changing

    def begin_change(self) -> FileChanges:
        """Begin what `changing` does."""
        files = self._files
        self._lock.acquire()
        try:
            self._refuse_if_removed()
            self._number = None
            self._counts = 0
            self._changer = threading.get_ident()
            self._execute("BEGIN IMMEDIATE")
            self._alone = files.recover(self._changes)
        except BaseException as error:
            self.end_change(error)
            raise
        return files

    def end_change(self, error: BaseException | None) -> None:
        """End what `changing` does, with the *error* that its block raised."""
        files = self._files
        try:
            if error is None:
                self._commit(files)
            else:
                self._take_back(files, error)
        finally:
            self._changer = None
            self._lock.release()

    def _commit(self, files: FileChanges) -> None:
        is_ending = False
        known, self._known = self._known, None
        try:
            if self._number is not None:
                files.note_number()
                known = self._number if self._counts == 1 else None
            self._refuse_if_removed()
            is_ending = True
            self._database.execute("COMMIT")
        except BaseException as error:
            is_database_error = isinstance(error, UNREADABLE)
            if is_ending and not is_database_error and not self._database.in_transaction:
                files.finish()  # Ctrl-C came when the change was made already
                raise
            self._take_back(files, error)
            raise
        files.finish()
        self._known = known

    def _take_back(self, files: FileChanges, error: BaseException) -> None:
        """Undo the change that *error* ended; raise what it means if it is the disk's."""
        files.take_back()
        if self._database.in_transaction:
            self._database.execute("ROLLBACK")
        if isinstance(error, (*UNREADABLE, OSError)):
            raise self._error(error) from error

    @property
    def is_changing_here(self) -> bool:
        """Whether this thread is in the middle of a change."""
        return self._changer == threading.get_ident()

    def _changes(self) -> int:
        (number,) = self._execute("SELECT changes FROM state").fetchone()
        return int(number)

    def _counted(self) -> int:
        """Count the change under way, once; return its number."""
        if self._number is None:
            statement = "UPDATE state SET changes = changes + 1 RETURNING changes"
            (number,) = self._database.execute(statement).fetchone()
            self._number = int(number)
            self._counts += 1
        return self._number

    def _counted_by_trigger(self) -> None:
        """Note that the change under way was counted by inserting an item.

        Which number that made is known if nobody else changed anything since our last change.
        """
        self._counts += 1
        if self._number is None:
            if self._alone and self._known is not None:
                self._number = self._known + 1
            else:
                self._number = self._changes()

    def close(self) -> None:
        """Close the database file and the notes of changes."""
        with self._lock:
            super().close()
            self._files.close()


class Changing:
    """The block of `ChangingIndex.changing`.

    A class, for a generator would cost each change twice as much.
    """

    __slots__ = ("_index",)

    def __init__(self, index: ChangingIndex) -> None:
        self._index = index

    def __enter__(self) -> FileChanges:
        return self._index.begin_change()

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        self._index.end_change(error)
