"""Who is let in: credentials, sessions, and the lock-out (``wire §3``)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cpanel_emu.accounts.lockout import Lockout
from cpanel_emu.accounts.models import Service
from cpanel_emu.server.gate import expire_cookie, session_cookie, set_cookie
from cpanel_emu.server.request import Request, read_request
from tests.server.conftest import client_of
from tests.server.wsgi import Client, basic, environ

if TYPE_CHECKING:
    from pathlib import Path

    from cpanel_emu import Emulator

DENIED = "403 Forbidden Access denied"
API = "/json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=listkeys"
BRIDGE = f"{API}&cpanel_jsonapi_user=bought"


def request(door: str = "cpanel", **headers: str) -> Request:
    made = environ("GET", "/", b"", door=door, **headers)
    return read_request(made, strip_quotes=False, body_limit=1)


def status(client: Client, target: str = API, **keywords: str) -> str:
    return client.get(target, **keywords).status


@pytest.mark.parametrize(
    ("door", "authorization"),
    [
        ("cpanel", basic("user")),
        ("cpanel", basic("seller")),
        ("cpanel", basic("user").replace("Basic", "BASIC")),
        ("cpanel", "cpanel user:USERTOKEN"),
        ("cpanel", "CPanel user:USERTOKEN "),
        ("whm", basic("root")),
        ("whm", basic("seller")),
        ("whm", "WHM root:0123456789abcdeffedcba9876543210"),
        ("whm", "WHM root:0123456789abcdef\r\n fedcba9876543210\n"),
        ("whm", "whm root:ROOTTOKEN"),
        ("whm", "WHM root:ROOTTOKEN"),
        ("whm", "whm seller:SELLERTOKEN"),
        ("whm", "whm seller:aaaabbbb"),
    ],
)
def test_who_is_let_in(reader: Client, door: str, authorization: str) -> None:
    target = BRIDGE if door == "whm" else API
    assert status(reader, target, door=door, HTTP_AUTHORIZATION=authorization) == "200 OK"


@pytest.mark.parametrize(
    ("door", "authorization"),
    [
        ("cpanel", ""),
        ("cpanel", basic("user", "wrong")),
        ("cpanel", basic("user", "")),
        ("cpanel", basic("User")),
        ("cpanel", basic("nobody")),
        ("cpanel", basic("root")),
        ("cpanel", basic("away")),
        ("cpanel", "Bearer USERTOKEN"),
        ("cpanel", "cpanel user:usertoken"),
        ("cpanel", "cpanel seller:USERTOKEN"),
        ("cpanel", "whm user:USERTOKEN"),
        ("cpanel", "webmail user:USERTOKEN"),
        ("cpanel", "WHM root:ROOTTOKEN"),
        ("whm", basic("user")),
        ("whm", basic("bought")),
        ("whm", "cpanel seller:SELLERTOKEN"),
        ("whm", "whm user:USERTOKEN"),
        ("whm", "whm root:ROOTTOKE"),
        ("whm", "WHM root:0123456789abcdef"),
        ("whm", "WHM root:"),
    ],
)
def test_who_is_not(reader: Client, door: str, authorization: str) -> None:
    keywords = {"HTTP_AUTHORIZATION": authorization} if authorization else {}
    assert status(reader, BRIDGE, door=door, **keywords) == DENIED


def test_good_credentials_make_the_token_in_the_path_irrelevant(reader: Client) -> None:
    for prefix in ("/cpsess1234567890", "/cpsess1"):
        assert status(reader, prefix + API, login="user") == "200 OK"


def test_bad_credentials_beside_a_good_session(server: Emulator, client: Client) -> None:
    session = server.sessions.create("user", Service.CPANEL)
    cookie = f"cpsession={session.cookie_value}"
    target = session.token + API
    assert status(client, target, HTTP_COOKIE=cookie) == "200 OK"
    assert (
        status(client, target, HTTP_COOKIE=cookie, HTTP_AUTHORIZATION=basic("user", "no")) == DENIED
    )


def test_a_session_needs_its_token_on_every_request(server: Emulator, client: Client) -> None:
    session = server.sessions.create("user", Service.CPANEL)
    other = server.sessions.create("user", Service.CPANEL)
    cookie = f"cpsession={session.cookie_value}"
    for prefix, expected in (
        (session.token, "200 OK"),
        ("", DENIED),
        ("/cpsess0000000000", DENIED),
        (other.token, DENIED),
        (session.token[:-1], DENIED),
        (session.token, "200 OK"),
    ):
        assert status(client, prefix + API, HTTP_COOKIE=cookie) == expected


def test_a_session_belongs_to_one_service(server: Emulator, client: Client) -> None:
    session = server.sessions.create("seller", Service.WHM)
    value = session.cookie_value
    for door, name, expected in (
        ("whm", "whostmgrsession", "200 OK"),
        ("whm-tls", "whostmgrsession", "200 OK"),
        ("whm", "cpsession", DENIED),
        ("cpanel", "cpsession", DENIED),
        ("cpanel", "whostmgrsession", DENIED),
    ):
        got = status(client, session.token + BRIDGE, door=door, HTTP_COOKIE=f"{name}={value}")
        assert got == expected


@pytest.mark.parametrize("loss", ["removed", "suspended", "no longer a reseller"])
def test_a_session_ends_with_the_right_to_it(server: Emulator, client: Client, loss: str) -> None:
    session = server.sessions.create("seller", Service.WHM)
    keywords = {"door": "whm", "HTTP_COOKIE": f"whostmgrsession={session.cookie_value}"}
    target = session.token + BRIDGE
    assert status(client, target, **keywords) == "200 OK"
    accounts = server.accounts
    if loss == "suspended":
        accounts.update("seller", lambda account: replace(account, suspended=True))
    else:
        accounts.update("bought", lambda account: replace(account, owner="root"))
        if loss == "removed":
            accounts.remove("seller")
    assert status(client, target, **keywords) == DENIED


def test_a_session_ends_after_a_day(seed: Path) -> None:
    from cpanel_emu import Emulator

    with Emulator(seed=seed, clock="2022-01-01T00:00:00Z") as first:
        session = first.sessions.create("user", Service.CPANEL)
        cookie = f"cpsession={session.cookie_value}"
        for clock, expected in (
            ("2022-01-01T23:59:59Z", "200 OK"),
            ("2022-01-02T00:00:01Z", DENIED),
        ):
            with Emulator(root=first.root.path, clock=clock) as later:
                assert status(client_of(later), session.token + API, HTTP_COOKIE=cookie) == expected


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ("cpsession=user%3aA%2cb", "user%3aA%2cb"),
        ("timezone=Europe/Berlin; cpsession=x; lang=en", "x"),
        ('bad[1]=y; {}; =; ; cpsession="x" ', "x"),
        ("cpsession=x; cpsession=y", "x"),
        ("CPSESSION=x", ""),
        ("xcpsession=x", ""),
        ("cpsession", ""),
        ("", ""),
        ("\xff\x00", ""),
    ],
)
def test_the_cookie_is_found_among_others(cookies: str, expected: str) -> None:
    assert session_cookie(request(HTTP_COOKIE=cookies)) == expected


def test_the_cookies_that_are_given_and_taken(server: Emulator) -> None:
    session = server.sessions.create("user", Service.CPANEL)
    assert set_cookie(session, request()) == (
        "Set-Cookie",
        f"cpsession={session.cookie_value}; HttpOnly; path=/; port=2082",
    )
    assert set_cookie(session, request("cpanel-tls")) == (
        "Set-Cookie",
        f"cpsession={session.cookie_value}; HttpOnly; path=/; port=2083; secure",
    )
    assert expire_cookie(request("whm")) == (
        "Set-Cookie",
        "whostmgrsession=; HttpOnly; path=/; port=2086; expires=Thu, 01 Jan 1970 00:00:01 GMT",
    )


def test_the_published_credentials_are_refused_beyond_loopback(tmp_path: Path) -> None:
    from cpanel_emu import Emulator

    with Emulator(host="0.0.0.0") as emulator:  # nothing listens yet
        client = client_of(emulator)
        assert status(client, login="user") == DENIED
        token = "cpanel user:CPANELDEMOTOKEN0123456789ABCDEFG"
        assert status(client, HTTP_AUTHORIZATION=token) == DENIED
        emulator.accounts.add_token("user", "own", "OWNTOKEN")
        assert status(client, HTTP_AUTHORIZATION="cpanel user:OWNTOKEN") == "200 OK"


class FrozenTime:
    """A clock that moves when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_the_lockout_counts_the_failures_of_a_minute() -> None:
    time = FrozenTime()
    lockout = Lockout(2, time)
    lockout.failed("192.0.2.1")
    assert not lockout.is_locked("192.0.2.1")
    time.now += 30
    lockout.failed("192.0.2.1")
    assert lockout.is_locked("192.0.2.1")
    assert not lockout.is_locked("192.0.2.2")
    time.now += 29.9
    assert lockout.is_locked("192.0.2.1")
    time.now += 0.2
    assert not lockout.is_locked("192.0.2.1")
    lockout.failed("192.0.2.1")
    assert lockout.is_locked("192.0.2.1")


