"""The load generator of ``scripts/load.py`` counts right."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cpanel_emu.server.endpoints import Endpoint
from cpanel_emu.server.limits import Limits
from tests.server.raw import answer_text, listening

if TYPE_CHECKING:
    from wsgiref.types import StartResponse

SCRIPT = Path(__file__).parents[2] / "scripts" / "load.py"


def load(endpoint: Endpoint, *options: str) -> tuple[int, dict[str, Any]]:
    completed = subprocess.run(
        [sys.executable, SCRIPT, f"{endpoint.url}/a?b", "--seconds", "0.5", "--json", *options],
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    return completed.returncode, json.loads(completed.stdout)


@pytest.mark.parametrize("processes", ["1", "2"])
def test_every_answer_is_counted_once(processes: str) -> None:
    answered: list[str] = []

    def count(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        answered.append(environ["RAW_URI"] + environ["HTTP_X_NAME"])
        return answer_text("ok", start_response)

    # Ten requests a connection, so that connections are reopened on the way.
    with listening(count, Limits(requests_per_connection=10)) as endpoint:
        options = ["--connections", "3", "--processes", processes, "--header", "X-Name: value"]
        status, figures = load(endpoint, *options)
    assert status == 0
    assert figures["errors"] == 0
    assert set(answered) == {"/a?bvalue"}
    # The last request of each connection may be answered but not counted.
    assert 0 < figures["answers"] <= len(answered) <= figures["answers"] + 3
    assert 0 < figures["median"] <= figures["slowest_hundredth"] <= figures["slowest"]


def test_other_answers_are_errors() -> None:
    def deny(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        start_response("403 Forbidden", [])
        return [b"no"]

    with listening(deny) as endpoint:
        status, figures = load(endpoint)
    assert status == 1
    assert figures["answers"] == 0
    assert figures["errors"] > 0
