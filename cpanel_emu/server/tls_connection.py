"""The same connection through TLS, which is unwrapped in memory.

asyncio's own TLS cannot close its half, and waits for the client's farewell before it closes;
clients wait for ours instead (``liveapi_cli §6.2`` rule 9).
"""

from __future__ import annotations

import contextlib
import ssl
from typing import Any

from cpanel_emu.server.connection import Connection, Owner, State
from cpanel_emu.server.http1 import refusal

_PIECE = 64 * 1024
_OVER = frozenset({State.FINISHING, State.LINGERING, State.CLOSED})
"""Once our farewell is sent nothing can be unwrapped any more."""


class TlsConnection(Connection):
    """A connection with TLS, which has its own handshake and end."""

    def __init__(self, owner: Owner, environ: dict[str, Any], context: ssl.SSLContext) -> None:
        super().__init__(owner, environ)
        self._from_client = ssl.MemoryBIO()
        self._to_client = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._from_client, self._to_client, server_side=True)
        self._greeted = False

    def data_received(self, data: bytes) -> None:
        """Unwrap what the client sent."""
        if self._state in _OVER:
            return
        self._from_client.write(data)
        try:
            plain, ended = self._unwrapped()
        except ssl.SSLError as error:
            self._break_off(error)
            return
        self._pass_on()
        if plain:
            super().data_received(plain)
        if ended and not self._client_ended:
            super().eof_received()

    def _unwrapped(self) -> tuple[bytes, bool]:
        """Return the plain bytes that are here, and whether the client ended its half."""
        pieces: list[bytes] = []
        try:
            if not self._greeted:
                self._tls.do_handshake()
                self._greeted = True
                self._set_deadline(self._limits.idle_seconds)
            while piece := self._tls.read(_PIECE):
                pieces.append(piece)
        except ssl.SSLWantReadError:
            return b"".join(pieces), False
        return b"".join(pieces), True

    def _break_off(self, error: ssl.SSLError) -> None:
        """Send the alert; who speaks plain HTTP here gets an answer it can read."""
        if self._greeted or error.reason != "HTTP_REQUEST":
            self._pass_on()
        else:
            self._transport.write(refusal(400))
        self._greeted = False
        self._finish()

    def _pass_on(self) -> None:
        if data := self._to_client.read():
            self._transport.write(data)

    def _first_wait(self) -> float:
        return self._limits.head_seconds

    def _send(self, data: bytes) -> None:
        try:
            self._tls.write(data)
        except ssl.SSLError:
            # The client broke TLS off meanwhile.
            self.drop()
        else:
            self._pass_on()

    def _send_end(self) -> None:
        """Send close_notify; the client's is not waited for."""
        if self._greeted:
            # It wants the client's farewell, or had other data instead; ours is written.
            with contextlib.suppress(ssl.SSLError):
                self._tls.unwrap()
            self._pass_on()
