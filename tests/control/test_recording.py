"""What the journal has of each door: exactly the bytes, but for the secrets."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from cpanel_emu.journal import Door, Exchange
from tests.control.conftest import PASSWORD, SUBJECT, Control, ask, call_url
from tests.server.raw import read_to_end
from tests.server.wsgi import Client

if TYPE_CHECKING:
    from cpanel_emu import Emulator

SECRET = "Geh3im&Wort+x"


def only(emulator: Emulator) -> Exchange:
    [exchange] = emulator.journal.exchanges()
    return exchange


def send_raw(emulator: Emulator, data: bytes, *, whm: bool = False) -> bytes:
    endpoint = emulator.endpoints[2 if whm else 0]
    with socket.create_connection((endpoint.host, endpoint.port), 60) as client:
        client.sendall(data)
        return read_to_end(client)


def test_the_bytes_are_exact(emulator: Emulator) -> None:
    request = (
        b"POST  /json-api/cpanel?cpanel_jsonapi_module=SSL HTTP/1.1\r\n"
        b"hOST: 127.0.0.1\n"
        b"X-Folded: a\r\n b\r\n"
        b"Connection: close\r\n"
        b"Content-Length: 28\r\n"
        b"\r\n"
        b"cpanel_jsonapi_func=listkeys"
    )
    answer = send_raw(emulator, request)
    exchange = only(emulator)
    assert exchange.request.data == request
    assert exchange.answer.data == answer
    assert exchange.request.length == len(request)
    assert exchange.answer.length == len(answer)
    assert (exchange.door, exchange.status) == (Door.JSON, "403 Forbidden Access denied")
    assert exchange.title == "SSL::listkeys"


def test_a_call_and_the_file_it_became(emulator: Emulator) -> None:
    ask(call_url(emulator.cpanel_url, "gencsr", **SUBJECT, password=SECRET), login="user")
    exchange = only(emulator)
    [call] = exchange.calls
    assert (call.user, call.door, call.named["password"]) == ("user", Door.JSON, "(hidden)")
    [name] = call.files
    assert (emulator.root.path / name).read_text().startswith("-----BEGIN CERTIFICATE REQUEST")
    assert emulator.journal.calls(door="json") == (call,)


@pytest.mark.parametrize(
    ("path", "whm", "door", "title"),
    [
        ("/json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=listkeys", False,
         Door.JSON, "SSL::listkeys"),
        ("/xml-api/cpanel?cpanel_xmlapi_module=SSL&cpanel_xmlapi_func=listkeys", False,
         Door.XML, "SSL::listkeys"),
        ("/xml-api/cpanel?cpanel_xmlapi_module=SSL&cpanel_xmlapi_user=user", True,
         Door.WHM, "SSL::"),
        ("/json-api/version", True, Door.NATIVE, "version"),
        ("/execute/SSL/list_keys", False, Door.EXECUTE, "SSL::list_keys"),
        ("/frontend/x3/ssl/index.html", False, Door.PAGE, "GET /frontend/x3/ssl/index.html"),
        ("/nix", False, Door.OTHER, "GET /nix"),
        ("/logout", False, Door.LOGIN, "GET /logout"),
    ],
)  # fmt: skip
def test_every_door(emulator: Emulator, path: str, whm: bool, door: Door, title: str) -> None:
    base = emulator.whm_url if whm else emulator.cpanel_url
    got = ask(f"{base}{path}", login="root" if whm else "user")
    exchange = only(emulator)
    assert (exchange.door, exchange.title) == (door, title)
    assert exchange.status.startswith(str(got.status))
    assert exchange.answer.data.partition(b"\r\n\r\n")[2] == got.body
    assert exchange.user == ("user" if door is Door.WHM or not whm else "root")


def test_pages_list_their_calls_and_scenery_is_left_out(emulator: Emulator) -> None:
    ask(f"{emulator.cpanel_url}/frontend/x3/ssl/keys.html", login="user")
    ask(f"{emulator.cpanel_url}/frontend/x3/nix.css", login="user")
    exchange = only(emulator)
    assert "listkeys" in {call.function for call in exchange.calls}


def test_rendering_in_process_is_the_page_door(emulator: Emulator) -> None:
    emulator.render("ssl/keys.html", user="user")
    assert {call.door for call in emulator.journal.calls()} == {Door.PAGE}
    assert not any(call.inside for call in emulator.journal.calls())


def shown(emulator: Emulator) -> bytes:
    """Return everything that the journal tells, by whatever way."""
    control = Control(emulator)
    entries = emulator.journal.entries()
    pages = [control.page(f"entries/{entry.number}").body for entry in entries]
    both = [
        control.get(f"entries/{entry.number}/{what}").body
        for entry in emulator.journal.exchanges()
        for what in ("request", "answer")
    ]
    everything = [repr(entries).encode(), control.get("journal?limit=1000").body]
    return b"\n".join([*everything, control.page("").body, *pages, *both])


SPELT = [SECRET, urlencode({"": SECRET})[1:], SECRET.replace("&", "&amp;")]


def assert_hidden(emulator: Emulator, *secrets: str) -> None:
    found = shown(emulator)
    for secret in secrets:
        assert secret.encode() not in found
    assert b"(hidden)" in found


def test_passwords_in_every_form(emulator: Emulator) -> None:
    url = f"{emulator.cpanel_url}/json-api/cpanel"
    names = {"cpanel_jsonapi_module": "SSL", "cpanel_jsonapi_func": "gencsr"}
    pairs = {**names, **SUBJECT, "password": SECRET}
    ask(f"{url}?{urlencode(pairs)}", login="user")
    ask(url, "POST", urlencode(pairs).encode(), login="user")
    multipart = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in pairs.items()
    )
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    ask(url, "POST", f"{multipart}--x--\r\n".encode(), kind, login="user")
    assert [call.outcome for call in emulator.journal.calls("SSL", "gencsr")] == ["answered"] * 3
    assert_hidden(emulator, *SPELT, "dXNlcj")  # Basic credentials begin so


def test_the_position_of_a_password_in_api_1(emulator: Emulator) -> None:
    values = ["example.com", "US", "Texas", "Houston", "cPanel", "D", "a@example.com", SECRET]
    pairs = {
        "cpanel_xmlapi_module": "SSL",
        "cpanel_xmlapi_func": "gencsr",
        "cpanel_xmlapi_apiversion": "1",
        **{f"arg-{index}": value for index, value in enumerate(values)},
    }
    ask(f"{emulator.cpanel_url}/xml-api/cpanel?{urlencode(pairs)}", login="user")
    ask(f"{emulator.cpanel_url}/xml-api/cpanel?{urlencode(pairs)}")
    assert_hidden(emulator, *SPELT)


def test_a_login_and_its_session(emulator: Emulator) -> None:
    form = urlencode({"user": "user", "pass": PASSWORD}).encode()
    got = ask(f"{emulator.cpanel_url}/login/?login_only=1", "POST", form)
    token = got.json["security_token"]
    cookie = got.headers["Set-Cookie"].partition(";")[0]
    url = f"{emulator.cpanel_url}{token}/json-api/cpanel?cpanel_jsonapi_module=SSL"
    assert ask(url, headers={"Cookie": cookie}).status == 200
    assert [exchange.user for exchange in emulator.journal.exchanges()] == ["user", "user"]
    assert_hidden(emulator, PASSWORD, token, cookie.partition("=")[2])


def test_an_empty_secret_hides_nothing(emulator: Emulator) -> None:
    """An empty text stands everywhere."""
    got = ask(call_url(emulator.cpanel_url, "gencsr", **SUBJECT, password=""), login="user")
    assert got.body
    assert only(emulator).answer.data.endswith(b"\r\n\r\n" + got.body)


def test_private_keys_coming_and_going(emulator: Emulator) -> None:
    with emulator.ssl_manager("user") as manager:
        from cpanel_emu.certificates.items import ItemKind

        key = manager.newest_text(ItemKind.KEY, "example.com")
    line = key.splitlines()[5]
    ask(call_url(emulator.cpanel_url, "uploadkey", host="b.example", key=key), login="user")
    ask(f"{emulator.cpanel_url}/execute/SSL/fetch_key_and_cabundle_for_certificate", login="user")
    ask(f"{emulator.cpanel_url}/frontend/x3/ssl/viewkey.html?keyhost=example.com", login="user")
    assert_hidden(emulator, line, line.replace("+", "%2B"))


def test_another_wsgi_server_gives_the_same_but_spelling(emulator: Emulator) -> None:
    from cpanel_emu.server.app import Application

    Client(Application(emulator)).get(
        "/json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=listkeys&key=geheim",
        login="user",
        HTTP_X_THING="y",
    )
    exchange = only(emulator)
    assert exchange.request.data == (
        b"GET /json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=listkeys&key=(hidden)"
        b" HTTP/1.1\r\nAuthorization: Basic (hidden)\r\nX-Thing: y\r\n\r\n"
    )
    assert exchange.answer.data.startswith(b"HTTP/1.1 200 OK\r\nServer: cpsrvd\r\n")
    assert exchange.status == "200 OK"


def test_a_long_run_does_not_grow(emulator: Emulator) -> None:
    journal = emulator.journal
    for _ in range(journal.size + 200):
        emulator.call("SSL", "listkeys", user="user")
    assert len(journal.entries()) == journal.size
    assert journal.last == journal.size + 200


def test_a_large_request_leaves_room_for_others(emulator: Emulator) -> None:
    ask(call_url(emulator.cpanel_url), login="user")
    ask(call_url(emulator.cpanel_url), "POST", b"x=" + b"y" * 9_000_000, login="user")
    ask(call_url(emulator.cpanel_url), "POST", b"x=" + b"y" * 9_000_000, login="user")
    small, *large = emulator.journal.exchanges()
    assert not small.request.is_cut
    assert [exchange.request.is_cut for exchange in large] == [True, True]
    assert [len(exchange.request.data) for exchange in large] == [64 * 1024] * 2
    assert [exchange.number for exchange in large] == [4, 6]


def test_stubs_and_faults_that_were_not_used(tmp_path: Path) -> None:
    from cpanel_emu import Emulator

    (tmp_path / "Email__listpops.json").write_text('[{"email":"a@example.com"}]')
    with Emulator(stubs=tmp_path) as emulator:
        emulator.faults.add("fail", function="gencsr", text="No.", times=1)
        with pytest.raises(AssertionError) as raised:
            emulator.assert_all_answers_used()
        assert str(raised.value).splitlines() == [
            "Prepared answers that were not used:",
            "  stub Email::listpops of API 2",
            "  fault 1 (fail before, gencsr): fitted 0, struck 0",
        ]
        emulator.call("Email", "listpops", user="user")
        emulator.call("SSL", "gencsr", user="user", **SUBJECT)
        emulator.assert_all_answers_used()
