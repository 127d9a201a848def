"""Multipart bodies (``liveapi_cli §6.2`` rule 2)."""

from __future__ import annotations

from cpanel_emu.server.parameters import RequestTooLarge, read_parameters
from cpanel_emu.server.uploads import temporary_files
from tests.fuzz.target import Target, always, joined, parts

_HEAD = b'\r\nContent-Disposition: form-data; name="a"\r\n\r\n'


def check(data: bytes) -> None:
    """Any body gives text and files no larger than itself; any value comes back."""
    kind, body = parts(data, 2)
    content_type = f"multipart/form-data; {kind.decode('latin-1')}"
    try:
        found = read_parameters("", content_type, body, strip_quotes=True)
    except RequestTooLarge:
        return
    "".join([*found.values, *found.values.values(), *(file.field for file in found.files)]).encode()
    assert sum(len(file.content) for file in found.files) <= len(body)
    with temporary_files(found.files) as fields:
        assert all(name.isprintable() or name == "" for name in fields)
    _comes_back(body)


def _comes_back(value: bytes) -> None:
    boundary = b"B" * 20
    if boundary in value:
        return
    body = b"--" + boundary + _HEAD + value + b"\r\n--" + boundary + b"--\r\n"
    kind = f"multipart/form-data; boundary={boundary.decode()}"
    values = read_parameters("", kind, body, strip_quotes=False).values
    assert values == {"a": value.decode("utf-8", "replace")}


_PART = b'--B\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n'

TARGET = Target(
    about="multipart bodies: whatever comes gives text and files; every value comes back",
    opened=always(check),
    covers=("cpanel_emu.server.parameters", "cpanel_emu.server.uploads"),
    words=(
        b"--B",
        b"--B--\r\n",
        b"\r\n",
        b"\r\n\r\n",
        b"Content-Disposition: form-data; ",
        b'name="',
        b'filename="',
        b"Content-Type: text/plain; charset=utf-16\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"boundary=",
    ),
    seeds=(
        joined(b"boundary=B", _PART + b"--B--\r\n"),
        joined(
            b'boundary="B"',
            b'--B\r\nContent-Disposition: form-data; name="f"; filename="..\\..//x\x00"\r\n'
            b"Content-Type: text/plain\r\n\r\nb\r\n--B--",
        ),
    ),
)
