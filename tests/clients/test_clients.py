"""Clients from PyPI and the npm registry make a key and a CSR, and list them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cpanel_api import CPanelApi

from cpanel_emu import Emulator
from tests.requirements import NODE_CLIENTS, require_node_package, require_program

HOST = "shop.example.com"
SUBJECT = {"city": "Köln", "company": "A & B", "country": "DE", "state": "Nordrhein-Westfalen"}
GENERATED = {"output": "Certificate Signing Request generated!", "result": 1}
PASSWORD = "12345luggage"


def _port(url: str) -> int:
    port = urlsplit(url).port
    assert port is not None
    return port


def _check(answers: Sequence[Any]) -> None:
    """Check the answers of genkey, gencsr, listkeys and listcsrs."""
    key, request, keys, requests = [answer["cpanelresult"]["data"] for answer in answers]
    assert (key[0]["output"], key[0]["result"]) == ("Private key generated!", 1)
    assert request == [GENERATED]
    assert keys == [{"host": "example.com"}, {"host": HOST}]
    assert requests == [{"host": HOST}]


def _check_stored(emulator: Emulator) -> None:
    """Check with OpenSSL that the CSR is signed and was made with a stored key."""
    folder = Path(emulator.root.home("user")) / "ssl"
    [request] = (folder / "csrs").glob("shop_example_com_*.csr")
    modulus = _openssl("req", "-verify", "-noout", "-modulus", "-in", str(request))
    keys = [_openssl("rsa", "-noout", "-modulus", "-in", str(key)) for key in folder.glob("keys/*")]
    assert modulus in keys


def _openssl(*arguments: str) -> str:
    command = [require_program("openssl"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")  # the client does not verify
@pytest.mark.parametrize("ssl", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("bridge", [False, True], ids=["cPanel", "WHM"])
def test_cpanel_api_for_python(emulator: Emulator, *, ssl: bool, bridge: bool) -> None:
    if bridge:
        login, url = "root", emulator.whm_tls_url if ssl else emulator.whm_url
    else:
        login, url = "user", emulator.cpanel_tls_url if ssl else emulator.cpanel_url
    client = CPanelApi("127.0.0.1", login, PASSWORD, port=_port(url), ssl=ssl)
    functions = client.cpanel2.SSL
    account = {"cpanel_jsonapi_user": "user"}
    _check(
        [
            functions.genkey(account, host=HOST),
            functions.gencsr({**account, **SUBJECT}, host=HOST),
            functions.listkeys(account),
            functions.listcsrs(account),
        ]
    )
    client.session.close()
    _check_stored(emulator)


@pytest.mark.parametrize("login", ["user", "root"])
def test_cpanel_lib_for_node(emulator: Emulator, login: str) -> None:
    node = require_node_package("cpanel-lib")
    url = emulator.whm_url if login == "root" else emulator.cpanel_url
    done = subprocess.run(
        [node, "key_and_csr.js", str(_port(url)), login, PASSWORD, "user", HOST],
        cwd=NODE_CLIENTS,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    _check(json.loads(done.stdout))
    _check_stored(emulator)
