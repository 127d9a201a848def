from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.testing.placeholders import Names
from cpanel_emu.testing.spellings import SPELLINGS, spelled, unspelled

ONE_WAY = {"crlf"}  # a CR before LF does not come back


@given(st.text(), st.lists(st.sampled_from(sorted(set(SPELLINGS) - ONE_WAY)), max_size=3))
def test_there_and_back(text: str, spellings: list[str]) -> None:
    assert unspelled(spelled(text, spellings), spellings) == text


@pytest.mark.parametrize(
    ("spellings", "result"),
    [
        ([], 'a/"&\n +'),
        (["url"], "a%2F%22%26%0A%20%2B"),
        (["urlsmall"], "a%2f%22%26%0a%20%2b"),
        (["form"], "a%2F%22%26%0A+%2B"),
        (["json"], 'a/\\"&\\n +'),
        (["jsonslash"], 'a\\/\\"&\\n +'),
        (["jsonphp"], 'a\\/\\"&\\n +'),
        (["xml"], "a/&quot;&amp;\n +"),
        (["crlf"], 'a/"&\r\n +'),
        (["crlf", "json"], 'a/\\"&\\r\\n +'),
        (["base64"], "YS8iJgogKw=="),
    ],
)
def test_spellings(spellings: list[str], result: str) -> None:
    assert spelled('a/"&\n +', spellings) == result


def test_a_name_is_spelled_where_it_stands() -> None:
    names = Names({"a": 'x"\n'})
    assert names.fill("{{a|form}} {{a|json}} {{a|crlf|form}} {{a|rot13}}") == (
        'x%22%0A x\\"\\n x%22%0D%0A {{a|rot13}}'
    )


def test_a_volatile_name_is_read_as_it_is_spelled() -> None:
    names = Names({}, {"key": '[^"]+'})
    assert names.resolve(b'{"k":"{{key|json}}"}', b'{"k":"one\\ntwo"}') == b'{"k":"one\\ntwo"}'
    assert names.known == {"key": "one\ntwo"}
    assert names.fill("{{key|form}}") == "one%0Atwo"


def test_text_that_is_not_spelled_so_shows_as_a_difference() -> None:
    names = Names({}, {"key": ".+"})
    assert names.resolve(b"{{key|json}}", b"\\u12") == b"{{key|json}}"
