"""The PHP class: its tests in PHP, the bytes that it sends, and the syntax of PHP 7.4."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cpanel_emu.liveapi.server import LiveApiServer
from tests.liveapi.clients import PATIENCE, socket_folder
from tests.liveapi.conversation import GENCSR_PHP, HANDSHAKE, SHUTDOWN
from tests.liveapi.echo import EchoSession
from tests.liveapi.wiretap import Wiretap
from tests.requirements import require_program

HERE = Path(__file__).parent / "php"
CLASS = Path(__file__).parents[2] / "cpanel_emu" / "liveapi" / "classes" / "php" / "cpanel.php"


@pytest.fixture
def server() -> Iterator[LiveApiServer]:
    with socket_folder() as folder, LiveApiServer(folder / "s", "user", EchoSession) as server:
        yield server


def run_php(script: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script of ``tests/liveapi/php`` with every PHP message counting as output."""
    return subprocess.run(
        [
            require_program("php"),
            "-d",
            "display_errors=1",
            "-d",
            "error_reporting=-1",
            HERE / script,
        ],
        env={"PATH": os.environ["PATH"], "CPANEL_CLASS": str(CLASS), **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def test_every_method(server: LiveApiServer, tmp_path: Path) -> None:
    variables = {"CPANEL_PHPCONNECT_SOCKET": str(server.path), "HOME": str(tmp_path)}
    done = run_php("class_test.php", variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("1..")
    assert not [line for line in done.stdout.splitlines() if line[:3] not in {"ok ", "1.."}]


def test_the_bytes_of_the_handbook(server: LiveApiServer) -> None:
    with Wiretap(server.path.with_name("tap"), server.path) as tap:
        done = run_php("gencsr.php", {"CPANEL_PHPCONNECT_SOCKET": str(tap.path)})
        assert tap.heard() == HANDSHAKE + GENCSR_PHP + SHUTDOWN
    assert json.loads(done.stdout)["cpanelresult"]["func"] == "gencsr"
