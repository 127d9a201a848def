"""The golden files themselves: the sizes that the handbook tells, and JSON against XML."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from cpanel_emu import resources
from cpanel_emu.testing.loading import load_suite

CASES = resources.fixtures() / "cases"
SUITE = load_suite(CASES)

SIZES = {
    "gencsr/generated.json": 158,  # wire §5.1
    "gencsr/generated.xml": 274,  # wire §6.2
    "gencsr/no-key-example.com.json": 317,  # wire §5.4
    "envelopes/denied-json.http": 224,  # wire §4.1
    "envelopes/denied-xml.http": 294,  # wire §4.2
}


@pytest.mark.parametrize("name", SIZES)
def test_size_told_by_the_handbook(name: str) -> None:
    assert (CASES / name).stat().st_size == SIZES[name]


def test_head_and_body_of_access_denied() -> None:
    for name, sizes in {"denied-json.http": (102, 122), "denied-xml.http": (83, 211)}.items():
        head, _, body = (CASES / "envelopes" / name).read_bytes().partition(b"\r\n\r\n")
        assert (len(head) + 4, len(body)) == sizes  # wire §4.1, §4.2


def test_every_case_names_its_rules_and_provenance() -> None:
    for case in SUITE.cases:
        assert case.rules, case.id
        assert case.title, case.id


@pytest.mark.parametrize(
    "path", sorted(CASES.rglob("*.json")), ids=lambda path: str(path.relative_to(CASES))
)
def test_json_answer(path: Path) -> None:
    text = _without_names(path)
    parsed = json.loads(text)
    one_line = json.dumps(parsed, ensure_ascii=False, separators=(",", ":"))
    # Compact, in one line; API 1 and native calls but loadavg end without LF (wire §5.7, §8).
    api1_or_native = parsed.get("apiversion") == "1" or path.parent.name in {"whm", "login"}
    assert text == one_line + ("\n" if not api1_or_native or path.stem == "loadavg" else "")
    twin = path.with_suffix(".xml")
    if twin.exists():
        root = ElementTree.fromstring(_without_names(twin))
        assert _from_xml(root) == _from_json(parsed.get("cpanelresult", parsed))


def _without_names(path: Path) -> str:
    """Return the text of *path* with a 0 for each name in double braces."""
    return re.sub(r"\{\{[a-z_0-9]+\}\}", "0", path.read_text(encoding="utf-8"))


def _from_json(value: Any) -> Any:
    """Return *value* as XML tells it (wire §6.1): text only, lists as repeated elements."""
    if not value and isinstance(value, dict):
        return ""  # an empty object
    if not isinstance(value, dict):
        return "" if value is None else str(value)
    members = []
    for key, member in value.items():
        if key == "source":  # wire §6.8: internal in XML, module in JSON
            continue
        items = member if isinstance(member, list) else [member]
        members += [(key, _carried(_from_json(item))) for item in items]
    return sorted(members, key=repr)


def _carried(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    # Characters that XML 1.0 cannot carry (wire §6.1).
    return "".join(c if c in "\t\n\r" or c >= " " else "\ufffd" for c in value)


def _from_xml(element: ElementTree.Element) -> Any:
    children = [child for child in element if child.tag != "source"]
    if not children:
        return element.text or ""
    return sorted(((child.tag, _from_xml(child)) for child in children), key=repr)


def test_no_api_answer_contains_html() -> None:
    for path in [*CASES.rglob("*.json"), *CASES.rglob("*.xml")]:
        assert b"<html>" not in path.read_bytes()  # wire §4.3


def test_key_ids_follow_the_recipe() -> None:
    """The id recipe's check value (ssl §4), by which the key records here were made."""
    modulus = "c0ffee1234567890abcdef"
    digest = hashlib.md5(modulus.encode()).hexdigest()
    assert f"{modulus[:5]}_{modulus[-5:]}_{digest}" == (
        "c0ffe_bcdef_e41bdfa93d4c86e0c836bed70d39dcca"
    )
    for path in (CASES / "keys").glob("uploadkey-rsa-*.json"):
        (row,) = json.loads(path.read_text())["cpanelresult"]["data"]
        digest = hashlib.md5(row["modulus"].encode()).hexdigest()
        assert row["id"] == f"{row['modulus'][:5]}_{row['modulus'][-5:]}_{digest}"
