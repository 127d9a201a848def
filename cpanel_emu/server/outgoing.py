"""An answer on its way out, and what shall go wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cpanel_emu.server.gateway import ConnectionControl


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What to send; *stays* says whether the connection is used again."""

    data: bytes
    stays: bool
    delay: float = 0.0
    """Seconds to wait first."""
    drop: bool = False
    """Send nothing, and reset the connection."""
    piece: int = 0
    """Send so many bytes at a time; 0 is all at once."""
    pause: float = 0.0
    """Seconds between two pieces."""

    def pieces(self) -> Iterator[bytes]:
        """Yield what to send at a time."""
        for start in range(0, len(self.data), self.piece):
            yield self.data[start : start + self.piece]


def outgoing(data: bytes, body: int, control: ConnectionControl, *, stays: bool) -> Outgoing:
    """Return the framed answer *data* as *control* wants it sent, and tell its observer.

    Args:
        data: head and body.
        body: how many bytes of it, at the end, are the body's.
        control: what the application asked for.
        stays: whether the connection is used again when nothing goes wrong.
    """
    if control.drop:
        data = b""
    elif control.cut_after is not None and control.cut_after < body:
        data, stays = data[: len(data) - body + control.cut_after], False
    observer = control.observer
    if observer is not None:
        # It may well hold the request, which holds *control*: not a ring for the collector.
        control.observer = None
        observer(data)
    piece, pause = control.drip or (0, 0.0)
    return Outgoing(data, stays, control.delay, control.drop, piece, pause)
