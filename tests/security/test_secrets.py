"""Secrets stay out of the journal, the inspector and error texts, however they were written."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from cpanel_emu import Emulator
from cpanel_emu.errors import EmulatorError
from tests.functions.caller import EXAMPLE_KEY
from tests.server.conftest import client_of
from tests.server.wsgi import Client, basic, query

SECRET = "S3same-Open"
ESCAPED = "".join(f"\\u{ord(letter):04x}" for letter in SECRET)
PERCENT = "".join(f"%{ord(letter):02X}" for letter in SECRET)
_CALL = query(module="SSL", func="gencsr", host="example.com")


def part(head: str, boundary: str = "B") -> bytes:
    return f"--{boundary}\r\n{head}\r\n\r\n{SECRET}\r\n--{boundary}--\r\n".encode()


MULTIPART = "multipart/form-data; boundary=B"
DISPOSITION = "Content-Disposition: form-data; "
BODIES: dict[str, tuple[str, bytes]] = {
    "form": ("", f"password={SECRET}".encode()),
    "escaped form": ("", f"%70assword={PERCENT}".encode()),
    "JSON": ("application/json", json.dumps({"password": SECRET}).encode()),
    "escaped JSON": ("application/json", f'{{"pass\\u0077ord":"{ESCAPED}"}}'.encode()),
    "JSON of another type": ("application/json;a=b", f'{{"PASS" :\n"{SECRET}"}}'.encode()),
    "part": (MULTIPART, part(f'{DISPOSITION}name="password"')),
    "part without quotes": (MULTIPART, part(f"{DISPOSITION}name=pass")),
    "part of capitals": (MULTIPART, part(f'{DISPOSITION}NAME="PASS"'.upper())),
    "part with an encoded name": (MULTIPART, part(f"{DISPOSITION}name*=utf-8''pass")),
    "part after another header": (MULTIPART, part(f'X-A: b\r\n{DISPOSITION}name="pass"')),
    "preamble": (MULTIPART, b"hello\r\n" + part(f'{DISPOSITION}name="pass"')),
    "quoted boundary": (
        'multipart/form-data; boundary="a b"',
        part(f'{DISPOSITION}name="pass"', "a b"),
    ),
}


@pytest.fixture
def server() -> Iterator[Emulator]:
    with Emulator(liveapi="off") as emulator:
        yield emulator


@pytest.fixture
def client(server: Emulator) -> Client:
    return client_of(server)


def told(client: Client) -> str:
    """Return all that the journal and the pages for people tell."""
    local = {"HTTP_HOST": "127.0.0.1"}
    pages = [client.get("/_emu/journal?limit=1000", **local).body]
    paths = ["", "faults", "accounts", "coverage", "try"]
    paths += [f"journal/{number}" for number in range(1, 9)]
    pages += [client.get(f"/_emu/{path}", HTTP_ACCEPT="text/html", **local).body for path in paths]
    return b"".join(pages).decode()


@pytest.mark.parametrize("login", ["user", ""])
@pytest.mark.parametrize("kind", BODIES)
def test_a_password_in_a_body(client: Client, kind: str, login: str) -> None:
    content_type, body = BODIES[kind]
    keywords = {"CONTENT_TYPE": content_type} if content_type else {}
    client.ask("POST", f"/json-api/cpanel?{_CALL}", body, login=login, **keywords)
    seen = told(client)
    assert "gencsr" in seen
    for spelling in (SECRET, ESCAPED, PERCENT):
        assert spelling not in seen


def test_credentials_in_heads(client: Client) -> None:
    client.get(f"/json-api/cpanel?{_CALL}", HTTP_AUTHORIZATION=basic("user", SECRET))
    client.get(f"/json-api/cpanel?{_CALL}", HTTP_COOKIE=f"cpsession=user%3a{SECRET}; a=b")
    client.get(f"/cpsess1/login/?session={SECRET}")
    client.get(f"/login/?user=user&pass={SECRET}")
    seen = told(client)
    assert SECRET not in seen
    assert basic("user", SECRET).split()[1] not in seen


def test_an_uploaded_key(client: Client) -> None:
    form = {"key": EXAMPLE_KEY, "host": "a.example"}
    client.post(f"/json-api/cpanel?{query(module='SSL', func='uploadkey')}", form, login="user")
    middle = EXAMPLE_KEY.splitlines()[5]
    assert middle not in told(client)


def test_a_key_that_an_answer_prints(client: Client) -> None:
    path = f"/json-api/cpanel?{query(module='SSL', func='showkey', apiversion='1')}"
    answer = client.post(path, {"arg-0": "example.com"}, login="user")
    assert b"PRIVATE KEY" in answer.body
    assert "PRIVATE KEY-----" not in told(client)


def test_error_texts_show_no_value_of_a_seed() -> None:
    from pathlib import Path

    from cpanel_emu.accounts.seed import parse_seed

    for line in (
        f'password = ["{SECRET}"]',
        f'api_tokens = {{ ci = ["{SECRET}"] }}',
        f'access_hash = "{SECRET}ä"',
    ):
        with pytest.raises(EmulatorError) as caught:
            parse_seed(f'[accounts.a]\ndomain = "a.example"\n{line}\n', "The seed", Path())
        assert SECRET not in str(caught.value)


def test_values_do_not_show_their_secrets() -> None:
    from cpanel_emu.accounts.credentials import Credentials, Scheme
    from cpanel_emu.accounts.models import Service
    from cpanel_emu.accounts.sessions import Session

    assert SECRET not in repr(Credentials(Scheme.BASIC, "user", SECRET))
    session = Session("user", Service.CPANEL, "name", SECRET, f"/{SECRET}", 0)
    assert SECRET not in repr(session)


HOSTILE = "a\nb\rc\x1b[31m\x00d\u2028e"


def test_no_request_splits_a_log_line(server: Emulator, caplog: pytest.LogCaptureFixture) -> None:
    client = client_of(server)
    with caplog.at_level(logging.DEBUG):
        (server.root.users / "user").write_text('{"user": "us\\ner"}')
        form = {"user": HOSTILE, "pass": HOSTILE, "cpanel_jsonapi_module": HOSTILE, "host": HOSTILE}
        for path in ("/login/", f"/json-api/cpanel/{HOSTILE}", f"/frontend/x3/{HOSTILE}"):
            client.post(path, form, login="user", HTTP_HOST=HOSTILE, HTTP_COOKIE=HOSTILE)
    assert "cannot be used" in caplog.text
    for record in caplog.records:
        message = record.getMessage()
        assert message.splitlines() == [message]
        assert "\x1b" not in message
