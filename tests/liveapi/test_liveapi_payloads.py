"""From payloads to messages (``liveapi_cli §1.4``), JSON and XML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.call import Api, Arguments, Call
from cpanel_emu.liveapi.messages import (
    Condition,
    Execute,
    Handshake,
    Message,
    PageText,
    Print,
    Shutdown,
    Unreadable,
)
from cpanel_emu.liveapi.payloads import read_payload


def read(content: str) -> Message:
    return read_payload(f"<cpanelaction>\n{content}\n</cpanelaction>".encode())


def executed(content: str) -> Call:
    message = read(content)
    assert isinstance(message, Execute)
    return message.call


@pytest.mark.parametrize(
    "element",
    [
        '<cpaneljson enable="1">',
        '<cpaneljson enable="1" />',
        "<cpaneljson enable='1'>\n",
        "<cpaneljson enable=1>",
    ],
)
def test_handshake(element: str) -> None:
    assert read_payload(element.encode()) == Handshake()


@pytest.mark.parametrize(
    "element",
    ['<cpanelxml shutdown="1" />', '<cpanelxml shutdown="1"/>\n', "<cpanelxml shutdown=1>"],
)
def test_shutdown(element: str) -> None:
    assert read_payload(element.encode()) == Shutdown()


@pytest.mark.parametrize(
    "text",
    [
        '<cpanel print="$homedir">',
        '<cpaneljson enable="0">',
        '<cpanelxml shutdown="1" /> and more',
        "any page text ",
        "<?cp SSL::listcsrs(%,host) ?>",
    ],
)
def test_anything_else_is_page_text(text: str) -> None:
    assert read_payload(text.encode()) == PageText(text)


def test_page_text_that_is_no_utf8() -> None:
    assert read_payload(b"K\xf6ln") == PageText("K\ufffdln")


@pytest.mark.parametrize(
    ("version", "api"),
    [
        ('"1"', Api.API1),
        ("1", Api.API1),
        ('"2"', Api.API2),
        ("2", Api.API2),
        ('"3"', Api.UAPI),
        ("3", Api.UAPI),
        ('"uapi"', Api.UAPI),
        ('""', Api.API2),
        ("null", Api.API2),
        ('"7"', Api.API2),
    ],
)
def test_versions(version: str, api: Api) -> None:
    content = f'{{"module":"A","func":"b","apiversion":{version},"reqtype":"exec"}}'
    assert executed(content) == Call(api, "A", "b")


def test_a_missing_version_is_2_and_missing_names_are_empty() -> None:
    assert executed("{}") == Call(Api.API2, "", "")


@pytest.mark.parametrize("arguments", ["null", "[]", "{}", '["x"]', '"x"', "7"])
@pytest.mark.parametrize("version", ["2", '"uapi"'])
def test_arguments_that_are_no_object_count_as_empty(arguments: str, version: str) -> None:
    content = f'{{"module":"A","func":"b","apiversion":{version},"args":{arguments}}}'
    assert executed(content).arguments == Arguments()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('"K\\u00f6ln \\u0026"', "Köln &"),
        ("2048", "2048"),
        ("1.50", "1.50"),
        ("1e400", "1e400"),
        ("9" * 5000, "9" * 5000),
        ("true", "1"),
        ("false", "0"),
        ("null", ""),
        ('["a",{"b":"ä"}]', '["a",{"b":"ä"}]'),
        ('"\\ud83d\\ude00 \\ud83d"', "\U0001f600 \ufffd"),
    ],
)
def test_argument_values_become_text(value: str, text: str) -> None:
    content = f'{{"module":"A","func":"b","apiversion":2,"args":{{"key":{value}}}}}'
    assert executed(content).arguments == Arguments(named={"key": text})


@pytest.mark.parametrize(
    ("arguments", "positional"),
    [('["a",2,null]', ("a", "2", "")), ('"a"', ("a",)), ("7", ("7",)), ("null", ()), ("[]", ())],
)
def test_api1_arguments_are_positional(arguments: str, positional: tuple[str, ...]) -> None:
    content = f'{{"module":"SSL","func":"showcsr","apiversion":"1","args":{arguments}}}'
    assert executed(content).arguments == Arguments(positional=positional)


def test_api1_arguments_may_be_named() -> None:
    content = '{"module":"SSL","func":"showcsr","apiversion":"1","args":{"host":"a.example"}}'
    assert executed(content).arguments == Arguments(named={"host": "a.example"})


@pytest.mark.parametrize("arguments", ['"$homedir"', '["$homedir"]'])
@pytest.mark.parametrize("word", ["print", "langprint"])
def test_print(word: str, arguments: str) -> None:
    content = (
        f'{{"reqtype":"exec","module":"{word}","func":"","apiversion":"1","args":{arguments}}}'
    )
    assert read(content) == Print(word, "$homedir")


def test_only_api_1_without_function_prints() -> None:
    assert executed('{"module":"print","func":"","apiversion":"2"}').module == "print"
    assert executed('{"module":"print","func":"x","apiversion":"1"}').function == "x"


@pytest.mark.parametrize("version", ['"1"', '""'])
@pytest.mark.parametrize("arguments", ['"$x==1"', '["$x==1"]'])
@pytest.mark.parametrize("word", ["if", "feature"])
def test_conditions(word: str, arguments: str, version: str) -> None:
    content = (
        f'{{"reqtype":"{word}","module":"{word}","func":"{word}",'
        f'"apiversion":{version},"args":{arguments}}}'
    )
    assert read(content) == Condition(word, "$x==1")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '"x"',
        '{"module":NaN}',
        '{"module":"A"} {}',
        "[" * 100_000,
        "<module>park</module",
        "<module>park</func>",
        "&lt;",
        "<!DOCTYPE x><module>park</module>",
        "<module>&unknown;</module>",
        "<module>\x00</module>",
    ],
)
def test_actions_that_do_not_parse(content: str) -> None:
    assert read(content) == Unreadable()


def test_an_action_without_its_end() -> None:
    assert read_payload(b"<cpanelaction>{}") == Unreadable()


@pytest.mark.parametrize("payload", [b"", b" \n"])
def test_empty_payloads(payload: bytes) -> None:
    assert read_payload(payload) == Unreadable()


def test_xml_of_the_handbook() -> None:
    document = (
        b"<cpanelaction><module>park</module><func>listparkeddomains</func>"
        b"<apiversion>2</apiversion><args><regex>x</regex></args></cpanelaction>"
    )
    call = Call(Api.API2, "park", "listparkeddomains", Arguments(named={"regex": "x"}))
    assert read_payload(document) == Execute(call)


def test_xml_with_layout_comments_and_escapes() -> None:
    content = """
        <!-- a call -->
        <module>SSL</module> <func>gencsr</func>
        <args>
          <city>K&#246;ln &amp; <![CDATA[<x>]]></city>
          <state/>
        </args>
    """
    named = {"city": "Köln & <x>", "state": ""}
    assert executed(content) == Call(Api.API2, "SSL", "gencsr", Arguments(named=named))


def test_xml_repeats_the_arguments_of_api1() -> None:
    content = (
        "<module>SSL</module><func>showcsr</func><apiversion>1</apiversion>"
        "<args>a.example</args><args>1</args>"
    )
    arguments = Arguments(positional=("a.example", "1"))
    assert executed(content) == Call(Api.API1, "SSL", "showcsr", arguments)


def test_xml_conditions() -> None:
    content = "<reqtype>if</reqtype><module>if</module><func>if</func><args>$x==1</args>"
    assert read(content) == Condition("if", "$x==1")


@given(payload=st.binary(max_size=80))
def test_reading_never_raises(payload: bytes) -> None:
    read_payload(payload)
    read_payload(b"<cpanelaction>" + payload + b"</cpanelaction>")
    read_payload(b"<cpanelaction><args>" + payload + b"</args></cpanelaction>")
