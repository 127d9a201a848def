"""Envelopes: which members an answer has, in which order (``wire §5``, ``wire §7``)."""

from __future__ import annotations

import json

import pytest

from cpanel_emu.call import Answer, Api, Call, Data, Printed, Refusal, RefusalKind, Row, Rows, Tree
from cpanel_emu.releases import UndefinedApi1
from cpanel_emu.tongues import envelopes, json_api, xml_api
from cpanel_emu.tongues.envelopes import Envelope, envelope

A, B = UndefinedApi1.UNDEFINED_SUBROUTINE, UndefinedApi1.STRICT_REFS
TEXT = 'You must install a key for "example.com" before you generate a certificate signing request.'


def call(api: Api, function: str = "gencsr", module: str = "SSL") -> Call:
    return Call(api, module, function)


def told(answer: Answer, undefined: UndefinedApi1 = B, source: str = "module") -> Envelope:
    return envelope(answer, undefined=undefined, source=source)


def in_json(answer: Answer, undefined: UndefinedApi1 = B) -> bytes:
    return json_api.encode(told(answer, undefined))


def in_xml(answer: Answer, undefined: UndefinedApi1 = B) -> str:
    return xml_api.encode(told(answer, undefined, "internal")).decode()


SUCCESS = Answer(
    call(Api.API2), Rows(({"result": 1, "output": "Certificate Signing Request generated!"},))
)
FAILURE = Answer(call(Api.API2), Rows(({"result": 0, "output": TEXT},), error=TEXT))
UNKNOWN = Refusal(RefusalKind.UNKNOWN_FUNCTION, "Could not find function 'nosuch' in module 'SSL'")


def test_success() -> None:
    body = in_json(SUCCESS)
    assert body == (
        b'{"cpanelresult":{"apiversion":2,"func":"gencsr","data":[{"output":"Certificate Signing '
        b'Request generated!","result":1}],"event":{"result":1},"module":"SSL"}}\n'
    )
    assert len(body) == 158
    document = in_xml(SUCCESS)
    assert (
        document
        == """\
<?xml version="1.0" ?>
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
    )
    assert len(document) == 274


def test_failure() -> None:
    body = in_json(FAILURE)
    assert body == (
        b'{"cpanelresult":{"apiversion":2,"func":"gencsr","data":[{"output":"You must install a '
        b'key for \\"example.com\\" before you generate a certificate signing request.",'
        b'"result":0}],"event":{"result":1},"module":"SSL","error":"You must install a key for '
        b'\\"example.com\\" before you generate a certificate signing request."}}\n'
    )
    assert len(body) == 317
    assert (
        in_xml(FAILURE)
        == """\
<?xml version="1.0" ?>
<cpanelresult>
  <apiversion>2</apiversion>
  <data>
    <output>You must install a key for &quot;example.com&quot; before you generate a \
certificate signing request.</output>
    <result>0</result>
  </data>
  <error>You must install a key for &quot;example.com&quot; before you generate a certificate \
signing request.</error>
  <event>
    <result>1</result>
  </event>
  <func>gencsr</func>
  <module>SSL</module>
</cpanelresult>
"""
    )


def test_unknown_function() -> None:
    answer = Answer(call(Api.API2, "nosuch"), UNKNOWN)
    assert in_json(answer) == (
        b'{"cpanelresult":{"apiversion":2,"error":"Could not find function \'nosuch\' in module '
        b'\'SSL\'","func":"nosuch","module":"SSL"}}\n'
    )
    assert (
        in_xml(answer)
        == """\
<?xml version="1.0" ?>
<cpanelresult>
  <apiversion>2</apiversion>
  <error>Could not find function 'nosuch' in module 'SSL'</error>
  <func>nosuch</func>
  <module>SSL</module>
</cpanelresult>
"""
    )


@pytest.mark.parametrize("kind", [RefusalKind.ROLE, RefusalKind.FEATURE, RefusalKind.DEMO])
def test_other_refusals_look_alike(kind: RefusalKind) -> None:
    text = 'You do not have the feature "sslmanager".'
    assert in_json(Answer(call(Api.API2), Refusal(kind, text))) == (
        b'{"cpanelresult":{"apiversion":2,"error":"You do not have the feature \\"sslmanager\\".",'
        b'"func":"gencsr","module":"SSL"}}\n'
    )


def test_an_empty_list() -> None:
    answer = Answer(call(Api.API2, "listcsrs"), Rows())
    assert in_json(answer) == (
        b'{"cpanelresult":{"apiversion":2,"func":"listcsrs","data":[],"event":{"result":1},'
        b'"module":"SSL"}}\n'
    )
    assert (
        in_xml(answer)
        == """\
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
    )


