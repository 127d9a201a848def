"""Native WHM calls over HTTP, byte for byte (``wire §8``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.server.conftest import client_of
from tests.server.wsgi import DATE, Client

if TYPE_CHECKING:
    from pathlib import Path

JSON_TYPE = 'application/json; charset="utf-8"'
ROW = (
    '{"disklimit":"unlimited","diskused":"0M","domain":"bought.example","email":"",'
    '"ip":"192.0.2.10","owner":"seller","plan":"default","startdate":"26 Jan 01 00:00",'
    '"suspended":0,"theme":"paper_lantern","unix_startdate":"1767225600","user":"bought"}'
)


def test_the_head_and_the_body(reader: Client) -> None:
    answer = reader.get("/json-api/version", door="whm", login="root")
    assert (answer.status, answer.body) == ("200 OK", b'{"version":"11.110"}')
    assert answer.headers == [
        ("Server", "cpsrvd"),
        ("Date", DATE),
        ("Content-Type", JSON_TYPE),
        ("Content-Length", "20"),
    ]


def test_cache_control(reader: Client) -> None:
    answer = reader.get("/json-api/version?api.version=1", door="whm", login="root")
    assert answer.names == ["Server", "Date", "Cache-Control", "Content-Type", "Content-Length"]
    assert answer.header("Cache-Control") == "no-cache"
    load = reader.get("/json-api/loadavg", door="whm", login="root")
    assert load.header("Cache-Control") == "no-cache, no-store, private, must-revalidate"
    assert load.body == b'{"one":"0.00","five":"0.00","fifteen":"0.00"}\n'


def test_xml(reader: Client) -> None:
    answer = reader.get("/xml-api/loadavg", door="whm-tls", login="root")
    assert answer.header("Content-Type") == "text/xml"
    assert answer.body == (
        b"<loadavg>\n  <one>0.00</one>\n  <five>0.00</five>\n"
        b"  <fifteen>0.00</fifteen>\n</loadavg>\n"
    )
    listed = reader.get("/xml-api/listaccts", door="whm", login="seller")
    assert (
        listed.body
        == b"""\
<listaccts>
  <status>1</status>
  <statusmsg>Ok</statusmsg>
  <acct>
    <disklimit>unlimited</disklimit>
    <diskused>0M</diskused>
    <domain>bought.example</domain>
    <email></email>
    <ip>192.0.2.10</ip>
    <owner>seller</owner>
    <plan>default</plan>
    <startdate>26 Jan 01 00:00</startdate>
    <suspended>0</suspended>
    <theme>paper_lantern</theme>
    <unix_startdate>1767225600</unix_startdate>
    <user>bought</user>
  </acct>
</listaccts>
"""
    )


def test_xml_of_version_1(reader: Client) -> None:
    answer = reader.get("/xml-api/version?api.version=1", door="whm", login="root")
    assert (
        answer.body
        == b"""\
<version>
  <data>
    <version>11.110</version>
  </data>
  <metadata>
    <result>1</result>
    <reason>OK</reason>
    <version>1</version>
    <command>version</command>
  </metadata>
</version>
"""
    )


def test_a_name_that_is_no_xml_name(reader: Client) -> None:
    target = "/xml-api/1n\xc3\xb6 <x"  # as WSGI hands over "1nö <x"
    answer = reader.get(target, door="whm", login="root")
    assert answer.body.decode() == (
        "<_1nö__x>\n  <error>Unknown App Requested: 1nö _x</error>\n</_1nö__x>\n"
    )


@pytest.mark.parametrize("path", ["/json-api/listaccts/", "//cpsess1//json-api//listaccts"])
def test_paths(reader: Client, path: str) -> None:
    answer = reader.get(path, door="whm", login="seller")
    assert answer.body == f'{{"status":1,"statusmsg":"Ok","acct":[{ROW}]}}'.encode()


def test_arguments_by_post(reader: Client) -> None:
    form = {"user": "bought", "api.version": "1"}
    answer = reader.post("/json-api/accountsummary", form, door="whm", login="root")
    assert answer.body.startswith(f'{{"data":{{"acct":[{ROW}]}},"metadata":'.encode())


def test_the_release_without_xml_for_cpanel_calls_has_it_here(seed: Path) -> None:
    from cpanel_emu import Emulator

    with Emulator(seed=seed, emulate_version="110") as emulator:
        answer = client_of(emulator).get("/xml-api/version", door="whm", login="root")
    assert answer.body == b"<version>\n  <version>11.110</version>\n</version>\n"
