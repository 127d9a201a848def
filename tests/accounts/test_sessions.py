"""Sessions (``wire §3.2``, ``wire §3.3``)."""

from __future__ import annotations

import random
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.accounts import sessions
from cpanel_emu.accounts.credentials import Login, Scheme
from cpanel_emu.accounts.models import Service
from cpanel_emu.accounts.sessions import LIFETIME, SessionStore
from cpanel_emu.errors import StoreError
from cpanel_emu.root import Root

CPANEL, WHM = Service.CPANEL, Service.WHM


class Clock:
    """A clock that stands until it is set."""

    time = 1767225600.0

    def now(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(root: Root, clock: Clock) -> SessionStore:
    return SessionStore(root, now=clock.now)


def test_a_session_looks_as_documented(store: SessionStore) -> None:
    session = store.create("user", CPANEL)
    assert re.fullmatch(r"/cpsess[0-9]{10}", session.token)
    assert re.fullmatch(r"user:[A-Za-z0-9]{16},[0-9a-f]{32}", session.value)
    assert re.fullmatch(r"user%3a[A-Za-z0-9]{16}%2c[0-9a-f]{32}", session.cookie_value)
    assert session.expires == 1767225600 + LIFETIME
    assert session.login == Login("user", CPANEL, Scheme.SESSION)


def test_secrets_are_not_shown(store: SessionStore) -> None:
    session = store.create("user", CPANEL)
    assert session.secret not in repr(session)
    assert session.token not in repr(session)


def test_another_process_finds_it_and_the_file_is_private(store: SessionStore, root: Root) -> None:
    session = store.create("user", CPANEL)
    other = SessionStore(root, now=lambda: 1767225600.0)
    assert other.check(session.cookie_value, session.token, CPANEL) == session
    assert other.check(session.value, session.token, CPANEL) == session
    (file,) = root.sessions.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_cookie_token_and_service_must_all_be_right(store: SessionStore) -> None:
    session = store.create("user", CPANEL)
    twin = store.create("user", CPANEL)
    value, token = session.cookie_value, session.token
    assert store.check(value, token, CPANEL) is not None
    assert store.check(value, token, WHM) is None
    assert store.check(value, twin.token, CPANEL) is None
    assert store.check(value, "", CPANEL) is None
    assert store.check(value, token.removeprefix("/"), CPANEL) is None
    assert store.check(value, "/cpsess\ud800", CPANEL) is None
    mixed = f"user:{session.name},{twin.secret}"
    assert store.check(mixed, token, CPANEL) is None
    assert store.find(mixed, CPANEL) is None


@pytest.mark.parametrize(
    "value",
    ["", "user", "user:x,y", "../user:AbCdEf0123456789,", "user:../../etc/passwd,00", "%00", "ü"],
)
def test_other_values_are_no_session(store: SessionStore, value: str) -> None:
    assert store.find(value, CPANEL) is None


@given(st.text(st.characters()))
def test_no_value_raises(value: str) -> None:
    assert SessionStore(Root(Path("/nowhere"))).find(value, CPANEL) is None


def test_it_ends_by_time(store: SessionStore, clock: Clock) -> None:
    session = store.create("user", CPANEL)
    clock.time += LIFETIME - 1
    assert store.find(session.value, CPANEL) == session
    clock.time += 1
    assert store.find(session.value, CPANEL) is None


def test_it_ends_by_logout_for_every_process(store: SessionStore, root: Root) -> None:
    other = SessionStore(root, now=lambda: 1767225600.0)
    session = store.create("user", CPANEL)
    assert other.find(session.value, CPANEL) == session
    store.end(session)
    store.end(session)
    assert other.find(session.value, CPANEL) is None


def test_all_sessions_of_one_user_end(store: SessionStore) -> None:
    ended = [store.create("user", CPANEL), store.create("user", WHM)]
    stays = store.create("user2", CPANEL)
    store.end_all("user")
    assert all(store.find(one.value, one.service) is None for one in ended)
    assert store.find(stays.value, CPANEL) == stays


def test_nobody_has_a_session_in_a_new_root(store: SessionStore, root: Root) -> None:
    store.end_all("user")
    assert not root.sessions.exists()


def test_the_number_is_bounded(
    store: SessionStore, clock: Clock, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 3)
    made = []
    for _ in range(5):
        made.append(store.create("user", CPANEL))
        clock.time += 1
    assert [store.find(one.value, CPANEL) is not None for one in made] == [False] * 2 + [True] * 3
    assert len(list(root.sessions.iterdir())) == 3


def test_expired_sessions_and_leftovers_make_room_first(
    store: SessionStore, clock: Clock, root: Root, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 4)
    store.create("user", CPANEL)
    clock.time += LIFETIME
    live = store.create("user", CPANEL)
    (root.sessions / ".writing-0123").write_bytes(b"{")
    (root.sessions / "user.broken").write_bytes(b"[]")
    new = store.create("user", CPANEL)
    assert {path.name for path in root.sessions.iterdir()} == {
        f"user.{live.name}",
        f"user.{new.name}",
    }


def test_a_seed_repeats_and_a_repeated_seed_does_not_overwrite(
    root: Root, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = Root.create(tmp_path_factory.mktemp("root"))
    first = SessionStore(root, generator=random.Random(7)).create("user", CPANEL)
    same = SessionStore(elsewhere, generator=random.Random(7)).create("user", CPANEL)
    assert (same.value, same.token) == (first.value, first.token)
    again = SessionStore(root, generator=random.Random(7)).create("user", CPANEL)
    assert again.name != first.name


@pytest.mark.parametrize("user", ["../x", "", "User", "a:b"])
def test_only_real_names_get_a_session(store: SessionStore, user: str) -> None:
    with pytest.raises(StoreError):
        store.create(user, CPANEL)


def test_a_damaged_file_says_so(store: SessionStore, root: Root) -> None:
    session = store.create("user", CPANEL)
    (root.sessions / f"user.{session.name}").write_bytes(b"{}")
    with pytest.raises(StoreError, match="is no session"):
        store.find(session.value, CPANEL)
