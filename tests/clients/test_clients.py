"""Clients from PyPI and the npm registry make a key and a CSR, and list them."""

from __future__ import annotations

import pytest
from cpanel_api import CPanelApi

from cpanel_emu import Emulator
from tests.clients.checking import (
    ACCESS_HASH,
    HOST,
    PASSWORD,
    ROOT,
    SUBJECT,
    USER,
    answers_of,
    check,
    check_stored,
    port_of,
    url_of,
)
from tests.requirements import NODE_CLIENTS, require_node_package


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")  # the client does not verify
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize("login", [USER, ROOT])
def test_cpanel_api_for_python(emulator: Emulator, login: str, *, tls: bool) -> None:
    port = port_of(url_of(emulator, login, tls=tls))
    client = CPanelApi("127.0.0.1", login, PASSWORD, port=port, ssl=tls)
    functions = client.cpanel2.SSL
    account = {"cpanel_jsonapi_user": USER}
    check(
        [
            functions.genkey(account, host=HOST),
            functions.gencsr({**account, **SUBJECT}, host=HOST),
            functions.listkeys(account),
            functions.listcsrs(account),
        ]
    )
    client.session.close()
    check_stored(emulator)


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
@pytest.mark.parametrize(
    ("login", "secret"), [(USER, PASSWORD), (ROOT, PASSWORD), (ROOT, ACCESS_HASH)]
)
def test_cpanel_lib_for_node(emulator: Emulator, login: str, secret: str, *, tls: bool) -> None:
    node = require_node_package("cpanel-lib")
    scheme, port = "https" if tls else "http", str(port_of(url_of(emulator, login, tls=tls)))
    command = [node, "--no-deprecation", "key_and_csr.js", scheme, port, login, secret, USER, HOST]
    check(answers_of(command, cwd=NODE_CLIENTS))
    check_stored(emulator)
