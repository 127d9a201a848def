"""Secrets: never in a log, changed at once, and a password's cost paid once (``wire §3``)."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from cpanel_emu.accounts.models import Service
from cpanel_emu.accounts.passwords import store_password, store_token
from cpanel_emu.errors import StoreError
from tests.server.conftest import client_of
from tests.server.wsgi import PASSWORD, Client, basic, query

if TYPE_CHECKING:
    from cpanel_emu import Emulator

DENIED = "403 Forbidden Access denied"
API = f"/json-api/cpanel?{query(module='SSL', func='listcsrs')}"
SECRET = "Sesame0Open"


def requests_with_secrets(client: Client) -> None:
    """Send the secret in every place where a client may put one."""
    form = {"user": "user", "pass": SECRET, "password": SECRET, "key": SECRET, "host": "a"}
    client.get(API, HTTP_AUTHORIZATION=basic("user", SECRET))
    client.get(API, HTTP_AUTHORIZATION=f"cpanel user:{SECRET}")
    client.get(API, door="whm", HTTP_AUTHORIZATION=f"WHM root:{SECRET}")
    client.get(API, HTTP_AUTHORIZATION=f"Unknown {SECRET}")
    client.get(API, HTTP_COOKIE=f"cpsession=user%3a{SECRET}%2c{SECRET}")
    client.post("/login/?login_only=1", form)
    client.post("/login/", form)
    client.get(f"/login/?user=user&pass={SECRET}")
    client.get(f"/cpsess1/login/?session=user:{SECRET}")
    for function in ("gencsr", "uploadkey", "installssl", "nosuch"):
        client.post(f"/json-api/cpanel?{query(module='SSL', func=function)}", form, login="user")
    client.get(f"/xml-api/cpanel?xmlin=<cpanelaction>{SECRET}", login="user")


def test_no_secret_is_logged(
    server: Emulator,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        requests_with_secrets(client)
        (server.root.users / "user").write_text(f'{{"password": "{SECRET}"')
        requests_with_secrets(client)
    captured = capfd.readouterr()
    assert "The root cannot be used" in caplog.text
    assert SECRET not in caplog.text + captured.out + captured.err


def test_no_secret_is_logged_when_the_application_fails(
    server: Emulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("this is a test")

    monkeypatch.setattr(type(server), "answer", fail)
    credentials = {"Authorization": basic("user")}
    sent = Request(f"{server.cpanel_url}{API}&password={SECRET}", headers=credentials)
    with caplog.at_level(logging.DEBUG), pytest.raises(OSError, match="500"):
        urlopen(sent)
    assert "this is a test" in caplog.text
    for secret in (SECRET, PASSWORD, credentials["Authorization"].split()[1]):
        assert secret not in caplog.text


def test_a_changed_password_counts_at_once(server: Emulator, client: Client) -> None:
    old, new = basic("user"), basic("user", "another")
    assert client.get(API, HTTP_AUTHORIZATION=old).status == "200 OK"
    assert client.get(API, HTTP_AUTHORIZATION=new).status == DENIED
    server.accounts.update("user", lambda one: replace(one, password=store_password("another")))
    assert client.get(API, HTTP_AUTHORIZATION=old).status == DENIED
    assert client.get(API, HTTP_AUTHORIZATION=new).status == "200 OK"
    server.accounts.update("user", lambda one: replace(one, suspended=True))
    assert client.get(API, HTTP_AUTHORIZATION=new).status == DENIED


def test_a_changed_token_and_hash_count_at_once(server: Emulator, client: Client) -> None:
    token, bridge = "cpanel user:USERTOKEN", f"{API}&cpanel_jsonapi_user=user"
    assert client.get(API, HTTP_AUTHORIZATION=token).status == "200 OK"
    server.accounts.update("user", lambda one: replace(one, api_tokens={}))
    assert client.get(API, HTTP_AUTHORIZATION=token).status == DENIED
    old, new = "WHM root:0123456789abcdeffedcba9876543210", "WHM root:00ff"
    assert client.get(bridge, door="whm", HTTP_AUTHORIZATION=old).status == "200 OK"
    server.accounts.update_root(lambda root: replace(root, access_hash=store_token("00ff")))
    assert client.get(bridge, door="whm", HTTP_AUTHORIZATION=old).status == DENIED
    assert client.get(bridge, door="whm", HTTP_AUTHORIZATION=new).status == "200 OK"


def test_what_another_process_changes_counts_here(server: Emulator, client: Client) -> None:
    from cpanel_emu import Emulator

    assert client.get(API, login="user").status == "200 OK"
    with Emulator(root=server.root.path) as other:
        session = other.sessions.create("user", Service.CPANEL)
        cookie = f"cpsession={session.cookie_value}"
        assert client.get(session.token + API, HTTP_COOKIE=cookie).status == "200 OK"
        client_of(other).get("/logout/", HTTP_COOKIE=cookie)
        assert client.get(session.token + API, HTTP_COOKIE=cookie).status == DENIED
        other.accounts.update("user", lambda one: replace(one, password=store_password("another")))
        assert client.get(API, login="user").status == DENIED
        other.remove_account("user")
        new = basic("user", "another")
        assert client.get(API, HTTP_AUTHORIZATION=new).status == DENIED


def test_an_account_whose_home_stays_leaves_no_session(server: Emulator, client: Client) -> None:
    """The name may be given to another, and the error leaves nobody to remove a second time."""
    session = server.sessions.create("user", Service.CPANEL)
    cookie = f"cpsession={session.cookie_value}"
    account = server.accounts.existing("user")
    home = server.root.home("user")
    home.rename(home.with_name("away"))
    home.symlink_to("away")
    with pytest.raises(StoreError, match="Cannot remove"):
        server.remove_account("user")
    home.unlink()
    server.accounts.add(account)
    assert client.get(API, login="user").status == "200 OK"
    assert client.get(session.token + API, HTTP_COOKIE=cookie).status == DENIED


def test_the_cost_of_a_password_is_paid_once(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = []
    scrypt = hashlib.scrypt

    def counted(*arguments: Any, **keywords: Any) -> bytes:
        paid.append(1)
        return scrypt(*arguments, **keywords)

    assert client.get(API, login="user").status == "200 OK"
    monkeypatch.setattr(hashlib, "scrypt", counted)
    for _ in range(50):
        assert client.get(API, login="user").status == "200 OK"
    assert paid == []
    for _ in range(2):
        client.get(API, HTTP_AUTHORIZATION=basic("user", "wrong"))
        client.get(API, HTTP_AUTHORIZATION=basic("nobody", "wrong"))
    assert len(paid) == 4
