"""Folders below a home that stay open; links are in tests/security."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from cpanel_emu.own_folder import HeldFolder, OwnFolder, content_in
from cpanel_emu.root import write_atomically


def test_a_folder_made_anew_is_the_one_that_is_written(tmp_path: Path) -> None:
    folder = OwnFolder(tmp_path, "ssl", "csrs")
    folder.make()
    with contextlib.closing(HeldFolder(folder)) as held:
        first = held.descriptor()
        assert held.descriptor() == first
        folder.path.rename(tmp_path / "away")
        folder.make()
        write_atomically(folder.path / "a.csr", b"new", folder=held.descriptor())
        assert (folder.path / "a.csr").read_bytes() == b"new"
        assert list((tmp_path / "away").iterdir()) == []


def test_a_folder_that_is_gone(tmp_path: Path) -> None:
    folder = OwnFolder(tmp_path, "ssl")
    folder.make()
    with contextlib.closing(HeldFolder(folder)) as held:
        held.descriptor()
        folder.path.rmdir()
        with pytest.raises(FileNotFoundError):
            held.descriptor()


def test_what_a_file_in_it_holds(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "folder").mkdir()
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(65 << 20)  # takes no room: a file of holes
    with OwnFolder(tmp_path).opened() as folder:
        assert content_in(folder, "file") == b"content"
        assert content_in(folder, "missing") is None
        assert content_in(folder, "link") is None
        assert content_in(folder, "folder") is None
        assert content_in(folder, "huge") is None
