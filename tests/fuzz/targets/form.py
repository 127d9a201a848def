"""Queries and form bodies (``wire §2.4``)."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from cpanel_emu.server.parameters import RequestTooLarge, form_values, positional, read_parameters
from tests.fuzz.target import Target, always, joined, parts


def check(data: bytes) -> None:
    """A query and a body give text; encoded again it means the same; ASCII as others read it."""
    query, body = parts(data, 2)
    text = query.decode("latin-1")
    try:
        values = form_values(text)
        merged = read_parameters(text, "", body, strip_quotes=True).values
    except RequestTooLarge:
        return
    assert form_values(urlencode(values)) == values
    if text.isascii():
        assert values == dict(parse_qsl(text, keep_blank_values=True, errors="replace"))
    assert values.keys() <= merged.keys()
    "".join([*merged, *merged.values()]).encode()
    assert len(positional(merged)) <= 100


TARGET = Target(
    about="queries and form bodies: a second encoding means the same, others read it alike",
    opened=always(check),
    covers=("cpanel_emu.server.parameters",),
    words=(b"&", b"=", b"%", b"+", b"%20", b"%00", b"%C3%A4", b"%FF", b'"', b"arg-", b"arg-99"),
    seeds=(
        b"a=b&c=d%20e+f&&=&g",
        joined(b"arg-0=x&arg-2=y", b'city=%22Houston%22&a="b"'),
        b"%E4=%C3%A4&\xc3\xa4=%ed%a0%80",
    ),
)
