"""The XML form of a call (``wire §2.9``)."""

from __future__ import annotations

from lxml import etree

from cpanel_emu.tongues.xml_action import read_xml_action
from tests.fuzz.target import Target, always

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def check(data: bytes) -> None:
    """A document is read as another parser reads it, or is no call; one with a DOCTYPE is none."""
    members = read_xml_action(data)
    if members is None:
        return
    try:
        root = etree.fromstring(data.decode("utf-8", "replace").encode(), _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        return
    assert root.getroottree().docinfo.doctype == ""
    assert root.tag == "cpanelaction"
    for name in ("module", "func", "apiversion", "reqtype"):
        found = root.findall(name)
        text = "".join(found[-1].xpath("text()")) if found else None
        assert members.get(name) == text


_CALL = (
    b"<cpanelaction><module>park</module><func>list</func><apiversion>2</apiversion>%b"
    b"</cpanelaction>"
)

TARGET = Target(
    about="XML calls: read as another parser reads them, never an entity or a DOCTYPE",
    opened=always(check),
    covers=("cpanel_emu.tongues.xml_action",),
    words=(
        b"<cpanelaction>",
        b"</cpanelaction>",
        b"<args>",
        b"</args>",
        b"<module>",
        b"</module>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
        b"&b;",
        b"&amp;",
        b"&#10;",
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"-->",
        b"<?xml version='1.0' encoding='utf-16'?>",
        b"<?a b?>",
        b" xmlns:x='y'",
    ),
    seeds=(
        _CALL % b"<args><regex>x</regex></args>",
        _CALL % b"<args>a</args><args>b</args>",
        b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>" + _CALL % b"<func>&b;</func>",
    ),
)
