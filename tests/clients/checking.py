"""What every client does, and how its answers and what was stored are checked."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cpanel_emu import Emulator
from tests.requirements import require_program

HOST = "shop.example.com"
SUBJECT = {"city": "Köln", "company": "A & B", "country": "DE", "state": "Nordrhein-Westfalen"}
GENERATED = {"output": "Certificate Signing Request generated!", "result": 1}
USER, ROOT, PASSWORD = "user", "root", "12345luggage"
ACCESS_HASH = (
    "d3a0c1f2e4b5968778695a4b3c2d1e0f0123456789abcdef0123456789abcdef"
    "fedcba9876543210fedcba9876543210"
)
"""The demo seed's ``WHM root:hash``."""
USER_TOKEN = "CPANELDEMOTOKEN0123456789ABCDEFG"
ROOT_TOKEN = "WHMDEMOTOKEN0123456789ABCDEFGHIJ"

CALLS: Sequence[tuple[str, Mapping[str, str]]] = (
    ("genkey", {"host": HOST}),
    ("gencsr", {"host": HOST, **SUBJECT}),
    ("listkeys", {}),
    ("listcsrs", {}),
)
"""The calls of every client, in order: function and arguments."""


def url_of(emulator: Emulator, login: str, *, tls: bool) -> str:
    """Return the URL of the port on which *login* calls: root goes by WHM."""
    if login == ROOT:
        return emulator.whm_tls_url if tls else emulator.whm_url
    return emulator.cpanel_tls_url if tls else emulator.cpanel_url


def port_of(url: str) -> int:
    """Return the port of *url*."""
    port = urlsplit(url).port
    assert port is not None
    return port


def answers_of(command: Sequence[str | Path], **keywords: Any) -> Any:
    """Run a client that prints its answers as one JSON list, and return them."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **keywords)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def check(answers: Sequence[Any]) -> None:
    """Check the answers to `CALLS`."""
    key, request, keys, requests = [answer["cpanelresult"]["data"] for answer in answers]
    assert (key[0]["output"], key[0]["result"]) == ("Private key generated!", 1)
    assert request == [GENERATED]
    assert keys == [{"host": "example.com"}, {"host": HOST}]
    assert requests == [{"host": HOST}]


def check_stored(emulator: Emulator) -> None:
    """Check with OpenSSL that the CSR is signed, and was made with a stored key."""
    folder = Path(emulator.root.home(USER)) / "ssl"
    [request] = (folder / "csrs").glob("shop_example_com_*.csr")
    modulus = _openssl("req", "-verify", "-noout", "-modulus", "-in", str(request))
    keys = [_openssl("rsa", "-noout", "-modulus", "-in", str(key)) for key in folder.glob("keys/*")]
    assert modulus in keys


def _openssl(*arguments: str) -> str:
    command = [require_program("openssl"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout
