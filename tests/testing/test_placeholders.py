from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.testing.placeholders import Names


def test_known_names_are_filled_and_others_stay() -> None:
    names = Names({"a": "1", "b": "ü"})
    assert names.fill("{{a}}{{b}} {{c}} {{ a }} {{A}} {{{a}}}") == "1ü {{c}} {{ a }} {{A}} {1}"
    assert names.fill_bytes(b"{{b}}\xff{{c}}") == b"\xc3\xbc\xff{{c}}"


def test_a_volatile_name_takes_its_text_from_the_answer() -> None:
    names = Names({}, {"token": "[0-9]{4}"})
    assert names.resolve(b"a{{token}}b", b"a1234b") == b"a1234b"
    assert names.fill("/{{token}}/") == "/1234/"


def test_a_volatile_name_must_be_the_same_everywhere() -> None:
    names = Names({}, {"token": "[0-9]{4}"})
    assert names.resolve(b"{{token}}-{{token}}", b"1234-9999") == b"1234-1234"
    assert names.resolve(b"{{token}}", b"5678") == b"1234"


def test_a_volatile_name_that_does_not_match_shows_as_a_difference() -> None:
    names = Names({}, {"token": "[0-9]{4}"})
    assert names.resolve(b"a{{token}}b", b"a12b") == b"a{{token}}b"
    assert names.resolve(b"x{{token}}b", b"a1234b") == b"x{{token}}b"
    assert names.known == {}


@given(st.text())
def test_undeclared_names_change_nothing(text: str) -> None:
    assert Names().fill(text) == text
    assert Names().resolve(text.encode("utf-8", "surrogatepass"), b"") == text.encode(
        "utf-8", "surrogatepass"
    )
