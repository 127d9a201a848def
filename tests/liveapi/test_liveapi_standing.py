"""The standing socket: where it lies, whom it speaks for, and who opens it."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cpanel_emu import Emulator
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.liveapi.socket_file import SocketFileError, fits
from cpanel_emu.liveapi.standing import standing_path
from cpanel_emu.options import resolve
from tests.liveapi.clients import PATIENCE, ask, connected, socket_folder
from tests.liveapi.conversation import (
    GENCSR_ANSWER,
    GENCSR_PHP,
    HANDSHAKE,
    HANDSHAKE_ANSWER,
    PRINT_ANSWER,
    SHUTDOWN,
    action,
    framed,
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with socket_folder() as path:
        yield path


def speaks_for(path: str) -> str:
    """Return the account that the socket at *path* speaks for."""
    with connected(Path(path)) as program:
        ask(program, HANDSHAKE)
        answer = ask(program, framed('<cpanel print="$user">'))
        ask(program, SHUTDOWN)
    return answer.partition(b'"data":{"result":"')[2].partition(b'"')[0].decode()


def test_it_opens_with_the_ports(folder: Path) -> None:
    with Emulator(root=folder) as emulator:
        emulator.open_doors()
        path = folder / "liveapi.sock"
        assert emulator.liveapi_socket == str(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        with connected(path) as program:
            assert ask(program, HANDSHAKE) == HANDSHAKE_ANSWER
            assert ask(program, GENCSR_PHP) == GENCSR_ANSWER
            assert ask(program, framed('<cpanel print="$homedir">')) == PRINT_ANSWER
        csrs = list((folder / "home" / "user" / "ssl" / "csrs").glob("*.csr"))
        assert len(csrs) == 1
    assert not path.exists()


def test_off(folder: Path) -> None:
    with Emulator(root=folder, liveapi="off") as emulator:
        emulator.open_doors()
        assert not list(folder.glob("*.sock"))
        with pytest.raises(ConfigurationError, match="is off; give --liveapi a path"):
            _ = emulator.liveapi_socket


def test_the_account(folder: Path) -> None:
    with Emulator(root=folder / "a") as emulator:
        assert speaks_for(emulator.liveapi_socket) == "user"
        emulator.remove_account("user")
        assert speaks_for(emulator.liveapi_socket) == "username"
        emulator.reset()
        assert speaks_for(emulator.liveapi_socket) == "user"
    with Emulator(root=folder / "b", liveapi_user="username") as emulator:
        assert speaks_for(emulator.liveapi_socket) == "username"


def test_the_documented_places_of_the_classes(folder: Path) -> None:
    with Emulator(root=folder) as emulator:
        emulator.open_doors()
        local_cpanel = folder / "usr" / "local" / "cpanel"
        assert (local_cpanel / "php" / "cpanel.php").is_file()
        assert (local_cpanel / "Cpanel" / "LiveAPI.pm").is_file()


def test_a_root_with_a_long_path(tmp_path: Path) -> None:
    root = tmp_path / ("deep" * 40)
    with Emulator(root=root) as emulator:
        path = Path(emulator.liveapi_socket)
        assert fits(path)
        assert not path.is_relative_to(tmp_path)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert speaks_for(str(path)) == "user"
    assert not path.exists()
    # The same root has the same path again.
    assert standing_path(resolve({"root": root}, {})) == path
    assert standing_path(resolve({"root": f"{root}2"}, {})) != path


def test_a_deep_folder_for_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("deep" * 40)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with Emulator() as emulator:
        assert speaks_for(emulator.liveapi_socket) == "user"


def test_a_given_path_that_is_too_long_is_an_error(folder: Path) -> None:
    path = folder / ("x" * 120)
    with (
        Emulator(root=folder, liveapi=path) as emulator,
        pytest.raises(SocketFileError, match="Give --liveapi a shorter one"),
    ):
        emulator.open_doors()


def test_a_shared_folder_that_others_could_use_is_an_error(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    shared = folder / f"cpanel-emu-{os.getuid()}"
    shared.mkdir()
    shared.chmod(0o777)
    with (
        Emulator(root=tmp_path / ("deep" * 40)) as emulator,
        pytest.raises(SocketFileError, match="is not this user's alone"),
    ):
        emulator.open_doors()


def test_the_second_server_of_a_root_leaves_it_to_the_first(folder: Path) -> None:
    with Emulator(root=folder) as first, Emulator(root=folder) as second:
        first.open_doors()
        second.open_doors()
        assert speaks_for(second.liveapi_socket) == "user"
        second.close()
        assert speaks_for(first.liveapi_socket) == "user"


def test_a_given_path_that_is_in_use_is_an_error(folder: Path) -> None:
    path = folder / "s"
    with Emulator(root=folder / "a", liveapi=path) as first:
        first.open_doors()
        with (
            Emulator(root=folder / "b", liveapi=path) as second,
            pytest.raises(SocketFileError, match="Another server listens"),
        ):
            second.open_doors()


def test_several_programs_and_http_at_once_lose_nothing(folder: Path) -> None:
    together = threading.Barrier(4, timeout=PATIENCE)
    each = 15

    def by_socket(number: int) -> None:
        with connected(Path(emulator.liveapi_socket)) as program:
            ask(program, HANDSHAKE)
            together.wait()
            for turn in range(each):
                call = GENCSR_PHP.partition(b"\n")[2].replace(
                    b'"cPanel"', f'"socket {number} {turn}"'.encode()
                )
                assert ask(program, framed(call)) == GENCSR_ANSWER

    with Emulator(root=folder) as emulator, ThreadPoolExecutor(4) as pool:
        list(pool.map(by_socket, range(4)))
        with emulator.ssl_manager("user"):
            stored = list((folder / "home" / "user" / "ssl" / "csrs").glob("*.csr"))
        assert len(stored) == 4 * each


def test_no_message_chooses_another_account(folder: Path) -> None:
    with Emulator(root=folder) as emulator:
        emulator.call("SSL", "genkey", user="username", host="secret.example", keysize="1024")
        with connected(Path(emulator.liveapi_socket)) as program:
            ask(program, HANDSHAKE)
            call = '{"module":"SSL","func":"listkeys","user":"username","args":{"user":"username"}}'
            assert b"secret.example" not in ask(program, action(call))
