"""Recorded requests: no secret that the server would read stays in a golden case."""

from __future__ import annotations

from urllib.parse import unquote_to_bytes

from cpanel_emu.journal.entries import secret_texts
from cpanel_emu.server.parameters import RequestTooLarge, read_parameters
from cpanel_emu.testing.recording.exchange import RecordedRequest
from cpanel_emu.testing.recording.references import References
from cpanel_emu.testing.recording.requests import write_request
from tests.fuzz.target import Target, always, as_text, parts
from tests.fuzz.targets import redaction

_CANARY = "C4n4ry"


def check(data: bytes) -> None:
    """A value under a secret's name is not in what is written, in any spelling of letters."""
    query, kind, body = parts(data, 3)
    if any(byte < 33 or byte > 126 for byte in query + kind.replace(b" ", b"")):
        return
    content_type = kind.decode("ascii")
    try:
        found = read_parameters(query.decode("ascii"), content_type, body, strip_quotes=False)
    except RequestTooLarge:
        return
    request = RecordedRequest(
        method="POST",
        target=f"/json-api/cpanel?{query.decode('ascii')}",
        http="1.1",
        headers=(("Host", "h"), ("Content-Type", content_type)),
        body=body,
    )
    written = write_request(request, References())
    secrets = secret_texts(found.values)
    if _CANARY not in "".join(secrets) or _occurs_elsewhere(query + kind + body, secrets):
        return
    text = as_text(
        b"\n".join([written.line.encode("utf-8", "surrogateescape"), written.body or b""])
    )
    assert _CANARY not in text
    assert _CANARY not in as_text(unquote_to_bytes(text.encode("utf-8", "surrogateescape")))


def _occurs_elsewhere(raw: bytes, secrets: list[str]) -> bool:
    plain = as_text(unquote_to_bytes(raw))
    return plain.count(_CANARY) != "".join(secrets).count(_CANARY)


TARGET = Target(
    about="recordings: what the server reads as a secret is in no golden case",
    opened=always(check),
    covers=(
        "cpanel_emu.testing.recording.requests",
        "cpanel_emu.testing.recording.references",
        "cpanel_emu.testing.recording.secrets",
    ),
    words=redaction.TARGET.words,
    seeds=redaction.TARGET.seeds,
)
