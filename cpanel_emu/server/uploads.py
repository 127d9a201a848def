"""Uploaded files as theme pages see them: fields that name temporary files (``tags §5.2``)."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from cpanel_emu.server.parameters import UploadedFile

_NAMELESS = "upload"


@contextlib.contextmanager
def temporary_files(uploads: Sequence[UploadedFile]) -> Iterator[Mapping[str, str]]:
    """Lend *uploads* as files of mode 0600 for the block, and yield the fields that tell them.

    ``file-<name>`` is the path of a file, ``file-<name>-key`` the form's field that it came in;
    the name is the client's, without folders. Of two files with one name the last one counts.
    """
    if not uploads:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="cpanel-emu-upload-") as folder:
        fields: dict[str, str] = {}
        for number, upload in enumerate(uploads):
            path = Path(folder, str(number))
            _write(path, upload.content)
            field = f"file-{_base_name(upload.filename)}"
            fields[field] = str(path)
            fields[f"{field}-key"] = upload.field
        yield fields


def _write(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)


def _base_name(name: str) -> str:
    """Return the last part of a path of any system, as one line of text."""
    base = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in base if character.isprintable()) or _NAMELESS
