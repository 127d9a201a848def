"""Calls over HTTP: where they may stand, and the answers byte for byte (``wire §2``, §5)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest

from tests.server.conftest import client_of
from tests.server.wsgi import DATE, Answer, Client, query

if TYPE_CHECKING:
    from pathlib import Path

    from cpanel_emu import Emulator

JSON_TYPE = 'application/json; charset="utf-8"'
PLAIN = 'text/plain; charset="utf-8"'
NONE_LISTED = (
    b'{"cpanelresult":{"apiversion":2,"func":"listcsrs","data":[],"event":{"result":1},'
    b'"module":"SSL"}}\n'
)
NONE_LISTED_XML = b"""\
<?xml version="1.0" ?>
<cpanelresult>
  <apiversion>2</apiversion>
  <event>
    <result>1</result>
  </event>
  <func>listcsrs</func>
  <module>SSL</module>
</cpanelresult>
"""
CALL = query(module="SSL", func="listcsrs")
XML_CALL = query("xmlapi", module="SSL", func="listcsrs")


def error_of(answer: Answer) -> str:
    text: str = json.loads(answer.body)["cpanelresult"]["error"]
    return text


def test_the_head_of_an_answer(reader: Client) -> None:
    answer = reader.get(f"/json-api/cpanel?{CALL}", login="user")
    assert (answer.status, answer.body, answer.closed) == ("200 OK", NONE_LISTED, False)
    assert answer.headers == [
        ("Server", "cpsrvd"),
        ("Date", DATE),
        ("Content-Type", JSON_TYPE),
        ("Content-Length", "98"),
    ]


def test_the_head_of_an_answer_in_xml(reader: Client) -> None:
    answer = reader.get(f"/xml-api/cpanel?{XML_CALL}", login="user")
    assert (answer.status, answer.body) == ("200 OK", NONE_LISTED_XML)
    assert answer.headers == [
        ("Server", "cpsrvd"),
        ("Date", DATE),
        ("Content-Type", "text/xml"),
        ("Content-Length", str(len(NONE_LISTED_XML))),
    ]


@pytest.mark.parametrize(
    ("release", "server", "content_type"),
    [
        ("11.32", "cpsrvd/11.32.6.4", PLAIN),
        ("11.36", "cpsrvd/11.36.2.3", PLAIN),
        ("11.36.0.4", "cpsrvd/11.36.0.4", JSON_TYPE),
        ("11.40", "cpsrvd/11.40.1.11", PLAIN),
        ("11.44", "cpsrvd/11.44.1.23", PLAIN),
        ("72", "cpsrvd", PLAIN),
        ("110", "cpsrvd", JSON_TYPE),
    ],
)
def test_the_head_follows_the_release(
    seed: Path, release: str, server: str, content_type: str
) -> None:
    from cpanel_emu import Emulator

    with Emulator(seed=seed, emulate_version=release) as emulator:
        answer = client_of(emulator).get(f"/json-api/cpanel?{CALL}", login="user")
    assert answer.header("Server") == server
    assert answer.header("Content-Type") == content_type
    assert answer.body == NONE_LISTED


@pytest.mark.parametrize(
    "target",
    [
        "/json-api/cpanel",
        "/json-api/cpanel/",
        "//json-api///cpanel//",
        "/json-api//json-api/cpanel",
        "/cpsess1234567890/json-api/cpanel",
    ],
)
def test_paths_of_the_api(reader: Client, target: str) -> None:
    assert reader.get(f"{target}?{CALL}", login="user").body == NONE_LISTED


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_methods_and_places_of_parameters(reader: Client, form: str, method: str) -> None:
    call = query(f"{form}api", module="SSL", func="listcsrs")
    expected = NONE_LISTED if form == "json" else NONE_LISTED_XML
    path = f"/{form}-api/cpanel"
    in_query = reader.ask(method, f"{path}?{call}", login="user")
    in_body = reader.ask(method, path, call.encode(), login="user")
    assert in_query.body == in_body.body == expected


def test_head_has_the_length_and_no_body(reader: Client) -> None:
    answer = reader.ask("HEAD", f"/json-api/cpanel?{CALL}", login="user")
    assert (answer.status, answer.body) == ("200 OK", b"")
    assert answer.header("Content-Length") == "98"


def test_a_json_body(reader: Client) -> None:
    body = json.dumps({"cpanel_jsonapi_module": "SSL", "cpanel_jsonapi_func": "listcsrs"})
    answer = reader.ask(
        "POST", "/json-api/cpanel", body.encode(), login="user", CONTENT_TYPE="application/json"
    )
    assert answer.body == NONE_LISTED


def test_both_prefixes_on_both_paths(reader: Client) -> None:
    assert reader.get(f"/json-api/cpanel?{XML_CALL}", login="user").body == NONE_LISTED
    assert reader.get(f"/xml-api/cpanel?{CALL}", login="user").body == NONE_LISTED_XML
    both = f"{query(module='SSL', func='listcsrs')}&{query('xmlapi', module='No', func='no')}"
    assert reader.get(f"/json-api/cpanel?{both}", login="user").body == NONE_LISTED
    other = reader.get(f"/xml-api/cpanel?{both}", login="user").body
    assert b"<error>Could not find function 'no' in module 'No'</error>" in other


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"cpanel_jsonapi_version": "1"}, NONE_LISTED),
        ({"cpanel_jsonapi_apiversion": "2"}, NONE_LISTED),
        ({"cpanel_jsonapi_apiversion": ""}, NONE_LISTED),
        ({"cpanel_jsonapi_apiversion": "uapi"}, NONE_LISTED),
        ({"cpanel_jsonapi_apiversion": "02"}, NONE_LISTED),
        ({"api.version": "1"}, NONE_LISTED),
        ({"nonsense": "1", "user": "x", "key": "y"}, NONE_LISTED),
    ],
)
def test_what_changes_nothing(reader: Client, parameters: dict[str, str], expected: bytes) -> None:
    target = f"/json-api/cpanel?{CALL}&{urlencode(parameters)}"
    assert reader.get(target, login="user").body == expected


@pytest.mark.parametrize(
    ("module", "function", "text"),
    [
        ("SSL", "nosuch", "Could not find function 'nosuch' in module 'SSL'"),
        ("sSL", "nosuch", "Could not find function 'nosuch' in module 'SSL'"),
        ("ssl", "listcsrs", "Could not find function 'listcsrs' in module 'ssl'"),
        ("SSL", "ListCSRs", "Could not find function 'ListCSRs' in module 'SSL'"),
        ("", "", "Could not find function '' in module ''"),
        ("<b>", "a>b", "Could not find function 'a_b' in module '_b_'"),
    ],
)
def test_an_unknown_function(reader: Client, module: str, function: str, text: str) -> None:
    call = query(module=module, func=function)
    assert error_of(reader.get(f"/json-api/cpanel?{call}", login="user")) == text


def test_an_unknown_function_byte_for_byte(reader: Client) -> None:
    call = query(module="SSL", func="nosuch")
    assert reader.get(f"/json-api/cpanel?{call}", login="user").body == (
        b'{"cpanelresult":{"apiversion":2,"error":"Could not find function \'nosuch\' in module '
        b'\'SSL\'","func":"nosuch","module":"SSL"}}\n'
    )


def test_api_1(reader: Client) -> None:
    call = query(module="SSL", func="nosuch", apiversion="1")
    assert reader.get(f"/json-api/cpanel?{call}", login="user").body == (
        b'{"apiversion":"1","type":"event","module":"SSL","func":"nosuch","source":"module",'
        b'"data":{"result":""},"event":{"reason":"SSL::nosuch() failed: Can\'t use string '
        b'(\\"Cpanel::SSL::SSL_nosuch\\") as a subroutine ref while \\"strict refs\\" in use at '
        b'(eval 21) line 1.\\n","result":0}}'
    )
    xml_call = query("xmlapi", module="SSL", func="nosuch", apiversion="1")
    assert (
        reader.get(f"/xml-api/cpanel?{xml_call}", login="user").body
        == b"""\
