"""JSON bodies (``liveapi_cli §6.2`` rule 2)."""

from __future__ import annotations

from cpanel_emu.server.parameters import RequestTooLarge, read_parameters
from tests.fuzz.target import Target, always


def check(data: bytes) -> None:
    """Any body gives names and texts that can be sent, stored and logged."""
    try:
        values = read_parameters("", "application/json", data, strip_quotes=True).values
    except RequestTooLarge:
        return
    for name, value in values.items():
        name.encode()
        value.encode()


TARGET = Target(
    about="JSON bodies: names and values are text that can be sent and stored",
    opened=always(check),
    covers=("cpanel_emu.server.parameters",),
    words=(b"{", b"}", b"[", b"]", b":", b",", b'"', b"\\ud800", b"null", b"true", b"NaN", b"1e5"),
    seeds=(
        b'{"a":"b","c":1,"d":true,"e":null,"f":[1],"g":{"h":2},"i":1e400}',
        b'{"\\ud800":"\\udc00\\u0000"}',
        b"[" * 100,
    ),
)
