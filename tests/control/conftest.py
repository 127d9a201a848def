"""Requests to a running emulator, with nothing between the test and the bytes."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import pytest

if TYPE_CHECKING:
    from cpanel_emu import Emulator

PASSWORD = "12345luggage"
SUBJECT = {
    "city": "Houston",
    "company": "cPanel",
    "country": "US",
    "email": "user@example.com",
    "host": "example.com",
    "state": "Texas",
}


@dataclass(frozen=True)
class Got:
    """An answer over HTTP."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(
    url: str,
    method: str = "GET",
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    login: str = "",
) -> Got:
    """Send one request; *login* is an account with the published password."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    sent = dict(headers or {})
    if login:
        pair = base64.b64encode(f"{login}:{PASSWORD}".encode()).decode()
        sent["Authorization"] = f"Basic {pair}"
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body, sent)
        answer = connection.getresponse()
        return Got(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def call_url(base: str, function: str = "listkeys", form: str = "json", **values: str) -> str:
    """Return the URL of an API 2 call of module SSL."""
    names = {"module": "SSL", "func": function}
    pairs = {f"cpanel_{form}api_{name}": value for name, value in names.items()}
    return f"{base}/{form}-api/cpanel?{urlencode({**pairs, **values})}"


class Control:
    """The control namespace of one emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.base = f"{emulator.cpanel_url}/_emu"

    def get(self, path: str, **headers: str) -> Got:
        """Get something; *headers* are written with ``_`` for ``-``."""
        return ask(f"{self.base}/{path}", headers=_spelt(headers))

    def page(self, path: str) -> Got:
        """Get what a browser gets."""
        return self.get(path, Accept="text/html")

    def send(self, method: str, path: str, tree: Any = None, **headers: str) -> Got:
        """Send JSON, or nothing."""
        body = b"" if tree is None else json.dumps(tree).encode()
        kind = {} if tree is None else {"Content-Type": "application/json"}
        return ask(f"{self.base}/{path}", method, body, {**kind, **_spelt(headers)})

    def post_form(self, path: str, form: Mapping[str, str], **headers: str) -> Got:
        """Send a form as a browser does."""
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
        sent = {**kind, **_spelt(headers)}
        return ask(f"{self.base}/{path}", "POST", urlencode(form).encode(), sent)


def _spelt(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


@pytest.fixture
def control(emulator: Emulator) -> Control:
    """Return the control namespace of `emulator`, whose doors it opens."""
    return Control(emulator)
