"""What one client may cost: every bound of the listener, with its default."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that keep one client from taking what others need.

    Sizes are bytes, times are seconds. A request beyond a bound is refused with 408, 413 or 431
    (``wire §4.4``); a client that is merely idle is disconnected without a word.
    """

    head_bytes: int = MEBIBYTE
    """The request line, and again all header lines together (``liveapi_cli §6.2`` rule 4)."""
    header_lines: int = 1000
    body_bytes: int = 16 * MEBIBYTE
    buffered_bytes: int = 256 * MEBIBYTE
    """All unfinished and waiting requests of all clients together."""
    head_seconds: float = 60.0
    """From the first byte of a request to its empty line; also a whole TLS handshake."""
    body_seconds: float = 120.0
    """From the empty line to the last byte of the body."""
    idle_seconds: float = 70.0
    """Between requests, and before the first; told to clients in ``Keep-Alive: timeout=``."""
    write_seconds: float = 60.0
    """For a client to read one answer."""
    linger_seconds: float = 1.0
    """Reading and dropping after the last answer, so that it sees no reset (§6.2 rule 1)."""
    stop_seconds: float = 5.0
    """For answers under way when the listener is stopped."""
    requests_per_connection: int = 200
    """Told to clients in ``Keep-Alive: max=``; the last answer closes the connection."""
    connections: int = 1000
    """Open at once; beyond it the client that kept us waiting longest gives way."""
    workers: int = 16
    """Threads that run the application; started when needed."""