def test_nested_lists_empty_strings_and_escapes() -> None:
    first: Row = {"type": "A", "name": "example.com.", "Line": 1}
    second: Row = {
        "type": "TXT",
        "txtdata": 'cPanel & "Houston\'s" <Texas>',
        "name": "mail.example.com.",
        "Line": 2,
    }
    row: Row = {"statusmsg": "", "status": 1, "record": [first, second], "domain": "example.com"}
    answer = Answer(call(Api.API2, "fetchzone", "ZoneEdit"), Rows((row,)))
    assert in_json(answer) == (
        b'{"cpanelresult":{"apiversion":2,"func":"fetchzone","data":[{"domain":"example.com",'
        b'"record":[{"Line":1,"name":"example.com.","type":"A"},{"Line":2,"name":'
        b'"mail.example.com.","txtdata":"cPanel & \\"Houston\'s\\" <Texas>","type":"TXT"}],'
        b'"status":1,"statusmsg":""}],"event":{"result":1},"module":"ZoneEdit"}}\n'
    )
    assert (
        in_xml(answer)
        == """\
<?xml version="1.0" ?>
<cpanelresult>
  <apiversion>2</apiversion>
  <data>
    <domain>example.com</domain>
    <record>
      <Line>1</Line>
      <name>example.com.</name>
      <type>A</type>
    </record>
    <record>
      <Line>2</Line>
      <name>mail.example.com.</name>
      <txtdata>cPanel &amp; &quot;Houston's&quot; &lt;Texas&gt;</txtdata>
      <type>TXT</type>
    </record>
    <status>1</status>
    <statusmsg></statusmsg>
  </data>
  <event>
    <result>1</result>
  </event>
  <func>fetchzone</func>
  <module>ZoneEdit</module>
</cpanelresult>
"""
    )


def test_rows_that_are_texts() -> None:
    answer = Answer(call(Api.API2), Rows(("success",)))
    assert b'"data":["success"]' in in_json(answer)
    assert "  <data>success</data>\n" in in_xml(answer)


def test_paginate_comes_after_error() -> None:
    paginate: Row = {"total_results": 1, "start_result": "1", "current_page": None}
    answer = Answer(call(Api.API2), Rows((), error="no", paginate=paginate))
    assert in_json(answer).endswith(
        b'"module":"SSL","error":"no","paginate":{"current_page":null,"start_result":"1",'
        b'"total_results":1}}}\n'
    )


def test_rows_are_sorted_by_byte_value() -> None:
    row = {"b": 1, "ä": 2, "B": 3, "a": 4, "\U0001f600": 5, "\uffff": 6}
    body = in_json(Answer(call(Api.API2), Rows((row,))))
    assert list(json.loads(body)["cpanelresult"]["data"][0]) == sorted(
        row, key=lambda key: key.encode()
    )


def test_api_1() -> None:
    text = " <br />The SSL host was successfully removed.\n"
    answer = Answer(call(Api.API1, "delete"), Printed(text))
    body = in_json(answer)
    assert body == (
        b'{"apiversion":"1","type":"event","module":"SSL","func":"delete","source":"module",'
        b'"data":{"result":" <br />The SSL host was successfully removed.\\n"},'
        b'"event":{"result":1}}'
    )
    assert len(body) == 171
    assert (
        in_xml(answer)
        == """\
<?xml version="1.0" ?>
<cpanelresult>
  <module>SSL</module>
  <func>delete</func>
  <type>event</type>
  <source>internal</source>
  <apiversion>1</apiversion>
  <data>
    <result> &lt;br /&gt;The SSL host was successfully removed.
</result>
  </data>
  <event>
    <result>1</result>
  </event>
</cpanelresult>
"""
    )


