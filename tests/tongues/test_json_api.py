"""Compact JSON (``wire §5.1``, ``wire §5.3``)."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.call import Tree
from cpanel_emu.tongues import json_api
from cpanel_emu.tongues.envelopes import Envelope
from tests.tongues.strategies import any_text, members


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"', r"\""),
        ("\\", r"\\"),
        ("\n\t\r\b\f", r"\n\t\r\b\f"),
        ("/", "/"),
        ("\x00\x01\x0b\x1f", r"\u0000\u0001\u000b\u001f"),
        ("\x7f\x80\u2028", "\x7f\x80\u2028"),
        ("ä漢😀", "ä漢😀"),
        ("<>&'", "<>&'"),
        ("\ufffe\uffff", "\ufffe\uffff"),
    ],
)
def test_how_strings_are_spelled(text: str, expected: str) -> None:
    assert json_api.dump(text) == f'"{expected}"'
    assert json_api.encode_tree(text, line_end=False) == f'"{expected}"'.encode()


def test_no_blanks_and_the_order_as_given() -> None:
    tree: Tree = {"b": [1, None, "x"], "a": {"d": 1.5, "c": True}}
    assert json_api.dump(tree) == '{"b":[1,null,"x"],"a":{"d":1.5,"c":true}}'


def test_halves_of_characters_become_replacements() -> None:
    assert json_api.encode_tree("a\ud800b\udcff", line_end=True) == '"a\ufffdb\ufffd"\n'.encode()
    assert json_api.encode_tree("\ud83d\ude00", line_end=True) == '"😀"\n'.encode()


@given(members, st.booleans(), st.booleans())
def test_every_answer_is_json_on_one_line(
    given_members: dict[str, Tree], wrapped: bool, line_end: bool
) -> None:
    body = json_api.encode(Envelope(given_members, wrapped, line_end=line_end))
    text = body.decode("utf-8")
    assert text.endswith("}\n") is line_end
    assert text.count("\n") == line_end
    decoded = json.loads(text)
    if wrapped:
        assert list(decoded) == ["cpanelresult"]


@given(any_text)
def test_every_text_comes_back(text: str) -> None:
    decoded = json.loads(json_api.encode_tree({"x": text}, line_end=True))["x"]
    assert decoded == text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
