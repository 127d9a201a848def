"""Logging in and out, and sessions that WHM hands over (``wire §3.2``)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.server.conftest import client_of
from tests.server.wsgi import DATE, PASSWORD, Answer, Client

if TYPE_CHECKING:
    from cpanel_emu import Emulator

JSON_TYPE = 'application/json; charset="utf-8"'
FORM = {"user": "user", "pass": PASSWORD}
SESSION = r"cpsession=(user%3a[A-Za-z0-9]{16}%2c[0-9a-f]{32}); HttpOnly; path=/; port=2082"
API = "/json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=listcsrs"


def cookie_of(answer: Answer) -> str:
    """Return what a client sends back of the ``Set-Cookie``."""
    return answer.header("Set-Cookie").partition(";")[0]


def assert_login_page(answer: Answer) -> None:
    assert b"<html>" in answer.body
    assert b'action="/login/"' in answer.body
    assert answer.header("Content-Type") == 'text/html; charset="utf-8"'


def test_login_only(client: Client) -> None:
    answer = client.post("/login/?login_only=1", FORM)
    assert answer.status == "200 OK"
    assert answer.closed
    expected = (
        rb'\{"status":1,"redirect":"(/cpsess\d{10})/frontend/x3/index\.html\?post_login=\d{14}",'
        rb'"security_token":"(/cpsess\d{10})"\}'
    )
    found = re.fullmatch(expected, answer.body)
    assert found is not None
    token = found[1].decode()
    assert found[2].decode() == token
    assert answer.names == [
        "Server",
        "Date",
        "Location",
        "Set-Cookie",
        "Content-Type",
        "Content-Length",
    ]
    assert answer.header("Server") == "cpsrvd"
    assert answer.header("Date") == DATE
    assert answer.header("Location") == f"{token}/frontend/x3/index.html"
    assert answer.header("Content-Type") == JSON_TYPE
    assert re.fullmatch(SESSION, answer.header("Set-Cookie"))
    assert client.get(token + API, HTTP_COOKIE=cookie_of(answer)).status == "200 OK"


def test_login_without_login_only(client: Client) -> None:
    answer = client.post("/login", FORM)
    assert (answer.status, answer.body, answer.closed) == ("302 Found", b"", True)
    assert answer.names == ["Server", "Date", "Location", "Set-Cookie", "Content-Length"]
    found = re.fullmatch(r"(/cpsess\d{10})/frontend/x3/index\.html", answer.header("Location"))
    assert found is not None
    assert re.fullmatch(SESSION, answer.header("Set-Cookie"))
    assert client.get(found[1] + API, HTTP_COOKIE=cookie_of(answer)).status == "200 OK"


@pytest.mark.parametrize(
    ("query", "form", "told"),
    [
        ("", {"login_only": "1"}, True),
        ("?login_only=1", {}, True),
        ("?login_only=0", {"login_only": "1"}, True),
        ("?login_only=0", {}, False),
        ("?login_only=", {}, False),
    ],
)
def test_login_only_counts_in_query_and_body(
    client: Client, query: str, form: dict[str, str], told: bool
) -> None:
    answer = client.post(f"/login/{query}", {**FORM, **form})
    assert answer.status == ("200 OK" if told else "302 Found")
    assert answer.header("Location").startswith("/cpsess")


def test_login_by_get_and_by_octet_stream(client: Client) -> None:
    by_get = client.get(f"/login/?user=user&pass={PASSWORD}&login_only=1")
    assert json.loads(by_get.body)["status"] == 1
    body = b"login_only=1&user=user&pass=12345luggage&tfa_token=123456"
    octets = client.ask("POST", "/login/", body, CONTENT_TYPE="application/octet-stream")
    assert json.loads(octets.body)["status"] == 1


@pytest.mark.parametrize(
    ("goto", "expected"),
    [
        ("/", "/cpsess%/?post_login=#"),
        ("/frontend/x3/ssl/index.html?a=1", "/cpsess%/frontend/x3/ssl/index.html?a=1&post_login=#"),
        ("/ä b\r\nSet-Cookie: x", "/cpsess%/%C3%A4%20b%0D%0ASet-Cookie:%20x?post_login=#"),
        ("//evil.example/", "/cpsess%//evil.example/?post_login=#"),
        ("https://evil.example/", "/cpsess%/frontend/x3/index.html?post_login=#"),
        ("", "/cpsess%/frontend/x3/index.html?post_login=#"),
    ],
)
def test_goto_uri_changes_the_redirect_and_nothing_else(
    client: Client, goto: str, expected: str
) -> None:
    answer = client.post("/login/?login_only=1", {**FORM, "goto_uri": goto})
    told = json.loads(answer.body)
    pattern = re.escape(expected).replace("%/", r"\d{10}/").replace("\\#", r"\d{14}")
    assert re.fullmatch(pattern, told["redirect"])
    assert answer.header("Location") == f"{told['security_token']}/frontend/x3/index.html"
    browser = client.post("/login/", {**FORM, "goto_uri": goto})
    assert re.fullmatch(r"/cpsess\d{10}/frontend/x3/index\.html", browser.header("Location"))


def test_the_theme_is_the_accounts(client: Client) -> None:
    answer = client.post("/login/", {"user": "bought", "pass": PASSWORD})
    assert answer.header("Location").endswith("/frontend/paper_lantern/index.html")


def test_a_secure_cookie_on_tls_ports(client: Client) -> None:
    answer = client.post("/login/", FORM, door="cpanel-tls")
    assert re.fullmatch(SESSION.replace("2082", "2083") + "; secure", answer.header("Set-Cookie"))


@pytest.mark.parametrize("user", ["root", "seller"])
def test_login_to_whm(client: Client, user: str) -> None:
    answer = client.post("/login/?login_only=1", {"user": user, "pass": PASSWORD}, door="whm")
    told = json.loads(answer.body)
    token = told["security_token"]
    assert re.fullmatch(rf"{token}/\?post_login=\d{{14}}", told["redirect"])
    assert answer.header("Location") == f"{token}/"
    session = SESSION.replace("cpsession", "whostmgrsession").replace("2082", "2086")
    assert re.fullmatch(session.replace("user", user), answer.header("Set-Cookie"))
    start = client.get(f"{token}/", door="whm", HTTP_COOKIE=cookie_of(answer))
    assert start.status == "200 OK"
    assert f"logged in as {user}.".encode() in start.body
    assert f'href="{token}/json-api/listaccts"'.encode() in start.body


def test_the_start_of_a_cpanel_port_leads_to_the_theme(client: Client) -> None:
    answer = client.get("/", login="user")
    assert (answer.status, answer.body) == ("302 Found", b"")
    assert answer.header("Location") == "/frontend/x3/index.html"
    assert client.get("/cpsess7/", login="user").header("Location").startswith("/cpsess7/frontend/")


@pytest.mark.parametrize(
    ("door", "form"),
    [
        ("cpanel", {"user": "user", "pass": "wrong"}),
        ("cpanel", {"user": "user", "pass": ""}),
        ("cpanel", {"user": "user"}),
        ("cpanel", {"pass": PASSWORD}),
        ("cpanel", {}),
        ("cpanel", {"user": "nobody", "pass": PASSWORD}),
        ("cpanel", {"user": "USER", "pass": PASSWORD}),
        ("cpanel", {"user": "away", "pass": PASSWORD}),
        ("cpanel", {"user": "root", "pass": PASSWORD}),
        ("cpanel", {"user": "user", "pass": "USERTOKEN"}),
        ("whm", {"user": "user", "pass": PASSWORD}),
    ],
)
def test_a_wrong_login(reader: Client, door: str, form: dict[str, str]) -> None:
    told = reader.post("/login/?login_only=1", form, door=door)
    assert (told.status, told.closed) == ("401 Unauthorized", True)
    assert told.body == b'{"status":0,"message":"invalid_login"}'
    assert told.header("Content-Type") == JSON_TYPE
    assert told.names == ["Server", "Date", "Content-Type", "Content-Length"]
    page = reader.post("/login/", form, door=door)
    assert page.status == "401 Unauthorized"
    assert_login_page(page)


def test_the_login_form_itself(reader: Client) -> None:
    for target in ("/login", "/login/", "/cpsess1/login/", "/login/?login_only=1"):
        answer = reader.get(target)
        assert answer.status == "200 OK"
        assert_login_page(answer)


@pytest.mark.parametrize("prefixed", [True, False])
def test_logout(client: Client, prefixed: bool) -> None:
    login = client.post("/login/?login_only=1", FORM)
    token, cookie = json.loads(login.body)["security_token"], cookie_of(login)
    assert client.get(token + API, HTTP_COOKIE=cookie).status == "200 OK"
    answer = client.get(f"{token if prefixed else ''}/logout/", HTTP_COOKIE=cookie)
    assert (answer.status, answer.body, answer.closed) == ("302 Found", b"", True)
    assert answer.header("Location") == "/login/"
    assert answer.header("Set-Cookie") == (
        "cpsession=; HttpOnly; path=/; port=2082; expires=Thu, 01 Jan 1970 00:00:01 GMT"
    )
    assert client.get(token + API, HTTP_COOKIE=cookie).status == "403 Forbidden Access denied"
    assert client.get("/logout", HTTP_COOKIE=cookie).status == "302 Found"


def test_logout_of_one_session_leaves_the_others(client: Client) -> None:
    logins = [client.post("/login/?login_only=1", FORM) for _ in range(2)]
    client.get("/logout/", HTTP_COOKIE=cookie_of(logins[0]))
    token = json.loads(logins[1].body)["security_token"]
    assert client.get(token + API, HTTP_COOKIE=cookie_of(logins[1])).status == "200 OK"


@pytest.mark.parametrize(
    ("service", "door", "name", "home"),
    [
        ("cpaneld", "cpanel-tls", "cpsession", "/frontend/x3/index.html"),
        ("whostmgrd", "whm-tls", "whostmgrsession", "/"),
    ],
)
def test_a_session_that_whm_made(
    client: Client, service: str, door: str, name: str, home: str
) -> None:
    made = client.get(
        f"/json-api/create_user_session?api.version=1&user=seller&service={service}",
        door="whm",
        login="root",
    )
    data = json.loads(made.body)["data"]
    url = urlsplit(data["url"])
    answer = client.get(f"{url.path}?{url.query}", door=door)
    token = data["cp_security_token"]
    assert (answer.status, answer.body, answer.closed) == ("307 Temporary Redirect", b"", True)
    assert answer.header("Location") == f"{token}{home}"
    value = data["session"].replace(":", "%3a").replace(",", "%2c")
    port = {"cpanel-tls": 2083, "whm-tls": 2087}[door]
    assert answer.header("Set-Cookie") == f"{name}={value}; HttpOnly; path=/; port={port}; secure"


def test_a_session_handed_over_wrongly(server: Emulator, client: Client) -> None:
    made = client.get(
        "/json-api/create_user_session?api.version=1&user=user&service=cpaneld",
        door="whm",
        login="root",
    )
    data = json.loads(made.body)["data"]
    token, value = data["cp_security_token"], data["session"]
    good = f"{token}/login/?session={value}"
    assert client.get(good).status == "307 Temporary Redirect"
    for target, door in (
        (good[:-1] + ("0" if good[-1] != "0" else "1"), "cpanel"),
        (f"/cpsess0000000000/login/?session={value}", "cpanel"),
        (f"{token}/login/?session=", "cpanel"),
        (good, "whm"),
    ):
        answer = client.get(target, door=door)
        assert answer.status == "401 Unauthorized"
        assert_login_page(answer)
    server.accounts.remove("user")
    assert client.get(good).status == "401 Unauthorized"


def test_logins_repeat_with_a_seed(seed: str) -> None:
    from cpanel_emu import Emulator

    bodies = []
    for _ in range(2):
        with Emulator(seed=seed, random_seed=7) as emulator:
            answer = client_of(emulator).post("/login/?login_only=1", FORM)
            bodies.append((answer.body, answer.header("Set-Cookie")))
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    ("release", "server", "content_type"),
    [
        ("11.32", "cpsrvd/11.32.6.4", 'text/plain; charset="utf-8"'),
        ("11.36.0.4", "cpsrvd/11.36.0.4", JSON_TYPE),
        ("110", "cpsrvd", JSON_TYPE),
    ],
)
def test_headers_follow_the_release(
    seed: str, release: str, server: str, content_type: str
) -> None:
    from cpanel_emu import Emulator

    with Emulator(seed=seed, emulate_version=release) as emulator:
        client = client_of(emulator)
        for form in (FORM, {}):
            answer = client.post("/login/?login_only=1", form)
            assert answer.header("Server") == server
            assert answer.header("Content-Type") == content_type
