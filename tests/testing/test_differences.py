from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.testing.differences import describe_difference, first_difference


def test_report() -> None:
    assert describe_difference(b"one\ntwo\r\n", b"one\ntwO\r\n\xff").splitlines() == [
        "first difference at offset 0x6 (6); 9 bytes expected, 10 answered",
        r"  expected 6f 0d 0a  o\r\n",
        r"  answered 4f 0d 0a ff  O\r\n\xff",
        "--- expected",
        "+++ answered",
        "@@ -1,2 +1,3 @@",
        " one",
        r"-two\r",
        r"+twO\r",
        r"+\xff (no LF at the end)",
    ]


def test_a_missing_line_end_shows() -> None:
    report = describe_difference(b"one\n", b"one")
    assert "offset 0x3 (3)" in report
    assert "answered (end)" in report
    assert "+one (no LF at the end)" in report


def test_an_empty_answer_shows() -> None:
    assert "+(nothing)" in describe_difference(b"one\n", b"")


@given(st.binary(), st.binary(), st.binary())
def test_offset_is_the_first_that_differs(common: bytes, one: bytes, other: bytes) -> None:
    offset = first_difference(common + one, common + other)
    if one == other:
        assert offset is None
        assert describe_difference(common + one, common + other) == ""
    else:
        assert offset is not None
        assert offset >= len(common)
        assert (common + one)[:offset] == (common + other)[:offset]
        assert (common + one)[offset : offset + 1] != (common + other)[offset : offset + 1]
        assert f"0x{offset:x}" in describe_difference(common + one, common + other)
