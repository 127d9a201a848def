"""The lexer's law and its tokens (rules 1.4 to 1.7)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.tags.encoding import Lines, Place, decode, encode
from cpanel_emu.tags.lexer import TokenKind, has_tags, tokenize
from tests.tags.pages import page_text


@given(page_text())
def test_joined_raw_tokens_are_the_source(source: str) -> None:
    tokens = list(tokenize(source))
    assert "".join(token.raw for token in tokens) == source
    assert all(token.raw for token in tokens)
    assert [source[token.offset : token.offset + len(token.raw)] for token in tokens] == [
        token.raw for token in tokens
    ]


@given(st.binary())
def test_bytes_survive(source: bytes) -> None:
    assert encode(decode(source)) == source
    assert encode("".join(token.raw for token in tokenize(decode(source)))) == source


@given(page_text())
def test_has_tags_is_what_tokenize_finds(source: str) -> None:
    assert has_tags(source) is any(token.kind is not TokenKind.TEXT for token in tokenize(source))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("", []),
        ("a", [("text", "a", "", "")]),
        (
            'a<cpanel print="k">b',
            [
                ("text", "a", "", ""),
                ("tag", '<cpanel print="k">', "cpanel", ' print="k"'),
                ("text", "b", "", ""),
            ],
        ),
        ("<?cp a??>", [("tag", "<?cp a??>", "?cp", " a?")]),
        ("<?cptt a>", [("tag", "<?cptt a>", "?cptt", " a")]),
        ("<cpanelelse>", [("tag", "<cpanelelse>", "cpanelelse", "")]),
        ("</cpanelif>", [("tag", "</cpanelif>", "/cpanelif", "")]),
        ("<cpanel?>", [("tag", "<cpanel?>", "cpanel", "?")]),
        ("<cpanelnif x>", [("unknown", "<cpanelnif", "", ""), ("text", " x>", "", "")]),
        ("<cpanel", [("unknown", "<cpanel", "", "")]),
        ("<cpanel a", [("unclosed", "<cpanel a", "cpanel", "")]),
        ("<?cpx><cptextx>", [("text", "<?cpx><cptextx>", "", "")]),
    ],
)
def test_tokens(source: str, expected: list[tuple[str, str, str, str]]) -> None:
    tokens = [(token.kind.value, token.raw, token.name, token.body) for token in tokenize(source)]
    assert tokens == expected


def test_places_count_every_line_end() -> None:
    lines = Lines("a\nb\r\nc\rd")
    places = [lines.place(offset) for offset in (0, 1, 2, 5, 7)]
    assert places == [Place(1, 1), Place(1, 2), Place(2, 1), Place(3, 1), Place(4, 1)]
