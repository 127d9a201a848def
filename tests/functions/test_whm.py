"""Native WHM functions (``wire §8``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from cpanel_emu.accounts.credentials import Login, Scheme
from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.models import Account, Server, Service, WhmUser
from cpanel_emu.accounts.sessions import SessionStore
from cpanel_emu.call import Tree
from cpanel_emu.functions.whm import FUNCTIONS, NativeAnswer, NativeCall, NativeContext, answer
from cpanel_emu.releases import RELEASES, Release
from cpanel_emu.root import Root
from cpanel_emu.tongues import json_api, xml_api

ROOT = Login("root", Service.WHM, Scheme.BASIC)
SELLER = Login("seller", Service.WHM, Scheme.BASIC)
BOUGHT = (
    '{"disklimit":"unlimited","diskused":"0M","domain":"bought.example",'
    '"email":"bought@bought.example","ip":"192.0.2.10","owner":"seller","plan":"gold",'
    '"startdate":"26 Mar 04 05:06","suspended":1,"theme":"paper_lantern",'
    '"unix_startdate":"1772600760","user":"bought"}'
)
SELLER_ROW = (
    '{"disklimit":"unlimited","diskused":"0M","domain":"seller.example","email":"",'
    '"ip":"192.0.2.10","owner":"root","plan":"default","startdate":"26 Jan 01 00:00",'
    '"suspended":0,"theme":"x3","unix_startdate":"1767225600","user":"seller"}'
)


@pytest.fixture
def context(tmp_path: Path) -> NativeContext:
    root = Root.create(tmp_path)
    accounts = AccountDirectory(root)
    accounts.add(Account("seller", "seller.example"))
    accounts.add(
        Account(
            "bought",
            "bought.example",
            owner="seller",
            theme="paper_lantern",
            email="bought@bought.example",
            plan="gold",
            start=1772600760,
            suspended=True,
        )
    )
    accounts.finish_seeding(Server(), WhmUser())
    sessions = SessionStore(root, now=lambda: 1_000_000.5)
    return NativeContext(accounts, sessions, RELEASES["docs"])


def call(
    context: NativeContext,
    name: str,
    values: Mapping[str, str] | None = None,
    *,
    login: Login = ROOT,
    version1: bool = False,
) -> NativeAnswer:
    return answer(NativeCall(name, version1, values or {}, login), context)


def text(given: NativeAnswer) -> str:
    return json_api.dump(given.members)


def in_release(context: NativeContext, name: str) -> NativeContext:
    return replace(context, release=RELEASES[name])


@pytest.mark.parametrize(
    ("release", "version"),
    [
        ("11.32", "11.32.6.4"),
        ("11.36", "11.36.2.3"),
        ("11.36.0.4", "11.36.0.4"),
        ("11.40", "11.40.1.11"),
        ("11.44", "11.44.1.23"),
        ("72", "11.72"),
        ("110", "11.110"),
        ("docs", "11.110"),
    ],
)
def test_version(context: NativeContext, release: str, version: str) -> None:
    context = in_release(context, release)
    assert text(call(context, "version")) == f'{{"version":"{version}"}}'
    assert text(call(context, "version", version1=True)) == (
        f'{{"data":{{"version":"{version}"}},'
        '"metadata":{"result":1,"reason":"OK","version":1,"command":"version"}}'
    )


def test_gethostname(context: NativeContext) -> None:
    assert text(call(context, "gethostname")) == '{"hostname":"host.example.com"}'


@pytest.mark.parametrize("version1", [False, True])
def test_loadavg_is_the_same_on_every_machine(context: NativeContext, version1: bool) -> None:
    given = call(context, "loadavg", version1=version1)
    assert '{"one":"0.00","five":"0.00","fifteen":"0.00"}' in text(given)
    assert given.cache_control == "no-cache, no-store, private, must-revalidate"
    assert given.line_end


def test_applist_names_every_function(context: NativeContext) -> None:
    assert text(call(context, "applist")) == (
        '{"app":["accountsummary","applist","create_user_session","gethostname","listaccts",'
        '"loadavg","version"]}'
    )


@pytest.mark.parametrize(
    ("release", "expected"),
    [("11.32", ""), ("11.36.0.4", ""), ("11.36", "no-cache"), ("docs", "no-cache")],
)
def test_cache_control_of_version_1(context: NativeContext, release: str, expected: str) -> None:
    context = in_release(context, release)
    for name in ("version", "nosuch"):
        assert call(context, name).cache_control == ""
    assert call(context, "version", version1=True).cache_control == expected


def test_listaccts(context: NativeContext) -> None:
    assert text(call(context, "listaccts")) == (
        f'{{"status":1,"statusmsg":"Ok","acct":[{BOUGHT},{SELLER_ROW}]}}'
    )
    assert text(call(context, "listaccts", login=SELLER)) == (
        f'{{"status":1,"statusmsg":"Ok","acct":[{BOUGHT}]}}'
    )
    assert text(call(context, "listaccts", login=SELLER, version1=True)) == (
        f'{{"data":{{"acct":[{BOUGHT}]}},'
        '"metadata":{"result":1,"reason":"OK","version":1,"command":"listaccts"}}'
    )


@pytest.mark.parametrize("values", [{"user": "bought"}, {"domain": "bought.example"}])
@pytest.mark.parametrize("login", [ROOT, SELLER])
def test_accountsummary(context: NativeContext, values: Mapping[str, str], login: Login) -> None:
    assert text(call(context, "accountsummary", values, login=login)) == (
        f'{{"status":1,"statusmsg":"Ok","acct":[{BOUGHT}]}}'
    )


@pytest.mark.parametrize(
    ("login", "values"),
    [
        (ROOT, {}),
        (ROOT, {"user": ""}),
        (ROOT, {"domain": ""}),
        (ROOT, {"user": "nobody"}),
        (ROOT, {"user": "root"}),
        (ROOT, {"user": "../bought"}),
        (ROOT, {"user": "nobody", "domain": "bought.example"}),
        (SELLER, {"user": "seller"}),
    ],
)
def test_accountsummary_of_nobody(
    context: NativeContext, login: Login, values: Mapping[str, str]
) -> None:
    assert text(call(context, "accountsummary", values, login=login)) == (
        '{"status":0,"statusmsg":"Account does not exist","acct":null}'
    )
    assert text(call(context, "accountsummary", values, login=login, version1=True)) == (
        '{"metadata":{"result":0,"reason":"Account does not exist","version":1,'
        '"command":"accountsummary"}}'
    )


def test_an_unknown_function(context: NativeContext) -> None:
    assert text(call(context, "nosuch")) == '{"error":"Unknown App Requested: nosuch"}'
    assert text(call(context, "nosuch", version1=True)) == (
        '{"metadata":{"result":0,"reason":"Unknown app (\\"nosuch\\") requested for this version '
        '(1) of the API.","version":1,"command":"nosuch"}}'
    )
    assert text(call(context, "<html>")) == '{"error":"Unknown App Requested: _html_"}'
    assert text(call(context, "Version")) == '{"error":"Unknown App Requested: Version"}'


def test_create_user_session(context: NativeContext) -> None:
    given = call(
        context, "create_user_session", {"user": "seller", "service": "cpaneld"}, version1=True
    )
    found = re.fullmatch(
        r'\{"data":\{"cp_security_token":"(/cpsess\d{10})","expires":1086400,"service":"cpaneld",'
        r'"session":"(seller:[A-Za-z0-9]{16},[0-9a-f]{32})",'
        r'"url":"https://host\.example\.com:2083(/cpsess\d{10})/login/\?session=([^"]+)"\},'
        r'"metadata":\{"command":"create_user_session","reason":"OK","result":1,"version":1\}\}',
        text(given),
    )
    assert found is not None
    assert found[3] == found[1]
    assert found[4] == found[2].replace(":", "%3a").replace(",", "%2c")
    session = context.sessions.check(found[2], found[1], Service.CPANEL)
    assert session is not None
    assert session.user == "seller"


def session_url(context: NativeContext, login: Login, **values: str) -> Tree:
    given = call(context, "create_user_session", values, login=login, version1=True)
    data = given.members.get("data")
    return data["url"] if isinstance(data, Mapping) else None


def test_the_ports_of_a_new_session(context: NativeContext) -> None:
    assert ":2083/" in str(session_url(context, ROOT, user="bought"))
    assert ":2083/" in str(session_url(context, SELLER, user="bought", service="cpaneld"))
    assert ":2087/" in str(session_url(context, ROOT, user="seller", service="whostmgrd"))


@pytest.mark.parametrize(
    ("login", "values", "reason"),
    [
        (ROOT, {"user": "nobody"}, "Account does not exist"),
        (ROOT, {}, "Account does not exist"),
        (ROOT, {"user": "root", "service": "whostmgrd"}, "Account does not exist"),
        (ROOT, {"user": "bought", "service": "whostmgrd"}, "Account does not exist"),
        (SELLER, {"user": "seller"}, "Account does not exist"),
        (
            ROOT,
            {"user": "seller", "service": "webmaild"},
            "The service is not known; use cpaneld or whostmgrd.",
        ),
    ],
)
def test_a_session_that_cannot_be(
    context: NativeContext, login: Login, values: Mapping[str, str], reason: str
) -> None:
    given = call(context, "create_user_session", values, login=login, version1=True)
    assert given.members == {
        "metadata": {"result": 0, "reason": reason, "version": 1, "command": "create_user_session"}
    }


def test_create_user_session_is_of_version_1(context: NativeContext) -> None:
    assert text(call(context, "create_user_session", {"user": "seller"})) == (
        '{"error":"Unknown App Requested: create_user_session"}'
    )


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@pytest.mark.parametrize("version1", [False, True])
@pytest.mark.parametrize("release", RELEASES.values(), ids=list(RELEASES))
def test_every_function_answers_in_both_formats(
    context: NativeContext, name: str, version1: bool, release: Release
) -> None:
    context = replace(context, release=release)
    given = call(context, name, {"user": "seller"}, version1=version1)
    assert json_api.dump(given.members)
    document = xml_api.encode_native(name, given.members)
    assert document.startswith(f"<{name}>\n".encode())
    assert document.endswith(f"</{name}>\n".encode())
