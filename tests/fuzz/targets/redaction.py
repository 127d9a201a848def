"""The journal's nets for secrets: whatever the server reads as one is never shown."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from cpanel_emu.journal.entries import SECRET_NAMES, secret_texts
from cpanel_emu.journal.redaction import LIMIT, hidden_answer, hidden_frame, hidden_request
from cpanel_emu.server.parameters import RequestTooLarge, read_parameters
from tests.fuzz.target import Target, always, as_text, joined, parts

_CANARY = "C4n4ry"


def check(data: bytes) -> None:
    """A value under a secret's name never shows, in whatever way the server came to read it."""
    query, kind, body = parts(data, 3)
    content_type = kind.decode("latin-1")
    hidden_answer(data)
    hidden_frame(data)
    if any(byte < 32 for byte in query + kind) or b" " in query:
        return
    head = b"POST /json-api/cpanel?%b HTTP/1.1\r\nContent-Type: %b\r\n\r\n" % (query, kind)
    try:
        found = read_parameters(query.decode("latin-1"), content_type, body, strip_quotes=False)
    except RequestTooLarge:
        return
    secrets = secret_texts(found.values)
    shown = hidden_request(head, body, secrets=secrets).data
    assert len(shown) <= LIMIT
    others = [value for name, value in found.values.items() if name.lower() not in SECRET_NAMES]
    loose = [*found.values, *others, *(file.filename for file in found.files), content_type]
    if _count(secrets) and _count(secrets) == _count(_texts(query, body)) and not _count(loose):
        assert _CANARY not in as_text(shown)
        assert _CANARY not in as_text(unquote_to_bytes(shown))


def _count(texts: list[str]) -> int:
    return sum(text.count(_CANARY) for text in texts)


def _texts(*raw: bytes) -> list[str]:
    return list(_decoded(*raw))


def _decoded(*raw: bytes) -> Iterator[str]:
    for data in raw:
        yield as_text(unquote_to_bytes(data))


TARGET = Target(
    about="the journal: what the server reads as a secret is hidden however it was written",
    opened=always(check),
    covers=("cpanel_emu.journal.redaction",),
    words=(
        b"C4n4ry",
        b"password=",
        b"pass=C4n4ry",
        b"p%61ss=C4n4ry&",
        b"&key=",
        b'{"password":"C4n4ry"}',
        b'"pass":',
        b"application/json",
        b"multipart/form-data; boundary=B",
        b"--B\r\n",
        b'Content-Disposition: form-data; name="pass"\r\n',
        b"name*=utf-8''pass",
        b"<password>C4n4ry</password>",
        b"xmlin=%3Ccpanelaction%3E",
        b"-----BEGIN PRIVATE KEY-----",
        b"Authorization: Basic x",
        b"\r\n\r\n",
    ),
    seeds=(
        joined(b"password=C4n4ry&a=b", b"", b""),
        joined(b"a=b", b"application/x-www-form-urlencoded", b"%70ass=C4n4ry"),
        joined(b"", b"application/json", b'{"a":1,"password" : "C4n4ry"}'),
        joined(
            b"",
            b"multipart/form-data; boundary=B",
            b'--B\r\nContent-Disposition: form-data; name="pass"\r\n\r\nC4n4ry\r\n--B--\r\n',
        ),
    ),
)
