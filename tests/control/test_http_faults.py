"""Planned faults over HTTP: what a client sees, and what is stored all the same."""

from __future__ import annotations

import http.client
import socket
from typing import TYPE_CHECKING, Any

import pytest

from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.control.watch import OLD_ERROR_PAGE
from cpanel_emu.journal import Exchange
from tests.control.conftest import SUBJECT, Control, ask, call_url
from tests.server.wsgi import Client

if TYPE_CHECKING:
    from cpanel_emu import Emulator

LISTED = b'{"cpanelresult":{"apiversion":2,"func":"listcsrs","data":[],"event":{"result":1},'


def gencsr(emulator: Emulator) -> Any:
    return ask(call_url(emulator.cpanel_url, "gencsr", **SUBJECT), login="user")


def stored(emulator: Emulator) -> int:
    with emulator.ssl_manager("user") as manager:
        return len(list(manager.directory.all_of(ItemKind.CSR)))


def last(emulator: Emulator) -> Exchange:
    return emulator.journal.exchanges()[-1]


def test_refuse_is_the_answer_to_a_wrong_password(emulator: Emulator) -> None:
    wrong = ask(call_url(emulator.cpanel_url), login="nobody")
    emulator.faults.add("refuse")
    for form, login in (("json", "user"), ("xml", "user")):
        got = ask(call_url(emulator.cpanel_url, form=form), login=login)
        assert got.status == 403
        if form == "json":
            assert got.body == wrong.body
        assert last(emulator).faults == ("refuse before",)
    page = ask(f"{emulator.cpanel_url}/frontend/x3/index.html", login="user")
    assert page.status == 401
    assert b'action="/login/"' in page.body


@pytest.mark.parametrize(
    ("form", "api", "expected"),
    [
        ("json", "2", '"data":[{"output":"Quota \\"full\\".","result":0}]'),
        ("xml", "2", "<error>Quota &quot;full&quot;.</error>"),
        ("json", "1", '"data":{"result":""}'),
        ("json", "3", '"errors":["Quota \\"full\\"."]'),
    ],
)
def test_fail_is_said_in_the_callers_tongue(
    emulator: Emulator, form: str, api: str, expected: str
) -> None:
    emulator.faults.add("fail", text='Quota "full".')
    function = "list_keys" if api == "3" else "gencsr"
    version = {f"cpanel_{form}api_apiversion": api}
    got = ask(call_url(emulator.cpanel_url, function, form, **version, **SUBJECT), login="user")
    assert got.status == 200
    assert expected in got.text
    [call] = emulator.journal.calls()
    assert (call.outcome, call.error) == ("failed", 'Quota "full".')
    assert stored(emulator) == 0


def test_fail_in_process_and_not_for_functions_that_are_unknown(emulator: Emulator) -> None:
    emulator.faults.add("fail", times=1)
    assert "Could not find" in str(emulator.call("SSL", "nosuch", user="user").outcome)
    assert "A planned fault." in str(emulator.call("SSL", "listcsrs", user="user").outcome)
    assert "A planned fault." not in str(emulator.call("SSL", "listcsrs", user="user").outcome)


def test_a_dropped_connection_before_and_after(emulator: Emulator) -> None:
    emulator.faults.add("drop", times=1)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        gencsr(emulator)
    assert stored(emulator) == 0
    assert last(emulator).answer.data == b""
    assert last(emulator).status == ""
    emulator.faults.add("drop", stage="after", times=1)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        gencsr(emulator)
    assert stored(emulator) == 1
    assert gencsr(emulator).status == 200


def test_a_cut_body(emulator: Emulator) -> None:
    emulator.faults.add("cut", bytes=20)
    with pytest.raises(http.client.IncompleteRead) as raised:
        ask(call_url(emulator.cpanel_url, "listcsrs"), login="user")
    assert raised.value.partial == LISTED[:20]
    assert last(emulator).answer.data.endswith(b"\r\n\r\n" + LISTED[:20])


def test_a_wrong_content_type(emulator: Emulator) -> None:
    emulator.faults.add("content-type", times=1)
    emulator.faults.add("content-type", text="application/x-thing")
    got = ask(call_url(emulator.cpanel_url, "listcsrs"), login="user")
    assert got.headers["Content-Type"] == "application/x-thing"  # the later one wins
    assert got.body.startswith(LISTED)
    emulator.faults.clear()
    emulator.faults.add("content-type")
    refused = ask(call_url(emulator.cpanel_url))
    assert refused.headers["Content-type"] == "text/html"


