"""Options and arguments of ``cpapi2`` and its like (``liveapi_cli §2.1``)."""

from __future__ import annotations

import contextlib
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.call import Api, Arguments
from cpanel_emu.cli.command_line import CommandLine, UsageError, read_arguments, take_apart


@pytest.mark.parametrize(
    ("line", "taken"),
    [
        ("SSL gencsr a=1", CommandLine(words=["SSL", "gencsr", "a=1"])),
        ("--user=u SSL gencsr", CommandLine(user="u", words=["SSL", "gencsr"])),
        ("--user u SSL gencsr", CommandLine(user="u", words=["SSL", "gencsr"])),
        ("SSL --user u gencsr", CommandLine(user="u", words=["SSL", "gencsr"])),
        ("SSL gencsr a=1 --user=u", CommandLine(user="u", words=["SSL", "gencsr", "a=1"])),
        ("--output=xml SSL f", CommandLine(output="xml", words=["SSL", "f"])),
        ("SSL f --output jsonpretty", CommandLine(output="jsonpretty", words=["SSL", "f"])),
        ("--output=json --output=xml S f", CommandLine(output="xml", words=["S", "f"])),
        ("--input=key-value S f", CommandLine(words=["S", "f"])),
        ("--help", CommandLine(help=True)),
        ("S f --help", CommandLine(help=True, words=["S", "f"])),
        ("S f a=--b", CommandLine(words=["S", "f", "a=--b"])),
        ("S f - x", CommandLine(words=["S", "f", "-", "x"])),
        ("S f -- --user=u -x", CommandLine(words=["S", "f", "--user=u", "-x"])),
        ("--user=", CommandLine()),
        ("S f --user", CommandLine(words=["S", "f"])),
        ("", CommandLine()),
    ],
)
def test_options_stand_anywhere(line: str, taken: CommandLine) -> None:
    assert take_apart(line.split()) == taken


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("--nosuch", "Unknown option: nosuch"),
        ("--cpanelresult", "Unknown option: cpanelresult"),
        ("--nosuch=1 S f", "Unknown option: nosuch"),
        ("-h", "Unknown option: h"),
        ("-user=u", "Unknown option: user"),
        ("S f -x=1", "Unknown option: x"),
        ("--help=1", "Unknown option: help"),
        ("--output=html", "Unknown value for --output: html"),
        ("--output=JSON", "Unknown value for --output: JSON"),
        ("--output=", "Unknown value for --output: "),
        ("S f --output", "Unknown value for --output: "),
        ("--input=json", "Unknown value for --input: json"),
        ("--input json S f", "Unknown value for --input: json"),
    ],
)
def test_what_is_not_known_is_an_error_with_help(line: str, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        take_apart(line.split())
    assert str(caught.value) == text
    assert caught.value.with_help


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["a=1", "b=2"], {"a": "1", "b": "2"}),
        (["a=%40%2F%25"], {"a": "@/%"}),
        (["%61%3D=1"], {"a=": "1"}),
        (["a=1+2"], {"a": "1+2"}),
        (["a+b=1"], {"a+b": "1"}),
        (["a=b=c"], {"a": "b=c"}),
        (['a="q"'], {"a": '"q"'}),
        (["a="], {"a": ""}),
        (["a"], {"a": ""}),
        (["=1"], {"": "1"}),
        (["a=%C3%A4ä"], {"a": "ää"}),
        (["a=%FF"], {"a": "\ufffd"}),
        (["a=\udcff"], {"a": "\ufffd"}),
        (["a=%4"], {"a": "%4"}),
        (["a=%2540"], {"a": "%40"}),
        (["a=%40FILE"], {"a": "@FILE"}),
        (["a=1", "a=2"], {"a": "2"}),
    ],
)
def test_arguments_by_name(words: list[str], named: dict[str, str]) -> None:
    assert read_arguments(words, Api.API2) == Arguments(named)


def test_a_repeated_key_is_a_list_in_uapi() -> None:
    words = ["domains=a.example", "x=1", "domains=b.example", "domains=c.example"]
    named = {"domains": "a.example,b.example,c.example", "x": "1"}
    assert read_arguments(words, Api.UAPI) == Arguments(named)
    assert read_arguments(words, Api.API1) == Arguments({"domains": "c.example", "x": "1"})


def test_words_without_a_sign_are_positions_in_api1() -> None:
    words = ["example.com", "domain=x", "a%20b", "%3D", "@file", ""]
    positional = ("example.com", "a b", "=", "@file", "")
    assert read_arguments(words, Api.API1) == Arguments({"domain": "x"}, positional)


def test_a_file_is_sent_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_bytes(b"%41\n@x \xff\xc3\xa4")
    (tmp_path / "%66").write_bytes(b"other")
    assert read_arguments([f"a=@{tmp_path}/f"], Api.API2).get("a") == "%41\n@x \ufffdä"
    monkeypatch.chdir(tmp_path)
    assert read_arguments(["a=@f"], Api.API2).get("a") == "%41\n@x \ufffdä"
    # The name of the file is no value: nothing in it is decoded.
    assert read_arguments(["a=@%66"], Api.API2).get("a") == "other"


@pytest.mark.parametrize("name", ["", "/nowhere/at/all", "/", "a\0b"])
def test_a_file_that_cannot_be_read(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_arguments([f"a=@{name}"], Api.API2)
    assert str(caught.value) == f'Cannot read the file "{name}".'
    assert not caught.value.with_help


_TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(named=st.dictionaries(_TEXT, _TEXT))
def test_what_is_encoded_comes_back(named: dict[str, str]) -> None:
    words = [f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in named.items()]
    for api in Api:
        assert read_arguments(words, api) == Arguments(named)


@given(words=st.lists(st.text(max_size=8), max_size=6))
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    with contextlib.suppress(UsageError):
        assert set(take_apart(words).words) <= set(words)
