"""Two runs of a user's suite give the same bytes: clock, keys and random numbers are given."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from cpanel_emu import resources

pytest_plugins = ["pytester"]

POOL = resources.fixtures() / "keys" / "pool"
SUITE = '''
import base64
import os
import socket
import urllib.parse
from pathlib import Path

import pytest

SUBJECT = "city=Houston&company=cPanel&country=US&host=example.com&state=Texas"
PATHS = [
    "GET /json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=genkey&host=a.example.com",
    "GET /json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=gencsr&pass=ab&" + SUBJECT,
    "GET /xml-api/cpanel?cpanel_xmlapi_module=SSL&cpanel_xmlapi_func=gencrt&" + SUBJECT,
    "GET /json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=listcrts",
    "GET /execute/SSL/generate_key?friendly_name=one",
    "GET /execute/SSL/list_keys",
    "GET /execute/SSL/list_csrs",
    "GET /execute/SSL/list_certs",
    "GET /json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=unknown",
    "POST /login/?login_only=1",
    "GET /frontend/x3/ssl/csrs.html",
    "GET /frontend/x3/ssl/crts.html",
    "GET /nowhere",
]
LOGIN = base64.b64encode(b"user:12345luggage").decode()


def exchange(url, line):
    """Return every byte of the answer; only the port, which the system chose, is left out."""
    host = urllib.parse.urlsplit(url)
    body = "user=user&pass=12345luggage" if line.startswith("POST") else ""
    head = f"{line} HTTP/1.1\\r\\nHost: {host.netloc}\\r\\nConnection: close\\r\\n"
    head += f"Authorization: Basic {LOGIN}\\r\\nContent-Length: {len(body)}\\r\\n"
    head += "Content-Type: application/x-www-form-urlencoded\\r\\n\\r\\n"
    with socket.create_connection((host.hostname, host.port), 60) as connection:
        connection.sendall((head + body).encode())
        answer = b""
        while data := connection.recv(65536):
            answer += data
    return answer.replace(str(host.port).encode(), b"PORT")


@pytest.mark.cpanel_emu(
    emulate_version="docs", clock="2026-01-05T09:00:00Z", random_seed=7, key_pool=os.environ["POOL"]
)
@pytest.mark.parametrize("door", ["cpanel_url", "whm_url"])
def test_everything(cpanel_emu, door):
    seen = [exchange(getattr(cpanel_emu, door), line) for line in PATHS]
    home = cpanel_emu.root.path / "home"
    for path in sorted(home.rglob("*")):
        if path.is_file() and path.name != "ssl.db":  # a view, written when there is time
            seen.append(str(path.relative_to(home)).encode() + b"\\n" + path.read_bytes())
    Path(os.environ["SEEN"], door).write_bytes(b"\\n----\\n".join(seen))
'''


def test_two_runs_give_the_same_bytes(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makepyfile(test_it=textwrap.dedent(SUITE))
    monkeypatch.setenv("POOL", str(POOL))
    seen = []
    for number in ("1", "2"):
        folder = Path(pytester.path, f"seen-{number}")
        folder.mkdir()
        monkeypatch.setenv("SEEN", str(folder))
        monkeypatch.setenv("PYTHONHASHSEED", number)  # sets and the like must not show
        pytester.runpytest_subprocess().assert_outcomes(passed=2)
        seen.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert seen[0] == seen[1]
    text = seen[0]["cpanel_url"]
    for word in (
        b"BEGIN CERTIFICATE REQUEST",
        b"BEGIN CERTIFICATE--",
        b"PRIVATE KEY",
        b"cpsession=",
    ):
        assert word in text
