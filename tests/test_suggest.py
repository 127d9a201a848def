"""Messages about names that nobody knows."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.suggest import nearest, shown, unknown


def test_the_nearest_name_is_proposed() -> None:
    assert unknown("pasword", ["domain", "password"]) == (
        "unknown name 'pasword'; did you mean \"password\"?"
    )


def test_what_is_like_nothing_has_no_nearest() -> None:
    assert nearest("ssl/gencrs.html", ["index.html", "ssl/gencsr.html"]) == "ssl/gencsr.html"
    assert nearest("xyz", ["domain", "password"]) is None


def test_without_a_near_one_all_are_listed() -> None:
    assert unknown("xyz", ["domain", "password"]) == (
        "unknown name 'xyz'; known are: domain, password."
    )


def test_paths_are_shown_as_text() -> None:
    assert shown(Path("/a b")) == "'/a b'"
    assert shown(5) == "5"


def test_a_path_is_never_cut() -> None:
    assert shown(Path("/" + "a" * 200)) == "'/" + "a" * 200 + "'"


@given(st.text() | st.lists(st.text()))
def test_a_shown_value_is_one_short_line(value: object) -> None:
    text = shown(value)
    assert len(text) <= 80
    assert text.isprintable()