def test_the_error_of_api_1_is_last() -> None:
    answer = Answer(call(Api.API1), Printed("", error="no"))
    assert in_json(answer).endswith(b'"data":{"result":""},"event":{"result":1},"error":"no"}')
    assert in_xml(answer).endswith("  </event>\n  <error>no</error>\n</cpanelresult>\n")
    refused = Answer(call(Api.API1), Refusal(RefusalKind.FEATURE, "no"))
    assert in_json(refused) == in_json(answer)


def test_an_unknown_api_1_function_in_the_older_words() -> None:
    answer = Answer(call(Api.API1, "nosuch"), UNKNOWN)
    assert in_json(answer, A) == (
        b'{"apiversion":"1","type":"event","module":"SSL","func":"nosuch","source":"module",'
        b'"data":{"result":""},"event":{"reason":"SSL::nosuch() failed: Undefined subroutine '
        b'&Cpanel::SSL::SSL_nosuch called at (eval 21) line 1.\\n","result":0}}'
    )
    assert """\
  <event>
    <reason>SSL::nosuch() failed: Undefined subroutine &amp;Cpanel::SSL::SSL_nosuch called at \
(eval 21) line 1.
</reason>
    <result>0</result>
  </event>
</cpanelresult>
""" in in_xml(answer, A)


def test_uapi() -> None:
    rows: Tree = [{"id": "b", "created": 1}]
    answer = Answer(call(Api.UAPI, "list_keys"), Data(rows, messages=("done",)))
    assert in_json(answer) == (
        b'{"apiversion":3,"func":"list_keys","module":"SSL","result":{"data":[{"created":1,'
        b'"id":"b"}],"errors":null,"messages":["done"],"metadata":{"transformed":1},"status":1,'
        b'"warnings":null}}\n'
    )
    assert (
        in_xml(answer)
        == """\
<?xml version="1.0" ?>
<cpanelresult>
  <apiversion>3</apiversion>
  <func>list_keys</func>
  <module>SSL</module>
  <result>
    <data>
      <created>1</created>
      <id>b</id>
    </data>
    <errors></errors>
    <messages>done</messages>
    <metadata>
      <transformed>1</transformed>
    </metadata>
    <status>1</status>
    <warnings></warnings>
  </result>
</cpanelresult>
"""
    )


@pytest.mark.parametrize(
    ("outcome", "data", "metadata"),
    [
        (Data({"b": 1, "a": {}}), '{"a":{},"b":1}', "{}"),
        (Data(), "null", "{}"),
        (Data([]), "[]", '{"transformed":1}'),
        (Data(("x",)), '["x"]', '{"transformed":1}'),
        (Data("text"), '"text"', "{}"),
    ],
)
def test_the_bare_result_of_uapi(outcome: Data, data: str, metadata: str) -> None:
    assert json_api.dump(envelopes.uapi_result(Answer(call(Api.UAPI), outcome))) == (
        f'{{"data":{data},"errors":null,"messages":null,"metadata":{metadata},"status":1,'
        '"warnings":null}'
    )


@pytest.mark.parametrize(
    ("outcome", "errors"),
    [
        (Data([1], messages=("m",), errors=("e", "f")), '["e","f"]'),
        (
            Refusal(RefusalKind.FEATURE, "You do not have the feature “sslinstall”."),
            '["You do not have the feature “sslinstall”."]',
        ),
    ],
)
def test_the_bare_result_of_a_failed_uapi_call(outcome: Data | Refusal, errors: str) -> None:
    assert json_api.dump(envelopes.uapi_result(Answer(call(Api.UAPI), outcome))) == (
        f'{{"data":null,"errors":{errors},"messages":null,"metadata":{{}},"status":0,'
        '"warnings":null}'
    )


def test_access_denied_and_bad_user() -> None:
    assert json_api.encode(envelopes.access_denied()) == (
        b'{"cpanelresult":{"apiversion":"2","error":"Access denied",'
        b'"data":{"reason":"Access denied","result":"0"},"type":"text"}}\n'
    )
    inner = (
        '{"data":{"reason":"User parameter is invalid or was not supplied","result":"0"},'
        '"type":"text","error":"User parameter is invalid or was not supplied"}'
    )
    for api in (Api.API1, Api.API2):
        wrapped = json_api.encode(envelopes.bad_user(api))
        assert wrapped == f'{{"cpanelresult":{inner}}}\n'.encode()
    assert json_api.encode(envelopes.bad_user(Api.UAPI)) == f"{inner}\n".encode()
