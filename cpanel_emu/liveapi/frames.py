"""Requests of the LiveAPI socket: from bytes to messages (``liveapi_cli §1.2``). Pure."""

from __future__ import annotations

import re

from cpanel_emu.errors import EmulatorError
from cpanel_emu.liveapi.messages import Message
from cpanel_emu.liveapi.payloads import ACTION_END, ACTION_START, read_payload

DEFAULT_LIMIT = 8 * 1024 * 1024
"""Bytes that one payload may have: some times the largest certificate chain or page text."""

_BETWEEN_FRAMES = re.compile(rb"[ \t\r\n]+")
_LENGTH_LINE = re.compile(rb"([0-9]{1,20})\r?\n")
_LENGTH_LINE_SO_FAR = re.compile(rb"[0-9]{1,20}\r?\Z")


class FrameError(EmulatorError):
    """A page sent more than a frame may hold; nothing sensible can follow on its connection."""


class FrameDecoder:
    """Cuts the bytes of one connection into messages, whatever pieces they come in.

    Feed it with `receive` and `close`, then take messages with `next_message` until there is
    none. A frame is a length line and that many bytes; the tolerances of ``liveapi_cli §1.2``:

    * white space between frames is skipped;
    * a payload without length line ends with the first ``>`` (``</cpanelaction>`` for an
      action), or, if it is no tag, with its line or the connection;
    * a counted ``<cpanelaction>`` goes on until ``</cpanelaction>``, for some clients count
      characters instead of bytes.

    Args:
        limit: bytes that one payload may have.
    """

    def __init__(self, limit: int = DEFAULT_LIMIT) -> None:
        self._limit = limit
        self.payload = b""
        """The bytes of the message that came last, without its length."""
        self._buffer = bytearray()
        self._closed = False
        self._length: int | None = None
        self._searched = 0

    def receive(self, data: bytes) -> None:
        """Take in the next bytes that the page sent."""
        self._buffer += data

    def close(self) -> None:
        """Note that the page sends nothing more."""
        self._closed = True

    def next_message(self) -> Message | None:
        """Return the next message, or ``None`` until more bytes come.

        A counted payload that the end of the connection cuts short is dropped; one without
        length ends there.

        Raises:
            FrameError: a payload or its announced length passes the limit.
        """
        if self._length is None:
            self._read_length_line()
        payload = self._uncounted() if self._length is None else self._counted(self._length)
        if payload is None:
            return None
        del self._buffer[: len(payload)]
        self._length = None
        self._searched = 0
        self.payload = payload
        return read_payload(payload)

    def _read_length_line(self) -> None:
        """Take a length line off the buffer, if a whole one is in front."""
        gap = _BETWEEN_FRAMES.match(self._buffer)
        if gap is not None:
            del self._buffer[: gap.end()]
        line = _LENGTH_LINE.match(self._buffer)
        if line is None:
            return
        length = int(line.group(1))
        if length > self._limit:
            raise FrameError(f"A LiveAPI request announces more than {self._limit} bytes.")
        del self._buffer[: line.end()]
        self._length = length

    def _uncounted(self) -> bytes | None:
        """Return the payload in front that has no length line, if it is whole."""
        if not self._buffer or _LENGTH_LINE_SO_FAR.match(self._buffer):
            return None
        if self._buffer.startswith(ACTION_START):
            return self._up_to(ACTION_END)
        if ACTION_START.startswith(self._buffer) and not self._closed:
            return None
        if self._buffer.startswith(b"<"):
            return self._up_to(b">")
        line = self._up_to(b"\n")
        return line if line is None else line.rstrip(b"\r\n")

    def _counted(self, length: int) -> bytes | None:
        """Return the payload in front that has *length* bytes or more, if it is whole."""
        if len(self._buffer) < length:
            return None
        payload = bytes(self._buffer[:length])
        if not payload.startswith(ACTION_START) or payload.rstrip().endswith(ACTION_END):
            return payload
        self._searched = max(self._searched, length)
        return self._up_to(ACTION_END)

    def _up_to(self, end: bytes) -> bytes | None:
        """Return the buffer up to and with the first *end* that ends behind ``_searched``."""
        start = max(0, self._searched - len(end) + 1)
        found = self._buffer.find(end, start, self._limit)
        if found >= 0:
            return bytes(self._buffer[: found + len(end)])
        if len(self._buffer) >= self._limit:
            raise FrameError(f"A LiveAPI request has more than {self._limit} bytes.")
        self._searched = len(self._buffer)
        return bytes(self._buffer) if self._closed else None
