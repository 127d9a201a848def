"""Answers of the control namespace: JSON, HTML and plain bytes, each safe to look at. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from cpanel_emu.errors import EmulatorError

JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"
TEXT = "text/plain; charset=utf-8"

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SAFETY = (
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", _POLICY),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "same-origin"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
)
"""Headers of every answer: nothing of other origins is loaded, and others load nothing of us."""


@dataclass(frozen=True, slots=True)
class ControlAnswer:
    """What to answer; the door adds what every answer has."""

    content_type: str
    body: bytes
    status: str = "200 OK"
    headers: Sequence[tuple[str, str]] = ()


class Refused(EmulatorError):
    """A request that cannot be served; the text says why and what to do instead."""

    def __init__(self, status: str, text: str, headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(text)
        self.status = status
        self.headers = headers


def as_json(tree: object, status: str = "200 OK") -> ControlAnswer:
    """Return *tree* as JSON."""
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"))
    return ControlAnswer(JSON, f"{text}\n".encode("utf-8", "replace"), status)


def as_html(text: str, status: str = "200 OK") -> ControlAnswer:
    """Return a page."""
    return ControlAnswer(HTML, text.encode("utf-8", "replace"), status)


def see_other(path: str) -> ControlAnswer:
    """Return the answer to a form that was done; the browser goes on to *path*."""
    return ControlAnswer("", b"", "303 See Other", (("Location", path),))


def not_found() -> Refused:
    """Return the refusal of a path that the namespace does not have."""
    return Refused("404 Not Found", "There is no such thing; /_emu/ shows what there is.")
