"""Page text: its tokens and its tree (``tags §1``)."""

from __future__ import annotations

from cpanel_emu.tags import decode, encode, parse
from cpanel_emu.tags.lexer import TokenKind, has_tags, tokenize
from tests.fuzz.tag_words import TAG_WORDS
from tests.fuzz.target import Target, always


def check(data: bytes) -> None:
    """The joined tokens are the source; a tree is made of everything, at a place inside it."""
    source = decode(data)
    assert encode(source) == data
    tokens = list(tokenize(source))
    assert "".join(token.raw for token in tokens) == source
    assert all(token.raw for token in tokens)
    assert all(source.startswith(token.raw, token.offset) for token in tokens)
    assert has_tags(source) == any(token.kind is not TokenKind.TEXT for token in tokens)
    document = parse(source, "p.html")
    lines = source.count("\n") + source.count("\r") + 1
    assert all(1 <= warning.line <= lines for warning in document.warnings)


TARGET = Target(
    about="page text: joined tokens are the source, every page has a tree",
    opened=always(check),
    covers=(
        "cpanel_emu.tags.lexer",
        "cpanel_emu.tags.parser",
        "cpanel_emu.tags.tag_parser",
        "cpanel_emu.tags.encoding",
    ),
    words=TAG_WORDS,
    seeds=(
        b'a<cpanel print="$user">b<?cp Demo::rows(%,a,b) ?>\r\n<cpanelfoo>',
        b"<cpanelif $x>1<cpanelelse>2</cpanelif><cpanelfeature f>3</cpanelfeature><cpanel ",
        b"<cptext 'a [_1]',$FORM{'b'}>\xff\xfe<cpanel Demo=\"say(a,b)\"></cpanel>",
    ),
)
