"""Requests that get no answer of a function (``wire §4``, ``wire §5.6``)."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from cpanel_emu.accounts.models import Service
from tests.server.conftest import client_of
from tests.server.wsgi import DATE, Answer, Client, query

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cpanel_emu import Emulator

PLAIN = 'text/plain; charset="utf-8"'
DENIED_JSON = (
    b'{"cpanelresult":{"apiversion":"2","error":"Access denied",'
    b'"data":{"reason":"Access denied","result":"0"},"type":"text"}}\r\n'
)
DENIED_XML = b"""\
<?xml version="1.0" ?>
<cpanelresult>
  <apiversion>2</apiversion>
  <data>
    <reason>Access denied</reason>
    <result>0</result>
  </data>
  <error>Access denied</error>
  <type>text</type>
</cpanelresult>
"""
TOKEN_TEXT = b"Token authentication allows access to UAPI or API 2 calls only"
BAD_USER = (
    b'{"cpanelresult":{"data":{"reason":"User parameter is invalid or was not supplied",'
    b'"result":"0"},"type":"text","error":"User parameter is invalid or was not supplied"}}\n'
)
BAD_USER_UAPI = (
    b'{"data":{"reason":"User parameter is invalid or was not supplied",'
    b'"result":"0"},"type":"text","error":"User parameter is invalid or was not supplied"}\n'
)
BAD_USER_XML = b"""\
<?xml version="1.0" ?>
<cpanelresult>
  <data>
    <reason>User parameter is invalid or was not supplied</reason>
    <result>0</result>
  </data>
  <error>User parameter is invalid or was not supplied</error>
  <type>text</type>
