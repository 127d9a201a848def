"""Stored files as the pages show them: a CSR decoded, a key not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cpanel_emu.certificates.request_text import request_text
from cpanel_emu.journal import REDACTED
from cpanel_emu.own_folder import OwnFolder

_CHALLENGE = re.compile(r"(?m)^(\s*challengePassword\s*:).*$")
_LARGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class StoredText:
    """What is to be seen of a file."""

    pem: str = ""
    """As it stands in the file; empty for what holds a secret."""
    decoded: str = ""
    """In words, for a CSR."""
    remark: str = ""
    """Why there is less to be seen."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that a call stored."""

    path: Path
    text: StoredText


def stored_files(names: Iterable[str], root: Path) -> Iterator[StoredFile]:
    """Yield the files that have *names* below *root*."""
    for name in names:
        path = root / name
        yield StoredFile(path, stored_text(path))


def stored_text(path: Path) -> StoredText:
    """Return what is to be seen of the file *path*."""
    if path.suffix == ".key":
        return StoredText(remark="A private key is not shown.")
    try:
        content, status = OwnFolder(path.parents[2], path.parts[-3], path.parts[-2]).read(path.name)
        if status.st_size > _LARGEST:
            return StoredText(remark="The file is too large to be shown.")
        pem = content.decode("ascii")
    except (OSError, UnicodeDecodeError):
        return StoredText(remark="The file is no longer there.")
    return _request(pem) if path.suffix == ".csr" else StoredText(pem=pem)


def _request(pem: str) -> StoredText:
    try:
        decoded = request_text(pem)
    except ValueError:
        return StoredText(pem=pem, remark="This is no certificate signing request.")
    shown, hidden = _CHALLENGE.subn(rf"\g<1>{REDACTED}", decoded)
    if hidden:
        return StoredText(
            decoded=shown,
            remark="The PEM is not shown, since it holds the challenge password.",
        )
    return StoredText(pem=pem, decoded=shown)
