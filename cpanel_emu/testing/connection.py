"""One client connection that sends exact bytes and keeps exact bytes."""

from __future__ import annotations

import contextlib
import socket
import ssl
from types import TracebackType
from urllib.parse import urlsplit

from cpanel_emu.testing.messages import Response, split_response

TIMEOUT = 30.0
"""Seconds without a byte after which an exchange is given up."""

_CHUNK = 65536


class Connection:
    """A connection to *url*, plain or TLS by its scheme; certificates are not checked."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        address = (parts.hostname or "", parts.port or 0)
        self._socket = socket.create_connection(address, timeout=TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "https":
            # A TLS end without close_notify is an error here, as it is for Ruby's clients
            # (liveapi_cli §6.2 rule 9).
            self._socket = _unverified().wrap_socket(
                self._socket, server_hostname=parts.hostname, suppress_ragged_eofs=False
            )
        self._kept = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send *data*; a server that has already answered and closed is no error."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self._socket.sendall(data)

    def receive(self, *, bodiless: bool = False) -> Response:
        """Read one answer: by its Content-Length, else until the server closes.

        An answer with ``Connection: close`` is read to the end of the connection in any case, so
        that surplus bytes show and a server that does not close is found.
        *bodiless* is for HEAD.

        Raises:
            OSError: the server fell silent for `TIMEOUT`, reset the connection, or ended TLS
                without saying so.
        """
        while b"\r\n\r\n" not in self._kept and self._more():
            pass
        answer = split_response(self._kept)
        length = answer.header("Content-Length")
        closing = (answer.header("Connection") or "").lower() == "close"
        if length is None or closing:
            while self._more():
                pass
            answer, self._kept = split_response(self._kept), b""
            return answer
        end = len(answer.head) + 2 + (0 if bodiless else int(length))
        while len(self._kept) < end and self._more():
            pass
        answer, self._kept = split_response(self._kept[:end]), self._kept[end:]
        return answer

    def _more(self) -> bool:
        chunk = self._socket.recv(_CHUNK)
        self._kept += chunk
        return bool(chunk)


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
