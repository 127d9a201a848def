"""The client's side of the recording proxy: its requests, one after the other."""

from __future__ import annotations

import re
import socket
import ssl
import time

from cpanel_emu.server.http1.answer import GO_ON
from cpanel_emu.server.http1.errors import UnreadableRequest
from cpanel_emu.server.http1.reader import Request, RequestReader
from cpanel_emu.server.limits import Limits
from cpanel_emu.testing.recording.exchange import RecordedRequest

PATIENCE = 60.0
"""Seconds that a client may be silent."""
_LIMITS = Limits(body_bytes=1 << 28)
_PIECE = 1 << 16
_NAME = re.compile(r"(?m)^([^\s:]+):")


class ClientConnection:
    """One connection; its requests are read with the tolerances of the emulator's own listener."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._reader = RequestReader(_LIMITS)
        self._has_ended = False
        self.is_disputed = False
        """Whether the last body had a length and chunks (``liveapi_cli §6.2``): none can follow."""

    def next_request(self) -> RecordedRequest | None:
        """Return the next request; None where the connection ends.

        Raises:
            UnreadableRequest: what came is none, or none that can be passed on.
            OSError: the client went away or was silent for too long.
        """
        while (request := self._reader.next_request()) is None:
            if self._has_ended:
                return None
            if self._reader.wants_continue:
                self._connection.sendall(GO_ON)
            self._receive()
        if not request.target.startswith("/"):
            raise UnreadableRequest(400, "the target is no path")
        self.is_disputed = {"content-length", "transfer-encoding"} <= request.fields.keys()
        return _recorded(request)

    def _receive(self) -> None:
        undecided = self._reader.undecided
        self._connection.settimeout(_LIMITS.linger_seconds if undecided else PATIENCE)
        try:
            data = self._connection.recv(_PIECE)
        except TimeoutError:
            if not undecided:
                raise
            self._reader.settle()
            return
        finally:
            self._connection.settimeout(PATIENCE)
        if data:
            self._reader.feed(data)
        else:
            self._reader.end()
            self._has_ended = True

    def linger(self) -> None:
        """Read and drop what still comes, so that the client sees no reset."""
        if not isinstance(self._connection, ssl.SSLSocket):
            self._connection.shutdown(socket.SHUT_WR)
        end = time.monotonic() + _LIMITS.linger_seconds
        while (left := end - time.monotonic()) > 0:
            self._connection.settimeout(left)
            if not self._connection.recv(_PIECE):
                return


def _recorded(request: Request) -> RecordedRequest:
    spelled = {name.lower(): name for name in _NAME.findall(request.head.decode("latin-1"))}
    headers = tuple((spelled[name], _text(value)) for name, value in request.fields.items())
    version = f"1.{request.minor}"
    return RecordedRequest(request.method, _text(request.target), version, headers, request.body)


def _text(latin: str) -> str:
    return latin.encode("latin-1").decode("utf-8", "surrogateescape")
