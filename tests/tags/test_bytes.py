"""Text outside tags keeps its bytes, in any encoding and with any line ends (rule 1.2)."""

from __future__ import annotations

import pytest

from tests.tags.setting import Site

ALL_BYTES = bytes(range(256))


@pytest.mark.parametrize(
    ("source", "body"),
    [
        (b'a\r\n<cpanel print="k">\r\nb\n\rc', b"a\r\nk\r\nb\n\rc"),
        (b'caf\xe9 <cpanel print="k">', b"caf\xe9 k"),
        (b'<cpanel print="caf\xe9">', b"caf\xe9"),
        ('<cpanel print="café">'.encode(), "café".encode()),
        (b'\xef\xbb\xbf<cpanel print="k">', b"\xef\xbb\xbfk"),
        (b'\xc3<cpanel print="\xa9">', b"\xc3\xa9"),
        (ALL_BYTES.replace(b"<", b"") + b'<cpanel print="k">', ALL_BYTES.replace(b"<", b"") + b"k"),
        (b'\0<cpanel Demo="say(\0)">\0', b"\0\0\0"),
        (b"{{ 7*7 }}{% for %}{#<cpanel print='k'>#}", b"{{ 7*7 }}{% for %}{#k#}"),
        (b"<cpanelif 1>\r\na\r\n</cpanelif>\r\n", b"\r\na\r\n\r\n"),
        (b"<?cp Demo::rows(\r\n%\r\n,\r\non\r\n)\r\n?>\r\n", b"10\r\n"),
        ("<?cp Demo::rows(%·,on) ?>".encode("latin-1"), b"1\xb70\xb7"),
        (b'<cpanel uriprint="\xe9">', b"%E9"),
    ],
)
def test_bytes(site: Site, source: bytes, body: bytes) -> None:
    assert site.page(source).body == body


def test_latin_1_form_value_keeps_its_byte(site: Site) -> None:
    value = b"\xe9".decode("utf-8", "surrogateescape")
    assert site.page("<cpanel print=\"$FORM{'a'}\">", form={"a": value}).body == b"\xe9"


def test_broken_value_does_not_break_the_page(site: Site) -> None:
    outcome = site.page("<cpanel print=\"$FORM{'a'}\">", form={"a": "x\ud800y"})
    assert outcome.body == "x\ufffdy".encode()


def test_five_megabytes_without_a_tag(site: Site) -> None:
    source = (b"<p>{{ text }} \xe9 <cpa $FORM{'x'}>\r\n" * 160_000)[: 5 * 1024 * 1024]
    assert site.page(source).body == source


def test_five_megabytes_round_a_tag(site: Site) -> None:
    half = b"<p>{{ text }} \xe9 \\ ' \" </p>\r\n" * 90_000
    assert site.page(half + b'<cpanel print="k">' + half).body == half + b"k" + half
