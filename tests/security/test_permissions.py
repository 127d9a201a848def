"""Whatever the umask, what lies under the root is its owner's alone."""

from __future__ import annotations

import os
import ssl
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpanel_emu import Emulator
from cpanel_emu.accounts.models import Service
from cpanel_emu.accounts.preferences import Preferences
from tests.functions.caller import EXAMPLE, KEYS
from tests.requirements import require_program


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


def without_privileges() -> list[str]:
    """What runs a command without the right of root to enter every folder."""
    if os.geteuid() != 0:
        return []
    return [require_program("setpriv"), "--bounding-set=-all", "--inh-caps=-all"]


@pytest.mark.parametrize("release", ["11.32", "docs"])
@pytest.mark.parametrize("closed", [".", "var", "usr/local/cpanel/php"])
def test_a_root_that_is_another_user_s_is_refused_in_one_line(
    tmp_path: Path, closed: str, release: str
) -> None:
    """As when root has run the server once: even to look whether a file is there is forbidden."""
    with Emulator(root=tmp_path / "root", emulate_version=release) as emulator:
        emulator.open_doors()
    folder = tmp_path / "root" / closed
    folder.chmod(0)
    words = ["serve", "--root", str(tmp_path / "root"), "--emulate-version", release]
    ports = [
        word for port in ("cpanel", "cpanel-tls", "whm", "whm-tls") for word in (f"--{port}", "0")
    ]
    try:
        done = subprocess.run(
            [*without_privileges(), sys.executable, "-m", "cpanel_emu", *words, *ports],
            check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    finally:
        folder.chmod(0o700)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("cpanel-emu: ")
    assert done.stderr.endswith("\n")
    assert len(done.stderr.splitlines()) == 1
    assert "Permission denied" in done.stderr


def test_a_home_that_may_not_be_entered_is_a_refusal(tmp_path: Path) -> None:
    """Also under an older release, which first looks for the files of a newer one."""
    with Emulator(root=tmp_path / "root", emulate_version="11.32"):
        pass
    home = tmp_path / "root" / "home" / "user"
    program = (
        "import sys; from cpanel_emu import Emulator\n"
        "with Emulator(root=sys.argv[1], emulate_version='11.32') as emulator:\n"
        "    print(emulator.call('SSL', 'listkeys', user='user').outcome.error)"
    )
    home.chmod(0)
    try:
        done = subprocess.run(
            [*without_privileges(), sys.executable, "-c", program, str(tmp_path / "root")],
            check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    finally:
        home.chmod(0o700)
    assert (done.returncode, done.stdout) == (0, "The files of the account cannot be used.\n")
