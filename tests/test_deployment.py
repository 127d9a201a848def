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


# What a server that loads the application before it forks must not find, and what must be done
# when a worker ends.
PROGRAM = """
import threading
from cpanel_emu.wsgi import application
assert threading.active_count() == 1, threading.enumerate()
application.emulator.call("SSL", "gencsr", user="user", host="example.com", city="Houston",
                          company="cPanel", country="US", state="Texas")
"""


def test_starts_no_thread_and_ends_cleanly(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "CPANEL_EMU_ROOT": str(tmp_path), "PYTHONPATH": str(ROOT)},
        check=True,
        timeout=60,
    )
    ssl = tmp_path / "home" / "user" / "ssl"
    [csr] = (ssl / "csrs").iterdir()
    assert csr.stem in (ssl / "ssl.db").read_text()
