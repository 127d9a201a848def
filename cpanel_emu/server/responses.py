"""Answers on their way to the listener: status line, headers in their order, body.

The listener adds what belongs to the connection (``wire §5.8``); an answer without
``Content-Length`` is sent as it stands and ends the connection (``wire §4.1``).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate

PLAIN_TEXT = 'text/plain; charset="utf-8"'
HTML = 'text/html; charset="utf-8"'
XML = "text/xml"


@dataclass(slots=True)  # not frozen: one is made for every request
class Response:
    """One answer; *close* asks the listener to end the connection after it."""

    status: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    close: bool = False


def complete(
    content_type: str,
    body: bytes,
    *,
    server: str,
    now: float,
    status: str = "200 OK",
    extra: Sequence[tuple[str, str]] = (),
    close: bool = False,
) -> Response:
    """Return a whole answer with the headers of ``wire §5.8`` in their order.

    Args:
        content_type: the Content-Type; empty for an answer without a body.
        body: the body.
        server: the release's ``Server`` value.
        now: the time for ``Date``, in epoch seconds.
        status: code and reason phrase.
        extra: headers between ``Date`` and ``Content-Type``, such as ``Location``.
        close: whether the connection ends after this answer.
    """
    headers = [("Server", server), ("Date", _http_date(int(now))), *extra]
    if content_type:
        headers.append(("Content-Type", content_type))
    headers.append(("Content-Length", str(len(body))))
    return Response(status, headers, body, close)


@functools.lru_cache(maxsize=4)
def _http_date(second: int) -> str:
    # Formatting costs more than the rest of the head; most answers share their second.
    return formatdate(second, usegmt=True)


def bare(status: str, content_type: str, body: bytes) -> Response:
    """Return a refusal without Server, Date and Content-Length (``wire §4.1``, ``wire §4.4``)."""
    return Response(status, [("Content-type", content_type)], body, close=True)


def refused(status: str) -> Response:
    """Return a refusal whose body is its reason phrase (``wire §4.4``).

    Args:
        status: code and reason phrase.
    """
    return bare(status, PLAIN_TEXT, f"{status.partition(' ')[2]}\r\n".encode("ascii"))


def not_found() -> Response:
    """Return the answer to an unknown path (``wire §4.4``)."""
    return refused("404 Not Found")
