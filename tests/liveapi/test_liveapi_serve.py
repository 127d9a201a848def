"""The LiveAPI socket of ``cpanel-emu serve``, whichever process opens it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cpanel_emu import Emulator
from tests.cli.test_serve import command, refused, serving
from tests.liveapi.clients import ask, connected, socket_folder
from tests.liveapi.conversation import GENCSR_ANSWER, GENCSR_PHP, HANDSHAKE, framed


@pytest.fixture
def root() -> Iterator[Path]:
    with socket_folder() as folder:
        yield folder / "root"


@pytest.mark.parametrize("workers", ["1", "3"])
def test_it_prints_the_path_and_answers(root: Path, workers: str) -> None:
    path = root / "liveapi.sock"
    with serving(root, workers=workers, liveapi=str(path)) as server:
        assert server.lines[-2:] == [f"liveapi {path}", "ready"]
        with connected(path) as program:
            ask(program, HANDSHAKE)
            assert ask(program, GENCSR_PHP) == GENCSR_ANSWER
        assert server.end() == (0, "")
    assert not path.exists()


def test_whom_it_speaks_for(root: Path) -> None:
    path = root.with_name("s")
    with serving(root, liveapi=str(path), liveapi_user="username") as server:
        with connected(path) as program:
            ask(program, HANDSHAKE)
            assert b'"result":"username"' in ask(program, framed('<cpanel print="$user">'))
        assert server.end() == (0, "")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_path_that_is_too_long(root: Path, workers: str) -> None:
    done = refused(command(root, liveapi=str(root / ("x" * 120)), workers=workers))
    assert (done.returncode, done.stdout) == (1, "")
    first = done.stderr.splitlines()[0]
    assert first.startswith("cpanel-emu: The path of the LiveAPI socket ")
    assert first.endswith("Give --liveapi a shorter one.")
    assert "Traceback" not in done.stderr


def test_a_path_in_use(root: Path) -> None:
    path = root.with_name("s")
    with Emulator(root=root.with_name("other"), liveapi=path) as other:
        other.open_doors()
        done = refused(command(root, liveapi=str(path)))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"cpanel-emu: Another server listens on the LiveAPI socket {path}.\n"
