"""Differences of two bodies, as they are shown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.migration.compare.differences import (
    Difference,
    Kind,
    differences,
    first_difference,
    unified,
)
from cpanel_emu.migration.compare.rendered import Rendered
from cpanel_emu.migration.compare.states import Cell, State

CELL = Cell("p.html", State("s"))


def found(old: bytes, new: bytes) -> list[Difference]:
    return list(differences(CELL, Rendered(old), Rendered(new), as_html=False))


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_the_first_byte_that_differs(old: bytes, new: bytes) -> None:
    at = first_difference(old, new)
    assert old[:at] == new[:at]
    assert old[at : at + 1] != new[at : at + 1] or old == new


def test_line_ends_show() -> None:
    (one,) = found(b"a\r\nb\n", b"a\nb")
    assert (one.kind, one.offset) == (Kind.BYTES, 1)
    assert one.lines == ("@@ -1,2 +1,2 @@", "-a\\x0d", "-b", "+a", "+b\\ no line end")


def test_a_long_line_is_cut_round_what_differs() -> None:
    old = "x" * 5000 + "<old>" + "y" * 5000
    new = "x" * 5000 + "<new>" + "y" * 5000
    _, before, after = unified([old], [new])
    assert len(before) < 300
    assert "<old>y" in before
    assert "x<new>" in after
    assert before.startswith("-…")
    assert before.endswith("…")


def test_a_body_without_end_is_shown_in_part() -> None:
    (one,) = found(b"a\n" * 50_000, b"b\n" * 100_000)
    assert len(one.lines) < 1000


def test_lines_far_from_the_start_keep_their_numbers() -> None:
    lines = [str(number) for number in range(1000)]
    diff = list(unified(lines, [*lines[:900], "new", *lines[900:]]))
    assert diff == ["@@ -898,6 +898,7 @@", " 897", " 898", " 899", "+new", " 900", " 901", " 902"]
