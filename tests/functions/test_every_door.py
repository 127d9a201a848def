"""The same call through every door of HTTP gives the same result, for every function there is.

Each door meets a copy of the same account, so that functions that change something meet the
same state. JSON and XML are compared after decoding, member by member.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from lxml import etree

from cpanel_emu import Emulator
from cpanel_emu.call import Api, Data, Printed, Rows, Tree
from cpanel_emu.functions.registry import Function
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.server.app import Application
from tests.functions.caller import EXAMPLE, EXAMPLE_KEY, KEYS, key_text
from tests.server.wsgi import Client

OPTIONS: dict[str, Any] = {
    "clock": "2026-01-05T09:00:00Z",
    "random_seed": 1,
    "key_pool": str(KEYS / "pool"),
}
NUMBERS = {Api.API1: "1", Api.API2: "2", Api.UAPI: "3"}
SUBJECT = {
    "countryName": "US",
    "domains": "a.example,b.example",
    "localityName": "Houston",
    "organizationName": "cPanel & <Söhne>",
    "stateOrProvinceName": "Texas",
}


@dataclass(frozen=True)
class Prepared:
    """An account with a key, a CSR and an installed certificate, below a root to be copied."""

    root: Path
    certificate: str
    key_id: str
    csr_id: str


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    root = tmp_path_factory.mktemp("template") / "root"
    with Emulator(root=root, **OPTIONS) as emulator:
        emulator.call("SSL", "gencsr", user="user", **EXAMPLE)
        emulator.call("SSL", "gencrt", user="user", **EXAMPLE)
        certificate = _printed(emulator, "showcrt")
        emulator.call("SSL", "installssl", user="user", crt=certificate, key=EXAMPLE_KEY)
        (key_id,) = _ids(emulator, "list_keys")
        (csr_id,) = _ids(emulator, "list_csrs")
    return Prepared(root, certificate, key_id, csr_id)


def _printed(emulator: Emulator, function: str) -> str:
    outcome = emulator.call("SSL", function, "example.com", user="user", api=1).outcome
    assert isinstance(outcome, Printed)
    return outcome.text


def _ids(emulator: Emulator, function: str) -> list[str]:
    outcome = emulator.call("SSL", function, user="user", api=3).outcome
    assert isinstance(outcome, Data)
    assert isinstance(outcome.data, list)
    return [str(record["id"]) for record in outcome.data if isinstance(record, Mapping)]


def arguments(function: Function, state: Prepared) -> dict[str, str]:
    """Return arguments with which the function does its work."""
    installation = {"crt": state.certificate, "key": EXAMPLE_KEY, "domain": "www.example.com"}
    subject = {**SUBJECT, "key_id": state.key_id}
    new = "new “name” & <more>"
    if function.api is Api.UAPI:
        identifier = state.csr_id if "csr" in function.name else state.key_id
        if "find" in function.name:
            identifier = state.key_id
        return {
            "generate_csr": subject,
            "generate_cert": subject,
            "generate_key": {"friendly_name": new},
            "upload_key": {"key": key_text("ecdsa-prime256v1.key"), "friendly_name": new},
            "install_ssl": {**installation, "cert": state.certificate},
            "delete_ssl": {"domain": "example.com"},
            "list_ssl_items": {"item": "key|csr|crt"},
        }.get(function.name, {"id": identifier, "new_friendly_name": new})
    positional = {f"arg-{index}": value for index, value in enumerate(_positional(function, state))}
    return {
        **EXAMPLE,
        **installation,
        "domains": "example.com",
        "items": "key|csr|crt",
        "service": "imap",
        "password": "p&<ss>",
        **(
            {"domain": "example.com"}
            if function.name in {"fetchinfo", "delete", "getdocroot"}
            else {}
        ),
        **positional,
    }


def _positional(function: Function, state: Prepared) -> Sequence[str]:
    if function.api is not Api.API1 or function.name in {"delete", "uploadcrt", "uploadkey"}:
        return ()
    if function.name == "install":
        return "www.example.com", state.certificate, EXAMPLE_KEY, ""
    if function.name in {"gencsr", "gencrt"}:
        return "example.com", "US", "Texas", "Dallas", "cPanel & <Söhne>", "", "", "password"
    return ("example.com",)


@contextmanager
def _opened(state: Prepared, folder: Path) -> Iterator[Emulator]:
    shutil.copytree(state.root, folder, symlinks=True)
    with Emulator(root=folder, **OPTIONS) as emulator:
        yield emulator


Door = Callable[[Client, Function, dict[str, str]], bytes]


def _bridge(path: str, prefix: str, door: str) -> Door:
    def ask(client: Client, function: Function, named: dict[str, str]) -> bytes:
        form = {
            **named,
            f"cpanel_{prefix}_module": function.module,
            f"cpanel_{prefix}_func": function.name,
            f"cpanel_{prefix}_apiversion": NUMBERS[function.api],
        }
        if door == "whm":
            form[f"cpanel_{prefix}_user"] = "user"
        login = "root" if door == "whm" else "user"
        answer = client.post(path, form, door=door, login=login)
        assert answer.status == "200 OK"
        return answer.body

    return ask


def _get(client: Client, function: Function, named: dict[str, str]) -> bytes:
    query = urlencode(
        {
            **named,
            "cpanel_jsonapi_module": function.module,
            "cpanel_jsonapi_func": function.name,
            "cpanel_jsonapi_apiversion": NUMBERS[function.api],
        }
    )
    return client.get(f"/json-api/cpanel?{query}", login="user").body


def _execute(client: Client, function: Function, named: dict[str, str]) -> bytes:
    path = f"/execute/{function.module}/{function.name}"
    return client.post(path, named, login="user").body


DOORS: dict[str, Door] = {
    "json": _bridge("/json-api/cpanel", "jsonapi", "cpanel"),
    "json whm": _bridge("/json-api/cpanel", "jsonapi", "whm"),
    "json get": _get,
    "xml": _bridge("/xml-api/cpanel", "xmlapi", "cpanel"),
    "xml whm": _bridge("/xml-api/cpanel", "xmlapi", "whm"),
    "execute": _execute,
}


def plain(value: Tree) -> Any:
    """Return decoded JSON in the form that XML can tell: text, and lists of members."""
    if isinstance(value, Mapping):
        members = {name: _listed(member) for name, member in value.items()}
        return {name: found for name, found in members.items() if found} or ""
    if value is None:
        return ""
    return str(int(value)) if isinstance(value, bool) else str(value)


def _listed(value: Tree) -> list[Any]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return [plain(value)]


def plain_element(element: etree._Element) -> Any:
    """Return an XML element in the same form."""
    if not len(element):
        return element.text or ""
    members: dict[str, list[Any]] = {}
    for child in element:
        members.setdefault(str(child.tag), []).append(plain_element(child))
    return members


def _decoded(body: bytes) -> Any:
    found = json.loads(body)
    return plain(found.get("cpanelresult", found))


def _without_source(envelope: Any) -> Any:
    """Return an API 1 envelope without ``source``, which differs by format (``wire §6.8``)."""
    return {name: value for name, value in envelope.items() if name != "source"}


def _name(function: Function) -> str:
    return f"{function.api.name}-{function.module}-{function.name}"


@pytest.mark.parametrize("function", list(REGISTRY), ids=_name)
def test_every_function(function: Function, prepared: Prepared, tmp_path: Path) -> None:
    named = arguments(function, prepared)
    bodies: dict[str, bytes] = {}
    for number, (door, ask) in enumerate(DOORS.items()):
        if door == "execute" and function.api is not Api.UAPI:
            continue
        if door == "json get" and function.post_only:
            continue
        with _opened(prepared, tmp_path / str(number)) as emulator:
            bodies[door] = ask(Client(Application(emulator)), function, named)
    assert bodies["json whm"] == bodies["json"]
    assert bodies.get("json get", bodies["json"]) == bodies["json"]
    assert bodies["xml whm"] == bodies["xml"]
    envelope = _decoded(bodies["json"])
    in_xml = plain_element(etree.fromstring(bodies["xml"]))
    assert _without_source(in_xml) == _without_source(envelope)
    if function.api is Api.UAPI:
        (result,) = envelope["result"]
        assert _decoded(bodies["execute"]) == result
    with _opened(prepared, tmp_path / "in process") as emulator:
        _assert_same_as_in_process(emulator, function, named, envelope)


def _assert_same_as_in_process(
    emulator: Emulator, function: Function, named: dict[str, str], envelope: Any
) -> None:
    positional = [value for name, value in named.items() if name.startswith("arg-")]
    rest = {name: value for name, value in named.items() if not name.startswith("arg-")}
    outcome = emulator.call(
        function.module, function.name, *positional, user="user", api=int(function.api.value),
        **rest,
    ).outcome  # fmt: skip
    if isinstance(outcome, Rows):
        assert outcome.error is None
        assert envelope.get("data", []) == [plain(row) for row in outcome.rows]
    elif isinstance(outcome, Printed):
        assert outcome.error is None
        assert envelope["data"] == [{"result": [outcome.text]}]
    else:
        assert isinstance(outcome, Data)
        assert outcome.errors == ()
        (result,) = envelope["result"]
        assert result.get("data", []) == _listed(outcome.data)
        assert result.get("messages", [""]) == ([*outcome.messages] or [""])
