"""Whatever the umask, what lies under the root is its owner's alone."""

from __future__ import annotations

import os
import ssl
import stat
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpanel_emu import Emulator
from cpanel_emu.accounts.models import Service
from cpanel_emu.accounts.preferences import Preferences
from tests.functions.caller import EXAMPLE, KEYS


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def fill(root: Path) -> None:
    """Do everything that leaves a file: keys, requests, sessions, pages, TLS, LiveAPI."""
    with Emulator(root=root, key_pool=KEYS / "pool") as emulator:
        for function in ("genkey", "gencsr", "gencrt"):
            emulator.call("SSL", function, user="user", **EXAMPLE)
        emulator.sessions.create("user", Service.CPANEL)
        Preferences(emulator.root, "user").save("colour", "blue")
        url = f"{emulator.cpanel_tls_url}/login/"
        trusting = ssl._create_unverified_context()
        assert urllib.request.urlopen(url, context=trusting).status == 200
        assert stat.S_IMODE(Path(emulator.liveapi_socket).stat().st_mode) == 0o600
        _check(root)


def _check(root: Path) -> None:
    found = [root, *root.rglob("*")]
    names = {path.name for path in found}
    assert {"server.pem", "colour", "user", "server.json"} <= names
    assert any(name.endswith(".key") for name in names)
    for path in found:
        mode = stat.S_IMODE(path.lstat().st_mode)
        assert mode & 0o077 == 0, f"{path} is open to others: {mode:o}"


def test_every_file_and_folder(umask: int, tmp_path: Path) -> None:
    root = tmp_path / "deep" / "root"
    fill(root)
    assert stat.S_IMODE(root.parent.stat().st_mode) & 0o077 == 0
    _check(root)
    assert os.umask(umask) == umask


def test_uploads_and_sockets_of_pages_lie_in_folders_of_their_own(umask: int) -> None:
    from cpanel_emu.liveapi.socket_file import private_folder
    from cpanel_emu.server.parameters import UploadedFile
    from cpanel_emu.server.uploads import temporary_files

    with private_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with temporary_files([UploadedFile("a", "../b", b"c")]) as fields:
        path = Path(fields["file-b"])
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert os.umask(umask) == umask
