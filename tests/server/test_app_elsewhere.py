"""Other WSGI servers give well-formed requests the same answers as our own listener."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.documentation import ROOT
from tests.server.wsgi import CLOCK, PASSWORD, basic, query

PATIENCE = 60.0
APPLICATION = "cpanel_emu.wsgi:application"
SERVERS = {
    "gunicorn": ["gunicorn", "--bind=127.0.0.1:0", "--limit-request-line=0", APPLICATION],
    "waitress": ["waitress", "--listen=127.0.0.1:0", APPLICATION],
}

LIST = query(module="SSL", func="listkeys")
USER = {"Authorization": basic("user")}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OCTETS = {"Content-Type": "application/octet-stream"}
JSON = {"Content-Type": "application/json"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=x"}
API = "/json-api/cpanel"

PART = (
    b'--x\r\nContent-Disposition: form-data; name="cpanel_jsonapi_func"\r\n\r\n'
    b"listkeys\r\n--x--\r\n"
)

REQUESTS: dict[str, tuple[str, str, bytes, dict[str, str]]] = {
    "query": ("GET", f"{API}?{LIST}", b"", USER),
    "XML": ("GET", f"/xml-api/cpanel?{LIST}", b"", USER),
    "API 1": ("GET", f"{API}?{query(module='SSL', func='no', apiversion='1')}", b"", USER),
    "UAPI": ("GET", "/execute/SSL/list_keys", b"", USER),
    "form": ("POST", API, LIST.encode(), {**USER, **FORM}),
    "octets": ("POST", API, LIST.encode(), {**USER, **OCTETS}),
    "no type": ("POST", API, LIST.encode(), USER),
    "empty body": ("POST", f"{API}?{LIST}", b"", {**USER, **FORM}),
    "JSON": (
        "POST",
        API,
        b'{"cpanel_jsonapi_module":"SSL","cpanel_jsonapi_func":"listkeys"}',
        {**USER, **JSON},
    ),
    "multipart": (
        "POST",
        f"{API}?{query(module='SSL')}",
        PART,
        {**USER, **MULTIPART},
    ),
    "other method": ("PUT", API, LIST.encode(), {**USER, **FORM}),
    "HEAD": ("HEAD", f"{API}?{LIST}", b"", USER),
    "slashes": ("GET", f"/json-api//json-api/cpanel//?{LIST}", b"", USER),
    "escapes": ("GET", f"{API}?cpanel_jsonapi_func=%C3%A4%FF+%2520&&", b"", USER),
    "escaped path": ("GET", "/execute/SSL/n%C3%B6", b"", USER),
    "long query": ("GET", f"{API}?{LIST}&crt={'A' * 65_536}", b"", USER),
    "denied": ("GET", f"{API}?{LIST}", b"", {}),
    "denied XML": ("GET", f"/xml-api/cpanel?{LIST}", b"", {}),
    "native": ("GET", "/json-api/version", b"", USER),
    "bad user": ("GET", f"{API}?{LIST}&cpanel_jsonapi_user=root", b"", USER),
    "not found": ("GET", "/nosuch", b"", USER),
    "page": ("GET", "/", b"", {}),
    "execute": ("GET", "/execute/SSL/list_keys", b"", {}),
    "login": ("POST", "/login/?login_only=1", f"user=user&pass={PASSWORD}".encode(), FORM),
    "browser's login": ("POST", "/login/", f"user=user&pass={PASSWORD}".encode(), FORM),
    "wrong login": ("POST", "/login/?login_only=1", b"user=user&pass=wrong", FORM),
    "logout": ("GET", "/logout/", b"", {}),
}


def answers(port: int) -> dict[str, tuple[int, bytes, dict[str, str | None]]]:
    """Send all requests and return status, body and the headers that are ours."""
    told = {}
    for name, (method, target, body, headers) in REQUESTS.items():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        connection.request(method, target, body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        ours = {h: answer.headers[h] for h in ("Content-Type", "Location")}
        cookie = (answer.headers["Set-Cookie"] or "").replace(f"port={port}", "port=*")
        told[name] = (answer.status, content, {**ours, "Set-Cookie": cookie})
        connection.close()
    return told


@pytest.fixture(scope="module")
def expected() -> dict[str, tuple[int, bytes, dict[str, str | None]]]:
    """Return what our own listener answers."""
    from cpanel_emu import Emulator

    with Emulator(clock=CLOCK, random_seed=7) as emulator:
        port = urlsplit(emulator.cpanel_url).port
        assert port is not None
        return answers(port)


@pytest.fixture(params=sorted(SERVERS))
def port(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """Return the port of another server, which ends with the test."""
    options = {
        "CPANEL_EMU_ROOT": str(tmp_path / "root"),
        "CPANEL_EMU_CLOCK": CLOCK,
        "CPANEL_EMU_RANDOM_SEED": "7",
    }
    with subprocess.Popen(
        [sys.executable, "-m", *SERVERS[request.param]],
        env={**os.environ, **options, "PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        guard = threading.Timer(2 * PATIENCE, os.killpg, (process.pid, signal.SIGKILL))
        guard.start()
        try:
            assert process.stderr is not None
            seen = []
            for line in process.stderr:
                seen.append(line)
                if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                    yield int(found[1])
                    break
            else:
                pytest.fail("the server ended: " + "".join(seen))
        finally:
            guard.cancel()
            process.terminate()
            process.communicate()


def test_another_server_gives_the_same_answers(
    port: int, expected: dict[str, tuple[int, bytes, dict[str, str | None]]]
) -> None:
    told = answers(port)
    for name in REQUESTS:
        assert (name, told[name]) == (name, expected[name])
    assert told["denied"][0] == 403
    assert told["HEAD"][1] == b""
    assert b"/cpsess" in told["login"][1]
