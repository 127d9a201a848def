"""Any Unicode in, a readable answer out: every tongue, a selection of functions, every door."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpanel_emu import Emulator
from cpanel_emu.call import Api, Arguments, Call
from cpanel_emu.cli.call_program import _spell
from cpanel_emu.liveapi.messages import Execute, Handshake
from cpanel_emu.liveapi.session import open_standing_session
from tests.fuzz.answers import must_be_json, must_be_xml
from tests.server.conftest import client_of
from tests.server.wsgi import Client

FUNCTIONS = [
    (Api.API2, "SSL", "gencsr"),
    (Api.API2, "SSL", "uploadkey"),
    (Api.API2, "SSL", "listkeys"),
    (Api.API2, "Fileman", "listfiles"),
    (Api.API1, "SSL", "showkey"),
    (Api.UAPI, "SSL", "generate_csr"),
    (Api.UAPI, "SSL", "show_key"),
]
NAMES = ["host", "city", "key", "dir", "id", "friendly_name", "domains", "api2_filter_term"]
LEVELS = {Api.API1: "1", Api.API2: "2", Api.UAPI: "3"}

any_text = st.text(st.characters(exclude_categories=[]), max_size=20)
"""Lone surrogates, control characters and what no planes name are among them."""

arguments = st.dictionaries(st.sampled_from(NAMES) | any_text, any_text, max_size=4)
functions = st.sampled_from(FUNCTIONS) | st.tuples(st.sampled_from(Api), any_text, any_text)


@pytest.fixture(scope="module")
def server() -> Iterator[Emulator]:
    with Emulator(liveapi="off", clock="2026-01-05T09:00:00Z") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def client(server: Emulator) -> Client:
    return client_of(server)


def encoded(pairs: dict[str, str]) -> str:
    return "&".join(
        f"{quote(name.encode('utf-8', 'surrogatepass'))}="
        f"{quote(value.encode('utf-8', 'surrogatepass'))}"
        for name, value in pairs.items()
    )


@settings(max_examples=25)
@given(function=functions, named=arguments)
def test_over_http(client: Client, function: tuple[Api, str, str], named: dict[str, str]) -> None:
    api, module, name = function
    for door, login in (("cpanel", "user"), ("whm", "root")):
        for tongue, prefix in (("json", "jsonapi"), ("xml", "xmlapi")):
            control = {"user": "user", "module": module, "func": name, "apiversion": LEVELS[api]}
            pairs = {f"cpanel_{prefix}_{key}": value for key, value in control.items()}
            path = f"/{tongue}-api/cpanel?{encoded({**named, **pairs})}"
            answer = client.get(path, login=login, door=door)
            assert answer.status == "200 OK"
            (must_be_json if tongue == "json" else must_be_xml)(answer.body)


@settings(max_examples=25)
@given(name=any_text, named=arguments)
def test_native_calls_and_execute(client: Client, name: str, named: dict[str, str]) -> None:
    word = quote(name.encode("utf-8", "surrogatepass"), safe="")
    raw = name.encode("utf-8", "surrogatepass").decode("latin-1")
    for function in (raw, "accountsummary", "create_user_session", "listaccts"):
        for tongue, check in (("json", must_be_json), ("xml", must_be_xml)):
            path = f"/{tongue}-api/{function.replace('?', '')}?user={word}&{encoded(named)}"
            answer = client.get(path, login="root", door="whm")
            if answer.status == "200 OK":
                check(answer.body)
            else:
                assert answer.status == "404 Not Found"
    answer = client.get(f"/execute/SSL/show_key?{encoded(named)}", login="user")
    must_be_json(answer.body)


@settings(max_examples=25)
@given(function=functions, named=arguments, positional=st.lists(any_text, max_size=2))
def test_on_the_command_line_and_over_liveapi(
    server: Emulator, function: tuple[Api, str, str], named: dict[str, str], positional: list[str]
) -> None:
    account = server.accounts.get("user")
    assert account is not None
    call = Call(*function, Arguments(named, tuple(positional)))
    answer = server.answer(call, account)
    must_be_json(_spell(answer, "json", server.release))
    json.loads(_spell(answer, "jsonpretty", server.release))
    must_be_xml(_spell(answer, "xml", server.release))
    _spell(answer, "yaml", server.release).decode("utf-8")
    session = open_standing_session(server, "user")
    must_be_xml(session.answer(Execute(call)))
    session.answer(Handshake())
    frame = session.answer(Execute(call))
    must_be_json(frame.partition(b"<cpanelresult>")[2].removesuffix(b"</cpanelresult>\n"))
