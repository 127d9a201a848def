"""No foreign text moves the cursor of a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.migration.shown import printable


def test_examples() -> None:
    assert printable("a\x1b[2Jb\n") == "a\\x1b[2Jb\\x0a"
    assert printable("caf\udce9") == "caf\\xe9"
    assert printable("\ud800\u202e") == "\\ud800\\u202e"
    assert printable("café ☂") == "café ☂"


@given(st.text())
def test_one_line_that_can_be_encoded(text: str) -> None:
    shown = printable(text)
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown
    shown.encode("utf-8")