<?xml version="1.0" ?>
<cpanelresult>
  <module>SSL</module>
  <func>nosuch</func>
  <type>event</type>
  <source>internal</source>
  <apiversion>1</apiversion>
  <data>
    <result></result>
  </data>
  <event>
    <reason>SSL::nosuch() failed: Can't use string (&quot;Cpanel::SSL::SSL_nosuch&quot;) as a \
subroutine ref while &quot;strict refs&quot; in use at (eval 21) line 1.
</reason>
    <result>0</result>
  </event>
</cpanelresult>
"""
    )


def test_api_1_takes_positional_and_named_arguments(reader: Client) -> None:
    for argument in ("arg-0", "host"):
        call = f"{query(module='SSL', func='showcsr', apiversion='1')}&{argument}=none.example"
        answer = reader.get(f"/json-api/cpanel?{call}", login="user")
        assert b'"error":"No CSR is stored for \\"none.example\\"."' in answer.body


UNKNOWN_UAPI = (
    b'{"apiversion":3,"func":"nosuch","module":"SSL","result":{"data":null,"errors":'
    b'["Could not find function \'nosuch\' in module \'SSL\'"],"messages":null,"metadata":{},'
    b'"status":0,"warnings":null}}\n'
)


def test_uapi_through_both_paths(reader: Client) -> None:
    call = query(module="SSL", func="list_csrs", apiversion="3")
    result = (
        b'{"data":[],"errors":null,"messages":null,"metadata":{"transformed":1},"status":1,'
        b'"warnings":null}'
    )
    wrapped = reader.get(f"/json-api/cpanel?{call}", login="user")
    assert wrapped.body == (
        b'{"apiversion":3,"func":"list_csrs","module":"SSL","result":' + result + b"}\n"
    )
    bare = reader.get("/execute/SSL/list_csrs", login="user")
    assert (bare.status, bare.body) == ("200 OK", result + b"\n")
    assert bare.header("Content-Type") == JSON_TYPE
    for path in (
        "/execute/SSL/list_csrs/",
        "//execute//SSL/list_csrs",
        "/cpsess1/execute/SSL/list_csrs",
    ):
        assert reader.get(path, login="user").body == bare.body
    token = reader.get("/execute/SSL/list_csrs", HTTP_AUTHORIZATION="cpanel user:USERTOKEN")
    assert token.body == bare.body


def test_an_unknown_uapi_function(reader: Client) -> None:
    call = query(module="SSL", func="nosuch", apiversion="3")
    assert reader.get(f"/json-api/cpanel?{call}", login="user").body == UNKNOWN_UAPI
    inner = json.loads(UNKNOWN_UAPI)["result"]
    assert json.loads(reader.get("/execute/SSL/nosuch", login="user").body) == inner


def test_where_execute_is_not(reader: Client, seed: Path) -> None:
    from cpanel_emu import Emulator

    assert reader.get("/execute/SSL/list_csrs", door="whm", login="root").status == "404 Not Found"
    for path in ("/execute/SSL", "/execute/SSL/list_csrs/x", "/execute//list_csrs"):
        assert reader.get(path, login="user").status == "404 Not Found"
    with Emulator(seed=seed, emulate_version="11.40") as emulator:
        client = client_of(emulator)
        assert client.get("/execute/SSL/list_csrs", login="user").status == "404 Not Found"
        call = query(module="SSL", func="list_csrs", apiversion="3")
        assert error_of(client.get(f"/json-api/cpanel?{call}", login="user")) == (
            "Could not find function 'list_csrs' in module 'SSL'"
        )


def test_a_function_that_must_be_posted(reader: Client) -> None:
    call = query(module="SSL", func="upload_key", apiversion="3")
    refused = b'"errors":["The function \\"upload_key\\" must be called with POST."]'
    missing = b'"errors":["Missing required parameter: key."]'
    for target in ("/execute/SSL/upload_key", f"/json-api/cpanel?{call}"):
        assert refused in reader.get(target, login="user").body
        assert refused in reader.ask("DELETE", target, login="user").body
        assert missing in reader.ask("POST", target, login="user").body
        assert missing in reader.ask("PUT", target, b"x=1", login="user").body


def xmlin(document: str, prefix: str = "") -> str:
    return f"/xml-api/cpanel?{prefix}xmlin={quote(document)}"


def action(content: str) -> str:
    return f"<cpanelaction>{content}</cpanelaction>"


def test_the_older_xml_form(reader: Client) -> None:
    document = action("<module>SSL</module><func>listcsrs</func><apiversion>2</apiversion>")
    assert reader.get(xmlin(document), login="user").body == NONE_LISTED_XML
    posted = urlencode({"xmlin": document}).encode()
    assert reader.ask("POST", "/xml-api/cpanel", posted, login="user").body == NONE_LISTED_XML
    for prefix in ("user=user&", "cpanel_xmlapi_user=user&"):
        bridge = reader.get(xmlin(document, prefix), door="whm", login="root")
        assert bridge.body == NONE_LISTED_XML
    assert (
        b"User parameter is invalid" in reader.get(xmlin(document), door="whm", login="root").body
    )


def test_the_older_xml_form_has_named_and_listed_arguments(reader: Client) -> None:
    named = action(
        "<module>SSL</module><func>genkey</func>"
        "<args><host>a &amp; b</host><keysize>2</keysize></args>"
    )
    assert b"<output>&quot;host&quot;" in reader.get(xmlin(named), login="user").body
    listed = action(
        "<module>SSL</module><func>showcsr</func><apiversion>1</apiversion>"
        "<args>none.example</args><args>1</args>"
    )
    assert (
        b"<error>No CSR is stored for &quot;none.example&quot;.</error>"
        in reader.get(xmlin(listed), login="user").body
    )


@pytest.mark.parametrize(
    "document",
    [
        "",
        "no XML",
        "<cpanelaction>",
        "<other><module>SSL</module><func>listcsrs</func></other>",
        f"<!DOCTYPE cpanelaction []>{action('<module>SSL</module><func>listcsrs</func>')}",
        '<!DOCTYPE x [<!ENTITY e "listcsrs">]>' + action("<module>SSL</module><func>&e;</func>"),
        action(""),
    ],
)
def test_an_xml_form_that_cannot_be_read(reader: Client, document: str) -> None:
    assert (
        b"<error>Could not find function '' in module ''</error>"
        in reader.get(xmlin(document), login="user").body
    )


def test_the_older_form_counts_on_the_xml_path_alone(reader: Client) -> None:
    document = quote(action("<module>SSL</module><func>nosuch</func>"))
    answer = reader.get(f"/json-api/cpanel?{CALL}&xmlin={document}", login="user")
    assert answer.body == NONE_LISTED


def test_bytes_that_are_no_text_are_echoed_as_replaced(reader: Client) -> None:
    for target in (
        "/json-api/cpanel?cpanel_jsonapi_func=a%FFb",
        "/json-api/cpanel?cpanel_jsonapi_func=a\xffb",
    ):
        answer = reader.get(target, login="user")
        assert error_of(answer) == "Could not find function 'a\ufffdb' in module ''"


def test_quotes_are_dropped_in_one_release_only(reader: Client, seed: Path) -> None:
    from cpanel_emu import Emulator

    call = query(module='"SSL"', func='"listcsrs"')
    assert reader.get(f"/json-api/cpanel?{call}", login="user").body == NONE_LISTED
    with Emulator(seed=seed, emulate_version="110") as emulator:
        answer = client_of(emulator).get(f"/json-api/cpanel?{call}", login="user")
    assert error_of(answer) == "Could not find function '\"listcsrs\"' in module '\"SSL\"'"


def test_a_feature_that_is_off(server: Emulator, client: Client) -> None:
    from dataclasses import replace

    server.accounts.update("user", lambda one: replace(one, features={"sslmanager": False}))
    call = query(module="SSL", func="gencsr")
    assert client.get(f"/json-api/cpanel?{call}", login="user").body == (
        b'{"cpanelresult":{"apiversion":2,"error":"You do not have the feature \\"sslmanager\\".",'
        b'"func":"gencsr","module":"SSL"}}\n'
    )
