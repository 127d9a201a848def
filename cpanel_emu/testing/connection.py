"""One client connection that sends exact bytes and keeps exact bytes."""

from __future__ import annotations

import contextlib
import socket
import ssl
from dataclasses import replace
from urllib.parse import urlsplit

from cpanel_emu.testing.messages import Response, split_response

TIMEOUT = 30.0
"""Seconds without a byte after which an exchange is given up."""

_CHUNK = 65536
_MOST_DIGITS = 18


class Connection:
    """A connection to *url*, plain or TLS by its scheme.

    Certificates are checked only if *is_verified*: those of the time were nobody's.
    """

    def __init__(self, url: str, *, is_verified: bool = False) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        address = (parts.hostname or "", parts.port or 0)
        self._socket = socket.create_connection(address, timeout=TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if parts.scheme == "https":
            # A TLS end without close_notify is an error here, as it is for Ruby's clients
            # (liveapi_cli §6.2 rule 9).
            context = ssl.create_default_context() if is_verified else _unverified()
            self._socket = context.wrap_socket(
                self._socket, server_hostname=parts.hostname, suppress_ragged_eofs=False
            )
        self._kept = b""

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send *data*; a server that has already answered and closed is no error."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError, ssl.SSLError):
            self._socket.sendall(data)

    def receive(self, *, bodiless: bool = False) -> Response:
        """Read one answer: by its Content-Length or its chunks, else until the server closes.

        Of chunks the body alone is returned, the head as it came.
        An answer with ``Connection: close`` is read to the end of the connection in any case, so
        that surplus bytes show and a server that does not close is found.
        *bodiless* is for HEAD; 204 and 304 have no body either.

        Raises:
            OSError: the server fell silent for `TIMEOUT`, reset the connection, sent a length or
                chunks that are none, or ended TLS without saying so.
        """
        while b"\r\n\r\n" not in self._kept and self._more():
            pass
        answer = split_response(self._kept)
        bodiless = bodiless or answer.status in (204, 304)
        if not bodiless and (answer.header("Transfer-Encoding") or "").lower() == "chunked":
            return self._receive_chunks(answer)
        length = _length(answer.header("Content-Length"))
        closing = (answer.header("Connection") or "").lower() == "close"
        if closing or (length is None and not bodiless):
            while self._more():
                pass
            answer, self._kept = split_response(self._kept), b""
            return answer
        end = len(answer.head) + 2 + (0 if bodiless else length or 0)
        while len(self._kept) < end and self._more():
            pass
        answer, self._kept = split_response(self._kept[:end]), self._kept[end:]
        return answer

    def _receive_chunks(self, answer: Response) -> Response:
        self._kept = answer.body
        body = b""
        while size := _chunk_size(self._line()):
            while len(self._kept) < size + 2 and self._more():
                pass
            body += self._kept[:size]
            self._kept = self._kept[size + 2 :]
        while self._line():
            pass
        return replace(answer, body=body)

    def _line(self) -> bytes:
        """Read a line without its end; empty also where the connection ends."""
        while b"\r\n" not in self._kept and self._more():
            pass
        line, _, self._kept = self._kept.partition(b"\r\n")
        return line

    def _more(self) -> bool:
        chunk = self._socket.recv(_CHUNK)
        self._kept += chunk
        return bool(chunk)


def _length(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise OSError(f"{text[:20]!r} is no Content-Length")
    return int(text)


def _chunk_size(line: bytes) -> int:
    try:
        return int(line.partition(b";")[0] or b"0", 16)
    except ValueError as error:
        raise OSError(f"{line[:20]!r} is no size of a chunk") from error


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
