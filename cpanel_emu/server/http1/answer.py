"""The frames that answers travel in (``wire §4`` and ``wire §5.8``)."""

from __future__ import annotations

from collections.abc import Sequence

_REFUSALS = {
    400: "Bad Request",
    408: "Request Timeout",
    413: "Request Entity Too Large",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
}
CLOSING = ("Connection: close",)
"""The header line of an answer after which the connection is closed."""
GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"
"""What a client that sent ``Expect: 100-continue`` may be waiting for."""


def staying(count: int, idle_seconds: int, most_requests: int) -> tuple[str, ...]:
    """Return the header lines of the *count*-th answer on a connection that stays open."""
    return (
        f"X-Keep-Alive-Count: {count}",
        "Connection: Keep-Alive",
        f"Keep-Alive: timeout={idle_seconds}, max={most_requests}",
    )


def answer(
    status: str, headers: Sequence[tuple[str, str]], persistence: tuple[str, ...], body: bytes
) -> bytes:
    """Return an answer as it goes over the wire.

    *persistence* (`CLOSING` or `staying`) stands after ``Server``, or first where there is none:
    that is where both the full answer and the bare one of access denied have it.

    Raises:
        ValueError: a line break within a status or header.
        UnicodeEncodeError: a status or header beyond latin-1 (it is a `ValueError` too).
    """
    lines = [f"HTTP/1.1 {status}", *map(": ".join, headers)]
    place = _server_line(headers) + 1
    lines[place:place] = persistence
    head = "\r\n".join(lines)
    if not head.count("\n") == head.count("\r") == len(lines) - 1:
        raise ValueError("a line break within a status or header")
    return head.encode("latin-1") + b"\r\n\r\n" + body


def _server_line(headers: Sequence[tuple[str, str]]) -> int:
    """Return the number of the ``Server`` header, counted from 1; 0 if there is none."""
    for number, (name, _) in enumerate(headers, start=1):
        if name.lower() == "server":
            return number
    return 0


def refusal(status: int) -> bytes:
    """Return the listener's own refusal (``wire §4.4``); *status* 400, 408, 413, 431 or 500."""
    phrase = _REFUSALS[status]
    headers = [("Content-type", 'text/plain; charset="utf-8"')]
    return answer(f"{status} {phrase}", headers, CLOSING, f"{phrase}\r\n".encode("ascii"))
