"""XML in the layout of the protocol (``wire §6.1``)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from cpanel_emu.call import Tree
from cpanel_emu.tongues import xml_api
from cpanel_emu.tongues.envelopes import Envelope
from tests.tongues.strategies import any_text, members

if TYPE_CHECKING:
    from collections.abc import Mapping

DECLARATION = '<?xml version="1.0" ?>\n'
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def encoded(given_members: Mapping[str, Tree], *xml_order: str) -> str:
    return xml_api.encode(Envelope(given_members, wrapped=True, xml_order=xml_order)).decode()


def content(given_members: Mapping[str, Tree]) -> str:
    """Return what stands between the tags of the root."""
    text = encoded(given_members)
    head, tail = f"{DECLARATION}<cpanelresult>\n", "</cpanelresult>\n"
    assert text.startswith(head)
    assert text.endswith(tail)
    return text[len(head) : -len(tail)]


def parsed(document: bytes | str) -> Any:
    raw = document.encode() if isinstance(document, str) else document
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.fromstring(raw, parser)


def test_members_are_sorted_by_byte_value_at_every_level() -> None:
    tree: dict[str, Tree] = {"b": {"d": 1, "C": 2, "ä": 3}, "a": 4, "B": 5, "\U0001f600": 6}
    assert (
        content(tree)
        == """\
  <B>5</B>
  <a>4</a>
  <b>
    <C>2</C>
    <d>1</d>
    <ä>3</ä>
  </b>
  <😀>6</😀>
"""
    )


def test_an_order_of_its_own() -> None:
    text = encoded({"a": 1, "b": {"z": 1, "y": 2}, "c": 3}, "c", "missing", "b")
    assert (
        text
        == f"""\
{DECLARATION}<cpanelresult>
  <c>3</c>
  <b>
    <z>1</z>
    <y>2</y>
  </b>
</cpanelresult>
"""
    )


def test_lists_are_elements_side_by_side() -> None:
    tree: dict[str, Tree] = {"data": [{"x": [1, {"y": 2}, [3, [4]]]}, "text", None, {}], "none": []}
    assert (
        content(tree)
        == """\
  <data>
    <x>1</x>
    <x>
      <y>2</y>
    </x>
    <x>3</x>
    <x>4</x>
  </data>
  <data>text</data>
  <data></data>
  <data></data>
"""
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        ("", ""),
        ({}, ""),
        (True, "1"),
        (False, "0"),
        (0, "0"),
        (-5, "-5"),
        (1.5, "1.5"),
        ("&<>\"'", "&amp;&lt;&gt;&quot;'"),
        ("&amp;", "&amp;amp;"),
        ("a\n\t\rb", "a\n\t&#13;b"),
        (" x ", " x "),
        ("\x00\x0b\x1f\ufffe\uffff\ud800", "\ufffd" * 6),
        ("\x7f\x85\u2028ä漢😀", "\x7f\x85\u2028ä漢😀"),
        ("]]>", "]]&gt;"),
    ],
)
def test_leaves(value: Tree, expected: str) -> None:
    assert content({"x": value}) == f"  <x>{expected}</x>\n"


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("x", "x"),
        ("statusmsg", "statusmsg"),
        ("a-b.c_d1", "a-b.c_d1"),
        ("ä", "ä"),
        ("1", "_1"),
        ("-a", "_-a"),
        (".a", "_.a"),
        ("\xb7a", "_\xb7a"),
        ("a b", "a_b"),
        ("a:b", "a_b"),
        ("<html>", "_html_"),
        ('"', "_"),
        ("", "_"),
        ("\xd7", "_"),
        ("\ud800", "_"),
    ],
)
def test_keys_become_names(key: str, name: str) -> None:
    assert xml_api.element_name(key) == name
    assert parsed(encoded({key: 1}))[0].tag == name


def test_a_native_answer_has_its_own_root_and_no_declaration() -> None:
    document = xml_api.encode_native("listaccts", {"status": 1, "acct": [{"b": "x", "a": 1}]})
    assert (
        document
        == b"""\
<listaccts>
  <status>1</status>
  <acct>
    <b>x</b>
    <a>1</a>
  </acct>
</listaccts>
"""
    )


@given(members)
def test_every_answer_parses(given_members: dict[str, Tree]) -> None:
    document = encoded(given_members)
    assert document.startswith(f"{DECLARATION}<cpanelresult>\n") or not given_members
    assert document.endswith("</cpanelresult>\n")
    assert parsed(document).tag == "cpanelresult"


@given(any_text, members)
def test_every_native_answer_parses(name: str, given_members: dict[str, Tree]) -> None:
    assert parsed(xml_api.encode_native(name, given_members)).tag == xml_api.element_name(name)


@given(any_text)
def test_the_text_of_every_leaf_comes_back(text: str) -> None:
    assert (parsed(encoded({"x": text}))[0].text or "") == NOT_IN_XML.sub("\ufffd", text)


@given(st.lists(any_text, max_size=5))
def test_the_texts_of_a_list_come_back(texts: list[str]) -> None:
    found = [element.text or "" for element in parsed(encoded({"x": texts, "y": "z"}))]
    assert found == [NOT_IN_XML.sub("\ufffd", text) for text in texts] + ["z"]
