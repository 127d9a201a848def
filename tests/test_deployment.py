"""The application under the WSGI servers that the manual names."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from tests.documentation import ROOT

APPLICATION = "cpanel_emu.wsgi:application"
COMMANDS = {
    "gunicorn": ["gunicorn", "--bind", "127.0.0.1:0", "--workers", "2", APPLICATION],
    "waitress": ["waitress", "--listen=127.0.0.1:0", APPLICATION],
}
LISTKEYS = (
    "/json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=listkeys"
    "&cpanel_jsonapi_apiversion=2"
)
LISTED = (
    b'{"cpanelresult":{"apiversion":2,"func":"listkeys","data":[{"host":"example.com"}],'
    b'"event":{"result":1},"module":"SSL"}}\n'
)


@pytest.mark.parametrize("server", sorted(COMMANDS))
def test_serves_the_application(server: str, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", *COMMANDS[server]],
        env={**os.environ, "CPANEL_EMU_ROOT": str(tmp_path / "root"), "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        guard = threading.Timer(120, process.kill)  # a server that hangs must not hang the suite
        guard.start()
        try:
            url = _address(process)
            request = urllib.request.Request(
                url + LISTKEYS, headers={"Authorization": "Basic dXNlcjoxMjM0NWx1Z2dhZ2U="}
            )
            with urllib.request.urlopen(request) as answer:
                assert answer.headers["Content-Type"] == 'application/json; charset="utf-8"'
                assert answer.read() == LISTED
        finally:
            guard.cancel()
            process.terminate()
            process.communicate()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    seen = []
    for line in process.stderr:
        seen.append(line)
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        if found is not None:
            return found[0]
    pytest.fail("the server ended: " + "".join(seen))
