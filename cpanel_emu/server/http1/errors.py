"""The one way in which a request can be unreadable."""

from __future__ import annotations

from cpanel_emu.errors import EmulatorError


class UnreadableRequest(EmulatorError):
    """The bytes are no request that may be answered; *status* says how to refuse it.

    *status* is 400, 413 or 431 (``wire §4.4``). Nothing that follows on the connection can be
    trusted to be a request, so it must be closed.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
