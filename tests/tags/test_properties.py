"""Rendering never raises, and what a visitor sends is never parsed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.tags.pages import page_text
from tests.tags.setting import VALUES, Site


@pytest.fixture(scope="module")
def pages() -> Iterator[Site]:
    with tempfile.TemporaryDirectory() as folder:
        yield Site(Path(folder) / "x3")


@given(source=page_text(), value=page_text())
def test_rendering_never_raises(pages: Site, source: str, value: str) -> None:
    form = {**VALUES.form, "x": value, "v": value}
    rendered = pages.renderer.render_text(source, pages.values(form=form), pages.calls)
    assert isinstance(rendered.body, bytes)


@given(test=page_text())
def test_conditions_never_raise(pages: Site, test: str) -> None:
    page = pages.renderer.open("demo/p.html", pages.values(), pages.calls)
    assert page.condition(test) in {True, False}
    assert page.feature(test) in {True, False}


@given(text=st.text())
def test_text_without_tags_is_untouched(pages: Site, text: str) -> None:
    plain = text.replace("<", "")
    expected = plain.encode("utf-8", "surrogateescape")
    assert pages.renderer.render_text(plain, VALUES, pages.calls).body == expected


ECHOES = [
    "<cpanel unsafeprint=\"$FORM{'v'}\">",
    "<cpanel print=\"$RAW_FORM{'v'}\">",
    "<cpanel Demo=\"say($FORM{'v'})\">",
    '<cpanel setvar="w=$RAW_FORM{\'v\'}"><cpanel printvar="w">',
    "<?cp Demo::one($RAW_FORM{'v'}) ?>",
    "<?cp Demo::none() || $RAW_FORM{'v'} ?>",
    "<?cp Demo::one(%,on=1?$RAW_FORM{'v'}:) ?>",
    "<cptext '$RAW_FORM{'v'}'>",
    "<cptext '[_1]',$RAW_FORM{'v'}>",
    "<cptext '[output,strong,_1]',$RAW_FORM{'v'}>",
    "<cptext '[quant,_2,_1,_1]',$RAW_FORM{'v'},1>",
    "<cptext '[list,or,_*]',$RAW_FORM{'v'}>",
    "<cptext '[boolean,_2,_1,no]',$RAW_FORM{'v'},1>",
    "<cpanel sprint=\"$RAW_FORM{'v'},\1,0\">",
    "<cpanelif $FORM{'v'}>$FORM{'v'}</cpanelif>",
]


@pytest.mark.parametrize("source", ECHOES)
@given(value=page_text().filter(lambda text: text not in {"", "0"}))
def test_inserted_values_come_out_as_they_went_in(pages: Site, source: str, value: str) -> None:
    assume("\1" not in value)
    form = {"v": value}
    calls = pages.calls
    body = pages.renderer.render_text(source, pages.values(form=form), calls).body
    expected = "$FORM{'v'}" if "cpanelif" in source else value
    if "quant" in source:
        expected = f"1 {value}"
    if "strong" in source:
        expected = f"<strong>{value}</strong>"
    if source.startswith("<cpanelif") and not value.strip(" \t\r\n\f\v"):
        expected = ""
    assert body == expected.encode("utf-8", "surrogateescape")