</cpanelresult>
"""


def assert_denied(answer: Answer, form: str = "json", text: bytes = b"Access denied") -> None:
    """Check the frame of ``wire §4.1`` and ``wire §4.2``, header by header."""
    assert answer.status == "403 Forbidden Access denied"
    assert answer.closed
    body, content_type = (DENIED_JSON, PLAIN) if form == "json" else (DENIED_XML, "text/xml")
    assert answer.headers == [("Content-type", content_type)]
    assert answer.body == body.replace(b"Access denied", text)


def assert_not_found(answer: Answer) -> None:
    assert (answer.status, answer.closed) == ("404 Not Found", True)
    assert answer.headers == [("Content-type", PLAIN)]
    assert answer.body == b"Not Found\r\n"


def assert_page(answer: Answer, status: str, *words: bytes) -> None:
    """Check a page with a login form (``wire §4.3``)."""
    assert answer.status == status
    assert answer.names == ["Server", "Date", "Content-Type", "Content-Length"]
    assert answer.header("Date") == DATE
    assert answer.header("Content-Type") == 'text/html; charset="utf-8"'
    assert answer.header("Content-Length") == str(len(answer.body))
    for word in (b"<html>", b'action="/login/"', *words):
        assert word in answer.body


def test_the_sizes_that_the_protocol_names() -> None:
    assert len(DENIED_JSON) == 122
    assert len(DENIED_XML) == 211


@pytest.mark.parametrize("door", ["cpanel", "cpanel-tls", "whm", "whm-tls"])
@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize(
    "path", ["cpanel", "cpanel/", "version", "nosuch", "", "cpanel?cpanel_jsonapi_apiversion=3"]
)
def test_access_denied(reader: Client, door: str, form: str, path: str) -> None:
    for prefix in ("", "/cpsess1234567890", "/"):
        assert_denied(reader.get(f"{prefix}/{form}-api/{path}", door=door), form)


def test_access_denied_for_head_has_no_body(reader: Client) -> None:
    answer = reader.ask("HEAD", "/json-api/cpanel")
    assert (answer.status, answer.body) == ("403 Forbidden Access denied", b"")


@pytest.mark.parametrize("release", ["11.32", "72", "110"])
def test_access_denied_is_the_same_in_every_release(seed: Path, release: str) -> None:
    from cpanel_emu import Emulator

    with Emulator(seed=seed, emulate_version=release) as emulator:
        assert_denied(client_of(emulator).get("/json-api/cpanel"))
        assert_denied(client_of(emulator).get("/xml-api/cpanel"), "xml")


def test_native_functions_are_denied_on_cpanel_ports(reader: Client) -> None:
    for form in ("json", "xml"):
        for name in ("version", "listaccts?api.version=1", "nosuch", "cpanelx"):
            assert_denied(reader.get(f"/{form}-api/{name}", login="user"), form)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_token_opens_api_2_and_uapi_but_not_api_1(reader: Client, form: str) -> None:
    def ask(version: str, func: str) -> Answer:
        call = query(f"{form}api", module="SSL", func=func, apiversion=version)
        token = "cpanel user:USERTOKEN"
        return reader.get(f"/{form}-api/cpanel?{call}", HTTP_AUTHORIZATION=token)

    assert_denied(ask("1", "showkey"), form, TOKEN_TEXT)
    assert_denied(ask("1", "nosuch"), form, TOKEN_TEXT)
    assert ask("2", "listkeys").status == "200 OK"
    assert ask("3", "list_keys").status == "200 OK"


def test_a_token_and_api_1_come_before_the_format(seed: Path) -> None:
    from cpanel_emu import Emulator

    with Emulator(seed=seed, emulate_version="110") as emulator:
        answer = client_of(emulator).get(
            "/xml-api/cpanel?cpanel_xmlapi_apiversion=1",
            HTTP_AUTHORIZATION="cpanel user:USERTOKEN",
        )
        assert_denied(answer, "xml", TOKEN_TEXT)


@pytest.mark.parametrize(
    "path",
    ["/nosuch", "/json_api/cpanel", "/json-apix", "/JSON-API/cpanel", "/execute", "/execute/"],
)
@pytest.mark.parametrize(("door", "login"), [("cpanel", "user"), ("whm", "root")])
def test_unknown_paths(reader: Client, path: str, door: str, login: str) -> None:
    assert_not_found(reader.get(path, door=door, login=login))


@pytest.mark.parametrize("path", ["", "/", "/cpanel/x", "/version/x", "//a/b/"])
@pytest.mark.parametrize(("door", "login"), [("cpanel", "user"), ("whm", "root")])
def test_unknown_paths_below_the_apis(reader: Client, path: str, door: str, login: str) -> None:
    for form in ("json", "xml"):
        assert_not_found(reader.get(f"/{form}-api{path}", door=door, login=login))


def test_the_release_without_xml(seed: Path) -> None:
    from cpanel_emu import Emulator

    call = query("xmlapi", module="SSL", func="listkeys")
    with Emulator(seed=seed, emulate_version="110") as emulator:
        client = client_of(emulator)
        assert_not_found(client.get(f"/xml-api/cpanel?{call}", login="user"))
        bridge = f"/xml-api/cpanel?{call}&cpanel_xmlapi_user=nobody"
        assert_not_found(client.get(bridge, door="whm", login="root"))
        assert client.get(f"/json-api/cpanel?{call}", login="user").status == "200 OK"


def test_a_page_without_credentials(reader: Client) -> None:
    for path in ("/", "/frontend/x3/index.html", "/nosuch", "/cpsess1/frontend/x3/"):
        assert_page(reader.get(path), "200 OK")


def test_a_page_with_wrong_credentials(reader: Client) -> None:
    answer = reader.get("/frontend/x3/index.html", HTTP_AUTHORIZATION="Basic dXNlcjp4")
    assert_page(answer, "401 Unauthorized")


def test_a_page_with_a_cookie_but_not_its_token(server: Emulator, client: Client) -> None:
    session = server.sessions.create("user", Service.CPANEL)
    cookie = f"cpsession={session.cookie_value}"
    for prefix in ("", "/cpsess0000000000"):
        for path in ("/frontend/x3/index.html", "/execute/SSL/list_keys"):
            answer = client.get(prefix + path, HTTP_COOKIE=cookie)
            words = (b"HTTP error 401", b"Invalid security token")
            assert_page(answer, "401 Unauthorized", *words)


def test_execute_without_good_credentials(reader: Client) -> None:
    for headers in ({}, {"HTTP_AUTHORIZATION": "Basic dXNlcjp4"}):
        answer = reader.get("/execute/SSL/list_keys", **headers)
        assert_page(answer, "401 Unauthorized")


@pytest.mark.parametrize(
    ("door", "login", "named"),
    [
        ("whm", "root", ""),
        ("whm", "root", "cpanel_jsonapi_user="),
        ("whm", "root", "cpanel_jsonapi_user=nobody"),
        ("whm", "root", "cpanel_jsonapi_user=USER"),
        ("whm", "root", "cpanel_jsonapi_user=root"),
        ("whm", "root", "cpanel_jsonapi_user=..%2Fuser"),
        ("whm", "root", "user=nobody"),
        ("whm", "root", "cpanel_jsonapi_user=nobody&user=user"),
        ("whm", "root", "cpanel_jsonapi_user=nobody&cpanel_xmlapi_user=user"),
        ("whm", "seller", "cpanel_jsonapi_user=user"),
        ("whm", "seller", "cpanel_jsonapi_user=seller"),
        ("cpanel", "user", "cpanel_jsonapi_user=bought"),
        ("cpanel", "user", "cpanel_jsonapi_user=root"),
        ("cpanel", "bought", "cpanel_jsonapi_user=seller"),
    ],
)
def test_bad_user(reader: Client, door: str, login: str, named: str) -> None:
    call = query(module="SSL", func="listkeys")
    answer = reader.get(f"/json-api/cpanel?{call}&{named}", door=door, login=login)
    assert (answer.status, answer.body, answer.closed) == ("200 OK", BAD_USER, False)
    assert answer.names == ["Server", "Date", "Content-Type", "Content-Length"]


def test_bad_user_in_xml_and_in_every_api(reader: Client) -> None:
    for version in ("1", "2", "3", ""):
        call = f"cpanel_xmlapi_apiversion={version}"
        answer = reader.get(f"/xml-api/cpanel?{call}", door="whm", login="root")
        assert (answer.status, answer.body) == ("200 OK", BAD_USER_XML)
        told = reader.get(f"/json-api/cpanel?{call}", door="whm", login="root")
        assert told.body == (BAD_USER_UAPI if version == "3" else BAD_USER)


def test_bad_user_where_uapi_is_unknown(seed: Path) -> None:
    from cpanel_emu import Emulator

    with Emulator(seed=seed, emulate_version="11.36") as emulator:
        target = "/json-api/cpanel?cpanel_jsonapi_apiversion=3"
        assert client_of(emulator).get(target, door="whm", login="root").body == BAD_USER


@pytest.mark.parametrize(
    ("door", "login", "named", "host"),
    [
        ("whm", "root", "cpanel_jsonapi_user=bought", "bought.example"),
        ("whm", "root", "cpanel_xmlapi_user=bought", "bought.example"),
        ("whm", "root", "user=bought", "bought.example"),
        ("whm", "root", "cpanel_jsonapi_user=bought&user=user", "bought.example"),
        ("whm", "root", "cpanel_jsonapi_user=bought&cpanel_xmlapi_user=user", "bought.example"),
        ("whm", "root", "cpanel_jsonapi_user=away", None),
        ("whm", "seller", "cpanel_jsonapi_user=bought", "bought.example"),
        ("cpanel", "user", "", None),
        ("cpanel", "user", "cpanel_jsonapi_user=", None),
        ("cpanel", "user", "cpanel_jsonapi_user=user", None),
        ("cpanel", "user", "user=bought", None),
        ("cpanel", "seller", "cpanel_jsonapi_user=bought", "bought.example"),
    ],
)
def test_the_account_that_is_meant(
    key_of_bought: Client, door: str, login: str, named: str, host: str | None
) -> None:
    call = query(module="SSL", func="listkeys")
    answer = key_of_bought.get(f"/json-api/cpanel?{call}&{named}", door=door, login=login)
    rows = f'[{{"host":"{host}"}}]' if host else "[]"
    assert f'"data":{rows},"event"'.encode() in answer.body


@pytest.fixture(scope="module")
def key_of_bought(seed: Path) -> Iterator[Client]:
    """Return a client of a server on which only ``bought`` has a key."""
    from cpanel_emu import Emulator

    with Emulator(seed=seed) as emulator:
        emulator.call("SSL", "genkey", user="bought", host="bought.example", keysize=1024)
        yield client_of(emulator)


def test_the_order_of_the_checks(reader: Client) -> None:
    unknown = query(module="NoSuch", func="nosuch", user="nobody")
    # Credentials before the account, the account before the function.
    assert_denied(reader.get(f"/json-api/cpanel?{unknown}", door="whm"))
    answer = reader.get(f"/json-api/cpanel?{unknown}", door="whm", login="root")
    assert answer.body == BAD_USER


def test_a_body_that_is_too_large(seed: Path) -> None:
    from cpanel_emu import Emulator

    with Emulator(seed=seed, max_body=100) as emulator:
        client = client_of(emulator)
        assert client.ask("POST", "/json-api/cpanel", b"x" * 100).status.startswith("403 ")
        answer = client.ask("POST", "/json-api/cpanel", b"x" * 101)
        assert (answer.status, answer.closed) == ("413 Request Entity Too Large", True)
        assert answer.headers == [("Content-type", PLAIN)]
        assert answer.body == b"Request Entity Too Large\r\n"


def test_a_root_that_cannot_be_read(server: Emulator, client: Client) -> None:
    (server.root.users / "user").write_text("{")
    answer = client.get("/json-api/cpanel", login="user")
    assert (answer.status, answer.closed) == ("503 Service Unavailable", True)
    assert answer.body == b"Service Unavailable\r\n"
    shutil.rmtree(server.root.users)
    assert_denied(client.get("/json-api/cpanel", login="user"))


@pytest.mark.parametrize(
    "target",
    [
        "/json-api/cpanel?cpanel_jsonapi_module=<html>&cpanel_jsonapi_func=<HTML>",
        "/json-api/cpanel?cpanel_jsonapi_apiversion=1&cpanel_jsonapi_module=<html>",
        "/json-api/cpanel?cpanel_jsonapi_apiversion=3&cpanel_jsonapi_func=<html>",
        "/xml-api/cpanel?cpanel_xmlapi_module=<html>",
        "/xml-api/cpanel?cpanel_xmlapi_user=<html>",
        "/execute/SSL/<html>",
        "/json-api/<html>",
        "/xml-api/<html>?api.version=1",
    ],
)
def test_no_answer_of_an_api_holds_html(reader: Client, target: str) -> None:
    # xmlapi-php takes it for a login page (wire §4.3).
    path, _, rest = target.partition("?")
    for door, login in (("cpanel", "user"), ("whm", "root"), ("whm", "")):
        if path.startswith("/execute/") and door == "whm":
            continue
        for sent in (target, f"{path}?{quote(rest, safe='=&')}"):
            answer = reader.get(sent, door=door, login=login)
            assert b"<html>" not in answer.body.lower()
