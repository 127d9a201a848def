"""The XML form of a call (``wire §2.9``)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.tongues.xml_action import read_xml_action

DOCUMENTED = (
    b"<cpanelaction><module>park</module><func>listparkeddomains</func>"
    b"<apiversion>2</apiversion><args><regex>x</regex></args></cpanelaction>"
)


def test_the_documented_form() -> None:
    assert read_xml_action(DOCUMENTED) == {
        "module": "park",
        "func": "listparkeddomains",
        "apiversion": "2",
        "args": {"regex": "x"},
    }


@pytest.mark.parametrize(
    ("content", "members"),
    [
        ("", {"args": []}),
        ("<args>a</args><args></args><args>c</args>", {"args": ["a", "", "c"]}),
        ("<args><a>1</a><b> 2 </b><a>3</a></args>", {"args": {"a": "3", "b": " 2 "}}),
        ("<module> S<!-- x -->SL</module>", {"module": " SSL", "args": []}),
        ("<module><![CDATA[<&>]]></module>", {"module": "<&>", "args": []}),
        ("<module>&#228;&amp;</module>", {"module": "ä&", "args": []}),
        ("<x><module>deep</module></x>", {"x": "", "args": []}),
        ("<?target content?><func>f</func>\n", {"func": "f", "args": []}),
    ],
)
def test_what_an_action_holds(content: str, members: dict[str, object]) -> None:
    assert read_xml_action(f"<cpanelaction>{content}</cpanelaction>".encode()) == members


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"text",
        b"<cpanelaction>",
        b"<cpanelaction></other>",
        b"<other></other>",
        b"<cpanelaction/><cpanelaction/>",
        b"<!DOCTYPE cpanelaction>" + DOCUMENTED,
        b'<!DOCTYPE x [<!ENTITY e "x">]>' + DOCUMENTED,
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">' + DOCUMENTED,
        b"<cpanelaction><module>&e;</module></cpanelaction>",
        b"<cpanelaction><module>\x00</module></cpanelaction>",
    ],
)
def test_what_is_no_action(document: bytes) -> None:
    assert read_xml_action(document) is None


@given(st.binary() | st.text("<>/&;cpanelaction![]- ", max_size=80).map(str.encode))
def test_anything_may_come(document: bytes) -> None:
    found = read_xml_action(document)
    assert found is None or "args" in found
