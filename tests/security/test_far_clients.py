"""What everybody knows opens nothing to a client on another machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cpanel_emu import Emulator
from cpanel_emu.server.gate import is_near
from tests.server.conftest import client_of
from tests.server.wsgi import Client

FAR = "192.0.2.7"
PATH = "/json-api/cpanel?cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=listkeys"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Emulator(control=True, control_allow="192.0.2.0/24") as emulator:
        yield client_of(emulator)


@pytest.mark.parametrize("login", ["user", "root"])
def test_the_published_password_under_any_wsgi_server(client: Client, login: str) -> None:
    """A server of the user's may listen anywhere; only the client's address tells."""
    keywords = {"login": login, "door": "whm" if login == "root" else "cpanel"}
    path = f"{PATH}&cpanel_jsonapi_user=user"
    assert client.get(path, **keywords).status == "200 OK"
    assert client.get(path, **keywords, REMOTE_ADDR=FAR).status.startswith("403")


def test_the_login_form(client: Client) -> None:
    form = {"user": "user", "pass": "12345luggage"}
    assert client.post("/login/", form).status == "302 Found"
    assert client.post("/login/", form, REMOTE_ADDR=FAR).status == "401 Unauthorized"


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("127.0.0.1", True),
        ("127.8.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("", True),
        ("192.0.2.7", False),
        ("::ffff:192.0.2.7", False),
        ("fe80::1", False),
        ("1.127.0.1", False),
    ],
)
def test_who_is_near(address: str, near: bool) -> None:
    assert is_near(address) is near
