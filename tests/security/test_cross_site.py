"""What a page of another site can make a visitor's browser do here: nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cpanel_emu import Emulator
from tests.server.conftest import client_of
from tests.server.wsgi import Client

EVIL = "http://evil.example"
LOCAL = {"HTTP_HOST": "127.0.0.1:2082"}
FORM = {"user": "user", "pass": "12345luggage"}
CROSS_SITE = [
    {"HTTP_ORIGIN": EVIL},
    {"HTTP_ORIGIN": "null"},
    {"HTTP_ORIGIN": "http://127.0.0.1:9999"},
    {"HTTP_ORIGIN": "https://127.0.0.1:2082"},
    {"HTTP_REFERER": f"{EVIL}/page"},
    {"HTTP_SEC_FETCH_SITE": "cross-site"},
    {"HTTP_SEC_FETCH_SITE": "same-site"},
]
CHANGES = [
    ("POST", "/_emu/reset", b""),
    ("POST", "/_emu/seed", b'[accounts.a]\ndomain = "a.example"\n'),
    ("POST", "/_emu/faults", b"kind=drop"),
    ("POST", "/_emu/journal/clear", b""),
    ("DELETE", "/_emu/journal", b""),
    ("PUT", "/_emu/faults", b"[]"),
]


@pytest.fixture
def server() -> Iterator[Emulator]:
    with Emulator(liveapi="off") as emulator:
        yield emulator


@pytest.fixture
def client(server: Emulator) -> Client:
    return client_of(server)


def logged_in(client: Client) -> tuple[str, str]:
    """Return cookie and token of a visitor's session."""
    answer = client.post("/login/", FORM)
    token = answer.header("Location").split("/")[1]
    return answer.header("Set-Cookie").partition(";")[0], token


@pytest.mark.parametrize("headers", CROSS_SITE, ids=str)
def test_a_cross_site_request_changes_nothing_in_the_control_namespace(
    server: Emulator, client: Client, headers: dict[str, str]
) -> None:
    server.call("SSL", "listkeys", user="user")
    before = (server.journal.last, server.accounts.names(), server.faults.planned())
    for method, path, body in CHANGES:
        answer = client.ask(method, path, body, **LOCAL, **headers)
        assert answer.status == "403 Forbidden"
    assert (server.journal.last, server.accounts.names(), server.faults.planned()) == before
    assert len(server.journal.entries()) > 0


@pytest.mark.parametrize("path", ["health", "journal", "", "faults", "coverage"])
def test_a_rebound_name_reads_nothing(client: Client, path: str) -> None:
    for host in ("evil.example", "evil.example:2082", "127.0.0.1.evil.example", "localhost.evil"):
        answer = client.get(f"/_emu/{path}", HTTP_HOST=host)
        assert answer.status == "403 Forbidden"
        assert b"attack" in answer.body


def test_nobody_may_frame_or_read_the_pages_of_the_namespace(client: Client) -> None:
    for path in ("", "journal", "faults", "nosuch"):
        answer = client.get(f"/_emu/{path}", HTTP_ACCEPT="text/html", **LOCAL)
        assert answer.header("X-Frame-Options") == "DENY"
        assert "frame-ancestors 'none'" in answer.header("Content-Security-Policy")
        assert answer.header("Cross-Origin-Resource-Policy") == "same-origin"
        assert "Access-Control-Allow-Origin" not in answer.names


def test_a_cookie_alone_opens_no_page_and_no_call(server: Emulator, client: Client) -> None:
    """A browser sends the cookie with whatever another site asks; the token it cannot know."""
    cookie, token = logged_in(client)
    wrong = f"/cpsess{int(token.removeprefix('cpsess')) ^ 1:010d}"
    before = server.journal.last
    call = "json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=gencsr"
    for prefix in ("", "/cpsess", wrong):
        page = client.post(f"{prefix}/frontend/x3/ssl/csr.html", {"host": "a"}, HTTP_COOKIE=cookie)
        assert page.status in {"401 Unauthorized", "404 Not Found"}
        answer = client.post(f"{prefix}/{call}", {"host": "a"}, HTTP_COOKIE=cookie)
        assert answer.status.startswith(("403", "401", "404"))
        executed = client.get(f"{prefix}/execute/SSL/list_keys", HTTP_COOKIE=cookie)
        assert executed.status in {"401 Unauthorized", "404 Not Found"}
    calls = [entry for entry in server.journal.entries(before) if hasattr(entry, "api")]
    assert calls == []
    good = client.get(f"/{token}/frontend/x3/index.html", HTTP_COOKIE=cookie)
    assert good.status == "200 OK"


def test_no_challenge_makes_a_browser_remember_a_password(client: Client) -> None:
    """Without ``WWW-Authenticate`` no browser sends Basic credentials by itself."""
    for path in ("/", "/json-api/cpanel", "/frontend/x3/index.html", "/execute/SSL/list_keys"):
        assert "WWW-Authenticate" not in client.get(path).names


def test_no_answer_lets_other_origins_read_it(client: Client) -> None:
    for method in ("GET", "OPTIONS"):
        answer = client.ask(method, "/json-api/cpanel", b"", login="user", HTTP_ORIGIN=EVIL)
        assert not any(name.lower().startswith("access-control") for name in answer.names)


def test_a_session_is_handed_over_with_its_token_alone(server: Emulator, client: Client) -> None:
    from cpanel_emu.accounts.models import Service

    session = server.sessions.create("user", Service.CPANEL)
    for path in (f"/login/?session={session.value}", f"/cpsess1/login/?session={session.value}"):
        assert "Set-Cookie" not in client.get(path).names
    answer = client.get(f"{session.token}/login/?session={session.value}")
    assert answer.status == "307 Temporary Redirect"


@pytest.mark.parametrize("target", ["//evil.example/", "http://evil.example/", "/\\evil.example"])
def test_a_login_leads_to_no_other_site(client: Client, target: str) -> None:
    answer = client.post("/login/?login_only=1", {**FORM, "goto_uri": target})
    assert b'"redirect":"/cpsess' in answer.body
    assert answer.header("Location").startswith("/cpsess")