@pytest.mark.parametrize(("stage", "kept"), [("before", 0), ("after", 1)])
def test_an_old_servers_page(emulator: Emulator, stage: str, kept: int) -> None:
    emulator.faults.add("html", stage=stage)
    got = gencsr(emulator)
    assert (got.status, got.headers["Content-Type"]) == (500, 'text/html; charset="utf-8"')
    assert got.body == OLD_ERROR_PAGE.encode()
    assert stored(emulator) == kept


def test_a_page_of_ones_own(emulator: Emulator) -> None:
    emulator.faults.add("html", text="<p>Wartung ü")
    assert gencsr(emulator).body == "<p>Wartung ü".encode()


def test_a_dripping_answer_arrives_whole(emulator: Emulator) -> None:
    emulator.faults.add("slow", bytes=50, seconds=0.001)
    assert ask(call_url(emulator.cpanel_url, "listcsrs"), login="user").body.startswith(LISTED)
    assert last(emulator).faults == ("slow after",)


def test_delays_end(emulator: Emulator) -> None:
    emulator.faults.add("delay", seconds=0.01)
    emulator.faults.add("delay", stage="before", seconds=0.01)
    assert gencsr(emulator).status == 200
    assert last(emulator).faults == ("delay after", "delay before")
    assert last(emulator).seconds > 0.009  # the wait before the call is in it


def test_a_server_ends_in_the_middle_of_a_delay() -> None:
    from cpanel_emu import Emulator

    with Emulator() as emulator:
        emulator.faults.add("delay", stage="before", seconds=300)
        endpoint = emulator.endpoints[0]
        client = socket.create_connection((endpoint.host, endpoint.port), 60)
        client.sendall(b"GET /json-api/cpanel HTTP/1.0\r\n\r\n")
        while not emulator.faults.planned()[0].struck:
            pass
    with client:
        client.recv(1)  # an answer or the end, but no timeout


@pytest.mark.parametrize(
    ("members", "strikes"),
    [
        ({"user": "user"}, True),
        ({"user": "username"}, False),
        ({"module": "SSL", "function": "listcsrs"}, True),
        ({"function": "gencsr"}, False),
        ({"door": "json"}, True),
        ({"door": "whm"}, False),
    ],
)
def test_what_a_fault_fits(emulator: Emulator, members: dict[str, str], strikes: bool) -> None:
    emulator.faults.add("html", **members)
    got = ask(call_url(emulator.cpanel_url, "listcsrs"), login="user")
    assert got.status == (500 if strikes else 200)


def test_the_account_of_the_bridge_is_the_one_it_names(emulator: Emulator) -> None:
    emulator.faults.add("html", door="whm", user="user")
    for user, status in (("user", 500), ("username", 200)):
        url = call_url(emulator.whm_url, "listcsrs", cpanel_jsonapi_user=user)
        assert ask(url, login="root").status == status


def test_a_call_in_a_document_is_known(emulator: Emulator) -> None:
    emulator.faults.add("html", function="listcsrs")
    document = "<cpanelaction><module>SSL</module><func>listcsrs</func></cpanelaction>"
    url = f"{emulator.cpanel_url}/xml-api/cpanel"
    got = ask(url, "POST", f"xmlin={document}".encode(), login="user")
    assert got.status == 500


def test_control_requests_are_spared(control: Control) -> None:
    control.emulator.faults.add("drop")
    assert control.get("health").status == 200
    assert control.emulator.faults.planned()[0].seen == 0


def test_another_wsgi_server_can_do_without_a_listener(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    from cpanel_emu.server.app import Application

    client = Client(Application(emulator))
    emulator.faults.add("cut")
    emulator.faults.add("delay", seconds=0.001)
    assert client.get("/json-api/cpanel", login="user").status == "200 OK"
    assert "A fault (cut after) needs the emulator's own listener." in caplog.text


def test_two_runs_are_the_same() -> None:
    from cpanel_emu import Emulator

    def statuses() -> list[int]:
        with Emulator() as emulator:
            emulator.faults.add("html", probability=0.5, seed=42)
            url = call_url(emulator.cpanel_url, "listcsrs")
            return [ask(url, login="user").status for _ in range(20)]

    first = statuses()
    assert first == statuses()
    assert set(first) == {200, 500}
