"""Sessions and comparisons: nothing planted is adopted, nothing is compared byte by byte."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpanel_emu import Emulator
from cpanel_emu.accounts.models import Service
from cpanel_emu.accounts.passwords import store_password, store_token, token_matches
from tests.server.conftest import SEED, client_of
from tests.server.wsgi import Client, basic

PLANTED = "user%3aAbCdEf0123456789%2c0123456789abcdef0123456789abcdef"
FORM = {"user": "user", "pass": "12345luggage"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Emulator]:
    seed = tmp_path / "seed.toml"
    seed.write_text(SEED)
    with Emulator(seed=seed) as emulator:
        yield emulator


@pytest.fixture
def client(server: Emulator) -> Client:
    return client_of(server)


def cookie_of(client: Client, **headers: str) -> tuple[str, str]:
    """Log in; return the cookie's pair and the token."""
    answer = client.post("/login/", FORM, **headers)
    assert answer.status == "302 Found"
    cookie = answer.header("Set-Cookie").partition(";")[0]
    return cookie, answer.header("Location").split("/")[1]


def test_a_planted_cookie_is_not_adopted(client: Client) -> None:
    cookie, token = cookie_of(client, HTTP_COOKIE=f"cpsession={PLANTED}")
    assert PLANTED not in cookie
    asked = f"/{token}/json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=listkeys"
    assert client.get(asked, HTTP_COOKIE=f"cpsession={PLANTED}").status.startswith("403")
    assert client.get(asked, HTTP_COOKIE=cookie).status == "200 OK"


def test_each_login_is_a_session_of_its_own(client: Client) -> None:
    first, first_token = cookie_of(client)
    second, second_token = cookie_of(client, HTTP_COOKIE=first)
    assert first != second
    assert first_token != second_token
    path = f"/{first_token}/frontend/x3/index.html"
    assert client.get(path, HTTP_COOKIE=second).status == "401 Unauthorized"


def test_what_the_user_said_before_logging_in_is_no_session(server: Emulator) -> None:
    value = "user:AbCdEf0123456789,0123456789abcdef0123456789abcdef"
    assert server.sessions.find(value, Service.CPANEL) is None
    assert not server.root.sessions.exists() or not list(server.root.sessions.iterdir())


@pytest.mark.parametrize("name", ["../../x", "user/../root", "a" * 300, "user\0", "."])
def test_a_session_names_no_path(server: Emulator, name: str) -> None:
    value = f"{name}:AbCdEf0123456789,0123456789abcdef0123456789abcdef"
    assert server.sessions.check(value, "/cpsess1", Service.CPANEL) is None
    value = f"user:{name},0123456789abcdef0123456789abcdef"
    assert server.sessions.check(value, "/cpsess1", Service.CPANEL) is None


def test_sessions_cannot_be_foretold(server: Emulator) -> None:
    made = [server.sessions.create("user", Service.CPANEL) for _ in range(20)]
    assert len({one.token for one in made}) == 20
    assert len({one.secret for one in made}) == 20
    assert all(len(one.secret) == 32 for one in made)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, object]]:
    """Return what `hmac.compare_digest` is asked to compare."""
    seen: list[tuple[object, object]] = []
    original = hmac.compare_digest

    def compare(one: bytes, other: bytes) -> bool:
        seen.append((one, other))
        return original(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    return seen


def test_session_secret_and_token_are_compared_in_constant_time(
    server: Emulator, compared: list[tuple[object, object]]
) -> None:
    session = server.sessions.create("user", Service.CPANEL)
    assert server.sessions.check(session.value, session.token, Service.CPANEL) is not None
    assert (session.secret, session.secret) in compared
    assert (session.token.encode(), session.token.encode()) in compared
    wrong = session.value[:-1] + ("0" if session.value[-1] != "0" else "1")
    assert server.sessions.check(wrong, session.token, Service.CPANEL) is None
    assert server.sessions.check(session.value, "/cpsess1", Service.CPANEL) is None
    assert (session.token.encode(), b"/cpsess1") in compared


def test_every_stored_token_is_compared_in_constant_time(
    compared: list[tuple[object, object]],
) -> None:
    stored = [store_token("A"), store_token("B"), store_token("C")]
    assert token_matches("B", stored)
    assert len(compared) == 3
    assert not token_matches("D", stored)
    assert len(compared) == 6


def test_unknown_users_and_wrong_passwords_cost_the_same(
    client: Client, compared: list[tuple[object, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    derived: list[str] = []
    from cpanel_emu.accounts import passwords

    original = passwords._scrypt

    def scrypt(password: str, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
        derived.append(f"{cost} {block} {parallel}")
        return original(password, salt, cost, block, parallel)

    monkeypatch.setattr(passwords, "_scrypt", scrypt)
    path = "/json-api/cpanel"
    for user in ("user", "nobody", "away"):
        derived.clear()
        answer = client.get(path, HTTP_AUTHORIZATION=basic(user, "wrong"))
        assert answer.status == "403 Forbidden Access denied"
        assert derived == ["16384 8 1"]
    assert compared


def test_a_stored_password_holds_nothing_of_it() -> None:
    stored = store_password("correct horse battery staple")
    assert "horse" not in stored
    assert store_password("correct horse battery staple") != stored