def test_the_lockout_forgets_the_oldest_of_too_many_addresses() -> None:
    lockout = Lockout(1, FrozenTime())
    for number in range(10_001):
        lockout.failed(str(number))
    assert not lockout.is_locked("0")
    assert lockout.is_locked("1")
    assert lockout.is_locked("10000")


def test_no_lockout_unless_asked_for() -> None:
    lockout = Lockout(None, FrozenTime())
    for _ in range(1000):
        lockout.failed("192.0.2.1")
    assert not lockout.is_locked("192.0.2.1")


def test_a_reset_lets_everybody_try_again(seed: Path) -> None:
    from cpanel_emu import Emulator

    with Emulator(seed=seed, lockout=1) as emulator:
        client = client_of(emulator)
        assert status(client, HTTP_AUTHORIZATION=basic("user", "wrong")) == DENIED
        assert status(client, login="user") == DENIED
        emulator.reset()
        assert status(client, login="user") == "200 OK"


def test_a_locked_address_is_refused_in_every_tongue(seed: Path) -> None:
    from cpanel_emu import Emulator

    with Emulator(seed=seed, lockout=2) as emulator:
        client = client_of(emulator)
        form = {"user": "user", "pass": "wrong"}
        assert client.post("/login/", form).status == "401 Unauthorized"
        assert status(client, login="user") == "200 OK"
        assert status(client, HTTP_AUTHORIZATION=basic("user", "wrong")) == DENIED
        assert status(client, login="user") == DENIED
        assert status(client, login="user", REMOTE_ADDR="127.0.0.9") == "200 OK"
        page = client.get("/frontend/x3/index.html", login="user")
        assert page.status == "403 Forbidden"
        assert b'action="/login/"' in page.body
        login = client.post("/login/", {"user": "user", "pass": "12345luggage"})
        assert login.status == "403 Forbidden"
        told = client.post("/login/?login_only=1", {"user": "user", "pass": "12345luggage"})
        assert told.body == b'{"status":0,"message":"invalid_login"}'
