"""Folders for a while."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def temporary_folder(prefix: str) -> Iterator[Path]:
    """Make a folder of one's own that goes with the block, whenever that is interrupted.

    `tempfile.TemporaryDirectory` forgets the folder if Ctrl-C comes between its making and the
    return of the system call; here the name is known before.
    """
    folder = Path(tempfile.gettempdir()) / f"{prefix}{secrets.token_hex(8)}"
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=not folder.exists())
