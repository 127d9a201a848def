"""A check takes any bytes: it never raises, and its forms are always whole."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.migration.check import Known, check_theme
from cpanel_emu.migration.check.html_report import html_text
from cpanel_emu.migration.check.json_report import json_text
from cpanel_emu.migration.check.reading import read_language, read_page
from cpanel_emu.migration.check.sarif import sarif_text
from cpanel_emu.migration.check.text import text_report
from cpanel_emu.migration.pages import FileKind
from cpanel_emu.tags import encode
from tests.tags.pages import page_text

KNOWN = Known.of(REGISTRY)


@given(st.one_of(st.binary(), page_text().map(encode)))
@settings(max_examples=400)
def test_any_bytes_are_a_page(content: bytes) -> None:
    facts = read_page("a.html", FileKind.PAGE, content, KNOWN)
    lines = content.count(b"\n") + content.count(b"\r") + 1
    places = [(one.line, one.column) for one in facts.tags]
    places += [(one.line, one.column) for one in facts.findings]
    assert all(1 <= line <= lines and column >= 1 for line, column in places)
    assert all(one.mend and one.message and one.citation for one in facts.findings)


@given(st.one_of(st.binary(), page_text().map(lambda text: encode(f"K={text}"))))
def test_any_bytes_are_a_language_file(content: bytes) -> None:
    read_language("lang/english", content, KNOWN)


@given(page_text(), page_text(), st.sampled_from(["a.html", "parts/b.css", "lang/english"]))
@settings(max_examples=40, deadline=None)
def test_any_theme_has_a_report_in_every_form(
    tmp_path_factory: pytest.TempPathFactory, one: str, other: str, name: str
) -> None:
    folder = tmp_path_factory.mktemp("theme")
    for path, text in (("p.html", one), (name, other)):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(encode(text))
    report = check_theme(folder, KNOWN)
    json.loads(json_text(report))
    json.loads(sarif_text(report))
    html_text(report).encode("utf-8")
    "\n".join(text_report(report, every_tag=True)).encode("utf-8")
