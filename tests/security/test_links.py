"""Symbolic links below an account's home: what is there leads nowhere else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpanel_emu import Emulator
from cpanel_emu.accounts.preferences import Preferences
from cpanel_emu.call import Answer, Printed, Rows
from cpanel_emu.control.stored import stored_text
from cpanel_emu.errors import StoreError
from cpanel_emu.functions.dispatch import UNUSABLE
from cpanel_emu.own_folder import OwnFolder
from tests.functions.caller import EXAMPLE

SECRET = b"-----BEGIN PRIVATE KEY-----\nnot yours\n-----END PRIVATE KEY-----\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Emulator]:
    with Emulator(root=tmp_path / "root", liveapi="off") as emulator:
        yield emulator


def ssl_folder(server: Emulator, user: str = "user") -> Path:
    return server.root.home(user) / "ssl"


def error_of(answer: Answer) -> str:
    assert isinstance(answer.outcome, Rows | Printed)
    return answer.outcome.error or ""


def gencsr(server: Emulator) -> str:
    return error_of(server.call("SSL", "gencsr", user="user", **EXAMPLE))


def key_of(server: Emulator, user: str) -> Path:
    [key] = (ssl_folder(server, user) / "keys").glob("*.key")
    return key


@pytest.mark.parametrize("place", ["ssl", "ssl/keys", "ssl/csrs"])
def test_a_folder_replaced_by_a_link_is_not_entered(
    server: Emulator, tmp_path: Path, place: str
) -> None:
    folder = server.root.home("user") / place
    outside = tmp_path / "outside"
    folder.rename(outside)
    folder.symlink_to(outside)
    before = sorted(outside.rglob("*"))
    with Emulator(root=server.root.path, liveapi="off") as other:
        answer = other.call("SSL", "gencsr", user="user", **EXAMPLE)
    assert error_of(answer) == UNUSABLE
    assert sorted(outside.rglob("*")) == before


@pytest.mark.parametrize(
    ("place", "refusal"),
    [
        ("keys", "You must install a key"),
        ("csrs", "The certificate signing request could not be saved."),
    ],
)
def test_a_folder_replaced_while_the_server_runs(
    server: Emulator, tmp_path: Path, place: str, refusal: str
) -> None:
    assert gencsr(server) == ""
    folder = ssl_folder(server) / place
    outside = tmp_path / "outside"
    outside.mkdir()
    folder.rename(folder.with_name("away"))
    folder.symlink_to(outside)
    told = error_of(server.call("SSL", "gencsr", user="user", **{**EXAMPLE, "city": "Dallas"}))
    assert told.startswith(refusal)
    assert list(outside.iterdir()) == []


def test_a_key_replaced_by_a_link_is_none(server: Emulator, tmp_path: Path) -> None:
    outside = tmp_path / "copied.key"
    key = key_of(server, "user")
    key.rename(outside)
    key.symlink_to(outside)
    assert "You must install a key" in gencsr(server)
    shown = server.call("SSL", "showkey", "example.com", user="user", api=1)
    assert isinstance(shown.outcome, Printed)
    assert "PRIVATE KEY" not in shown.outcome.text


def test_a_link_to_the_key_of_another_account_is_none(server: Emulator) -> None:
    key = key_of(server, "user")
    other = key_of(server, "username")
    key.unlink()
    key.symlink_to(os.path.relpath(other, key.parent))
    assert "You must install a key" in gencsr(server)


def test_a_link_is_not_taken_in(server: Emulator, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.key"
    key_of(server, "user").rename(stranger)
    (ssl_folder(server) / "keys" / "a_b_c.key").symlink_to(stranger)
    with Emulator(root=server.root.path, liveapi="off") as other:
        answer = other.call("SSL", "listkeys", user="user")
    assert isinstance(answer.outcome, Rows)
    assert list(answer.outcome.rows) == []


def test_what_an_interrupted_write_left_is_swept_in_real_folders_alone(
    server: Emulator, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / ".writing-1").touch()
    (ssl_folder(server) / "link").symlink_to(outside)
    (ssl_folder(server) / "keys" / ".writing-2").touch()
    with Emulator(root=server.root.path, liveapi="off") as other:
        other.call("SSL", "listkeys", user="user")
    assert (outside / ".writing-1").exists()
    assert not (ssl_folder(server) / "keys" / ".writing-2").exists()


def test_a_link_in_the_place_of_a_new_file_is_replaced(server: Emulator, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(SECRET)
    assert gencsr(server) == ""
    [request] = (ssl_folder(server) / "csrs").glob("*.csr")
    request.unlink()
    request.symlink_to(victim)
    assert gencsr(server) == ""
    assert victim.read_bytes() == SECRET
    assert not request.is_symlink()


def test_ssl_db_behind_a_link_is_neither_read_nor_written(server: Emulator, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"files: {key: {a: {friendly_name: stolen}}}")
    database = ssl_folder(server) / "ssl.db"
    database.unlink(missing_ok=True)
    database.symlink_to(victim)
    assert gencsr(server) == ""
    server.close()
    assert b"stolen" in victim.read_bytes()


def test_preferences_behind_a_link(server: Emulator, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "colour").write_text("leaked")
    folder = server.root.home("user") / ".cpanel"
    folder.mkdir()
    (folder / "nvdata").symlink_to(outside)
    preferences = Preferences(server.root, "user")
    assert "colour" not in preferences
    with pytest.raises(StoreError):
        preferences.save("colour", "blue")
    assert (outside / "colour").read_text() == "leaked"


def test_the_inspector_shows_no_file_behind_a_link(server: Emulator) -> None:
    assert gencsr(server) == ""
    [request] = (ssl_folder(server) / "csrs").glob("*.csr")
    assert stored_text(request).pem or stored_text(request).decoded
    request.unlink()
    request.symlink_to(key_of(server, "user"))
    seen = stored_text(request)
    assert (seen.pem, seen.decoded) == ("", "")


def test_a_pipe_in_the_place_of_a_file_does_not_hang(tmp_path: Path) -> None:
    (tmp_path / "home" / "ssl").mkdir(parents=True)
    os.mkfifo(tmp_path / "home" / "ssl" / "pipe")
    assert OwnFolder(tmp_path / "home", "ssl").content("pipe") is None


def test_a_home_that_is_a_link_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "elsewhere" / "ssl").mkdir(parents=True)
    (tmp_path / "elsewhere" / "ssl" / "file").write_bytes(SECRET)
    (tmp_path / "home").symlink_to("elsewhere")
    folder = OwnFolder(tmp_path / "home", "ssl")
    with pytest.raises(NotADirectoryError):
        folder.read("file")
    with pytest.raises(NotADirectoryError):
        folder.make()


def test_a_folder_exchanged_while_it_is_open_changes_nothing(tmp_path: Path) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside"
    outside.mkdir()
    folder = OwnFolder(home, "ssl")
    folder.make()
    with folder.opened() as handle:
        (home / "ssl").rename(home / "was")
        (home / "ssl").symlink_to(outside)
        os.close(os.open("file", os.O_WRONLY | os.O_CREAT, 0o600, dir_fd=handle))
    assert [path.name for path in (home / "was").iterdir()] == ["file"]
    assert list(outside.iterdir()) == []
