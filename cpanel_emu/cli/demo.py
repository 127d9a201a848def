"""``cpanel-emu demo``: one CSR through every way in, each request with its exact answer."""

from __future__ import annotations

import base64
import http.client
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass

import click
from cryptography import x509

from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.certificates.request_text import request_text
from cpanel_emu.cli.common import FAILED
from cpanel_emu.emulator import Emulator

_USER, _PASSWORD, _HOST = "user", "12345luggage", "example.com"
_FIELDS = {
    "city": "Houston",
    "company": "cPanel",
    "companydivision": "Documentation",
    "country": "US",
    "email": "user@example.com",
    "host": _HOST,
    "state": "Texas",
    "password": _PASSWORD,
}
_CALL = {
    "cpanel_jsonapi_apiversion": "2",
    "cpanel_jsonapi_module": "SSL",
    "cpanel_jsonapi_func": "gencsr",
}
_JSON = (
    '{"cpanelresult":{"apiversion":2,"func":"gencsr","data":[{"output":"Certificate Signing '
    'Request generated!","result":1}],"event":{"result":1},"module":"SSL"}}\n'
)
_XML = """<?xml version="1.0" ?>
<cpanelresult>
  <apiversion>2</apiversion>
  <data>
    <output>Certificate Signing Request generated!</output>
    <result>1</result>
  </data>
  <event>
    <result>1</result>
  </event>
  <func>gencsr</func>
  <module>SSL</module>
</cpanelresult>
"""


@dataclass(frozen=True, slots=True)
class _Way:
    """One way in: how it is called for people, what it answered, what it should have."""

    title: str
    request: str
    answer: str
    expected: str


@click.command()
def demo() -> None:
    """Make one CSR through every way in and show each exact answer.

    Starts a server on free ports over a temporary folder, and stops it at the end. Exit status
    0 only if every answer was right.
    """
    wrong = 0
    with Emulator() as server:
        for way in _ways(server):
            right = way.answer == way.expected
            wrong += not right
            _show(way, right=right)
        wrong += not _show_request(server)
    if wrong:
        click.echo(f"{wrong} of the answers above are wrong.", err=True)
        raise SystemExit(FAILED)
    click.echo("Every answer is right.")


def _ways(server: Emulator) -> Iterator[_Way]:
    query = urllib.parse.urlencode({**_CALL, **_FIELDS})
    yield _http("JSON", server.cpanel_url, f"/json-api/cpanel?{query}", _USER, _JSON)
    xml_query = query.replace("cpanel_jsonapi_", "cpanel_xmlapi_")
    yield _http("XML", server.cpanel_url, f"/xml-api/cpanel?{xml_query}", _USER, _XML)
    bridge = f"/json-api/cpanel?cpanel_jsonapi_user={_USER}&{query}"
    yield _http("WHM bridge", server.whm_url, bridge, "root", _JSON)


def _http(title: str, url: str, target: str, user: str, expected: str) -> _Way:
    credentials = base64.b64encode(f"{user}:{_PASSWORD}".encode()).decode("ascii")
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=30)
    try:
        connection.request("GET", target, headers={"Authorization": f"Basic {credentials}"})
        answer = connection.getresponse().read().decode("utf-8", "replace")
    finally:
        connection.close()
    return _Way(title, f"curl -u {user}:{_PASSWORD} '{url}{target}'", answer, expected)


def _show(way: _Way, *, right: bool) -> None:
    click.secho(f"== {way.title}", bold=True)
    click.echo(way.request)
    click.echo(way.answer, nl=not way.answer.endswith("\n"))
    if not right:
        click.echo(f"WRONG; expected:\n{way.expected}", err=True)
    click.echo()


def _show_request(server: Emulator) -> bool:
    """Print the stored CSR, decoded; return whether its signature is good."""
    with server.ssl_manager(_USER) as manager:
        text = manager.newest_text(ItemKind.CSR, _HOST)
    click.secho("== The stored certificate signing request, decoded", bold=True)
    click.echo(request_text(text))
    return x509.load_pem_x509_csr(text.encode("ascii")).is_signature_valid
