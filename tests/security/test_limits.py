"""What one request may cost: parts, members, elements, depth, keys. Refused, never a 500."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from cpanel_emu import Emulator
from cpanel_emu.certificates import keys
from cpanel_emu.errors import Failure
from cpanel_emu.tongues.xml_action import read_xml_action
from tests.server.conftest import client_of
from tests.server.wsgi import Client

TOO_LARGE = "413 Request Entity Too Large"
UNKNOWN = b"Could not find function '' in module ''"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Emulator(liveapi="off") as emulator:
        yield client_of(emulator)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("", b"a=b&" * 10_001),
        ("", b"%" * 1_000_001),
        ("application/json", b"{%b}" % b",".join(b'"%d":1' % number for number in range(10_001))),
        (
            "multipart/form-data; boundary=B",
            b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n' * 1_001 + b"--B--\r\n",
        ),
    ],
    ids=["pairs", "escapes", "members", "parts"],
)
def test_more_than_a_request_may_have(client: Client, kind: str, body: bytes) -> None:
    answer = client.ask("POST", "/json-api/cpanel", body, login="user", CONTENT_TYPE=kind)
    assert answer.status == TOO_LARGE
    assert answer.closed


def test_a_query_of_too_many_pairs(client: Client) -> None:
    assert client.get(f"/json-api/cpanel?{'a&' * 10_001}", login="user").status == TOO_LARGE


@pytest.mark.parametrize("length", ["9" * 5000, "99999999999"])
def test_a_length_of_thousands_of_digits(client: Client, length: str) -> None:
    """Other WSGI servers hand the header on as it came."""
    answer = client.ask("POST", "/json-api/cpanel", b"a", login="user", CONTENT_LENGTH=length)
    assert answer.status == TOO_LARGE


@pytest.mark.parametrize("depth", [500, 900, 1_000, 100_000])
def test_json_of_any_depth(client: Client, depth: int) -> None:
    body = b'{"a":' + b"[" * depth + b"]" * depth + b"}"
    kind = "application/json"
    answer = client.ask("POST", "/json-api/cpanel", body, login="user", CONTENT_TYPE=kind)
    assert answer.status == "200 OK"
    assert UNKNOWN in answer.body


@pytest.mark.parametrize(
    "document",
    [
        b"<cpanelaction>" + b"<a>" * 10_001,
        b"<cpanelaction><args>" + b"<a>b</a>" * 10_000 + b"</args></cpanelaction>",
        b"<cpanelaction><module>" + b"a" * (1 << 20) + b"</module></cpanelaction>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><cpanelaction><module>&b;</module></cpanelaction>",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><cpanelaction>&b;</cpanelaction>",
        b"<!DOCTYPE a SYSTEM 'http://192.0.2.1/a.dtd'><cpanelaction></cpanelaction>",
        b"<cpanelaction xmlns:x='http://www.w3.org/2001/XInclude'><x:include href='/etc/passwd'/>",
    ],
    ids=["depth", "elements", "size", "entity", "file", "DTD", "include"],
)
def test_documents_that_are_no_call(client: Client, document: bytes) -> None:
    assert read_xml_action(document) is None
    if len(document) < 100_000:
        answer = client.get(f"/xml-api/cpanel?xmlin={quote(document)}", login="user")
        assert answer.status == "200 OK"
        assert b"Could not find function '' in module ''" in answer.body


def test_ten_thousand_elements_are_a_call() -> None:
    document = b"<cpanelaction><args>" + b"<a>b</a>" * 9_000 + b"</args></cpanelaction>"
    assert read_xml_action(document) == {"args": {"a": "b"}}


def test_a_key_that_takes_a_minute_to_check_is_not_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unchecked: list[bool] = []

    def load(_data: bytes, password: None, *, unsafe_skip_rsa_key_validation: bool) -> object:
        unchecked.append(unsafe_skip_rsa_key_validation)
        return mock.MagicMock(spec=rsa.RSAPrivateKey, key_size=8192)

    monkeypatch.setattr(serialization, "load_pem_private_key", load)
    with pytest.raises(Failure):
        keys.parse("-----BEGIN PRIVATE KEY-----")
    assert unchecked == [True]


def test_nothing_compressed_is_taken(client: Client) -> None:
    """A body is what its bytes say; ``Content-Encoding`` is not looked at."""
    import gzip

    body = gzip.compress(b"cpanel_jsonapi_module=SSL&cpanel_jsonapi_func=listkeys")
    answer = client.ask(
        "POST", "/json-api/cpanel", body, login="user", HTTP_CONTENT_ENCODING="gzip"
    )
    assert UNKNOWN in answer.body
    assert "Content-Encoding" not in answer.names
