"""Where the body of a request ends: by length, by chunks, or by whichever of both holds.

Theory of operation: a body is given the connection's buffer whenever bytes have come. It takes
from the front what is its own and returns the whole body once it has it. Two framings that
contradict each other are how requests are smuggled, and also what xmlapi-php sends
(``liveapi_cli §6.3``); so the contradiction is read, but always closes the connection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from cpanel_emu.server.http1.errors import UnreadableRequest

_SIZE_LINE = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;[^\r\n]{0,4096})?\r\n")
_SIZE_LINE_SO_FAR = re.compile(rb"(?:[0-9A-Fa-f]{1,16}(?:;[^\r\n]{0,4096})?\r?)?")
_DIGITS = re.compile(r"[0-9]+")
_MOST_FRAMING = 1 << 20
"""Bytes of size lines and trailers: a chunked body may not be mostly framing."""


class Body(Protocol):
    """A body on its way in."""

    @property
    def size(self) -> int:
        """Bytes already taken from the buffer and held."""

    @property
    def undecided(self) -> bool:
        """Whether all bytes of the stated length are here, but they may yet be chunks."""

    def take(self, buffer: bytearray) -> bytes | None:
        """Take what belongs to the body from *buffer*; return the body once it is whole.

        Raises:
            UnreadableRequest: 400 for broken chunks, 413 for too many bytes.
        """

    def settle(self) -> bytes:
        """Return the body if nothing more can come.

        Raises:
            UnreadableRequest: 400, it is not whole.
        """


def body_for(fields: Mapping[str, str], most_bytes: int) -> tuple[Body, bool]:
    """Return the body that *fields* announce, and whether its framing forbids another request.

    Raises:
        UnreadableRequest: 400 for framing that cannot be read, 413 for more than *most_bytes*.
    """
    coding = fields.get("transfer-encoding", "").lower()
    stated = fields.get("content-length")
    if coding not in {"", "identity", "chunked"}:
        raise UnreadableRequest(400, "a Transfer-Encoding other than chunked")
    length = 0 if stated is None else _length(stated, most_bytes)
    if coding != "chunked":
        return LengthBody(length), "transfer-encoding" in fields
    chunks = ChunkedBody(most_bytes)
    if stated is None:
        return chunks, False
    return DisputedBody(length, chunks), True


def _length(stated: str, most_bytes: int) -> int:
    """Read ``Content-Length``; the same value twice is one value (RFC 9110 §8.6)."""
    values = {value.strip(" \t") for value in stated.split(",")}
    text = values.pop()
    if values or not _DIGITS.fullmatch(text):
        raise UnreadableRequest(400, "Content-Length is not one number")
    digits = text.lstrip("0") or "0"
    if len(digits) > 18 or int(digits) > most_bytes:
        raise UnreadableRequest(413, f"a body of more than {most_bytes} bytes")
    return int(digits)


class LengthBody:
    """A body of *length* bytes; they stay in the buffer until all are there."""

    size = 0
    undecided = False

    def __init__(self, length: int) -> None:
        self._length = length

    def take(self, buffer: bytearray) -> bytes | None:
        """See `Body.take`."""
        if len(buffer) < self._length:
            return None
        body = bytes(buffer[: self._length])
        del buffer[: self._length]
        return body

    def settle(self) -> bytes:
        """See `Body.settle`."""
        raise UnreadableRequest(400, "the body ended early")


class ChunkedBody:
    """A body in chunks, read strictly: CRLF only, hexadecimal sizes, extensions ignored."""

    undecided = False

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._data = bytearray()
        self._chunk_left = 0
        self._framing = 0
        self._step = self._size_line
        self._whole = False

    @property
    def size(self) -> int:
        """See `Body.size`."""
        return len(self._data)

    @property
    def begun(self) -> bool:
        """Whether the first size line was read."""
        return self._framing > 0

    def take(self, buffer: bytearray) -> bytes | None:
        """See `Body.take`."""
        while not self._whole and self._step(buffer):
            pass
        return bytes(self._data) if self._whole else None

    def settle(self) -> bytes:
        """See `Body.settle`."""
        raise UnreadableRequest(400, "the chunks ended early")

    # Each step takes one piece of syntax and says whether it got it all.

    def _size_line(self, buffer: bytearray) -> bool:
        line = _SIZE_LINE.match(buffer)
        if line is None:
            if _SIZE_LINE_SO_FAR.fullmatch(buffer):
                return False
            raise UnreadableRequest(400, "this is no chunk size")
        self._chunk_left = int(line[1], 16)
        if self._chunk_left > self._most_bytes - len(self._data):
            raise UnreadableRequest(413, f"chunks of more than {self._most_bytes} bytes")
        self._drop_framing(buffer, line.end())
        self._step = self._chunk_data if self._chunk_left else self._trailer
        return True

    def _chunk_data(self, buffer: bytearray) -> bool:
        piece = buffer[: self._chunk_left]
        del buffer[: self._chunk_left]
        self._data += piece
        self._chunk_left -= len(piece)
        if self._chunk_left:
            return False
        self._step = self._chunk_end
        return True

    def _chunk_end(self, buffer: bytearray) -> bool:
        if not b"\r\n".startswith(buffer[:2]):
            raise UnreadableRequest(400, "a chunk longer than its size")
        if len(buffer) < 2:
            return False
        self._drop_framing(buffer, 2)
        self._step = self._size_line
        return True

    def _trailer(self, buffer: bytearray) -> bool:
        end = buffer.find(b"\n")
        if end < 0:
            if self._framing + len(buffer) > _MOST_FRAMING:
                raise UnreadableRequest(413, "too long a trailer")
            return False
        line = bytes(buffer[:end])
        if not line.endswith(b"\r") or b"\r" in line[:-1]:
            raise UnreadableRequest(400, "a trailer that does not end with CRLF")
        self._drop_framing(buffer, end + 1)
        self._whole = line == b"\r"
        return True

    def _drop_framing(self, buffer: bytearray, length: int) -> None:
        self._framing += length
        if self._framing > _MOST_FRAMING:
            raise UnreadableRequest(413, "more framing than a chunked body may have")
        del buffer[:length]


class DisputedBody:
    """A body with both a length and ``Transfer-Encoding: chunked`` (``liveapi_cli §6.2`` rule 1).

    Chunks if they can be read as such, else the first *length* bytes as they came. Bytes that
    are neither yet, such as a body of hexadecimal digits alone, are `undecided`.
    """

    def __init__(self, length: int, chunks: ChunkedBody) -> None:
        self._length = length
        self._raw = bytearray()
        self._chunks: ChunkedBody | None = chunks
        self._unread = bytearray()

    @property
    def size(self) -> int:
        """See `Body.size`."""
        in_chunks = self._chunks.size if self._chunks else 0
        return len(self._raw) + len(self._unread) + in_chunks

    @property
    def undecided(self) -> bool:
        """See `Body.undecided`."""
        return self._chunks is not None and not self._chunks.begun and self._has_length

    @property
    def _has_length(self) -> bool:
        return len(self._raw) == self._length

    def take(self, buffer: bytearray) -> bytes | None:
        """See `Body.take`; what comes after the body is taken too, for nobody may read it."""
        self._raw += buffer[: self._length - len(self._raw)]
        if self._chunks is not None:
            self._unread += buffer
            try:
                body = self._chunks.take(self._unread)
            except UnreadableRequest:
                self._chunks = None
                self._unread.clear()
            else:
                if body is not None:
                    buffer.clear()
                    return body
        buffer.clear()
        return self._raw_body()

    def _raw_body(self) -> bytes | None:
        return bytes(self._raw) if self._chunks is None and self._has_length else None

    def settle(self) -> bytes:
        """See `Body.settle`; chunks that never ended are none."""
        self._chunks = None
        body = self._raw_body()
        if body is None:
            raise UnreadableRequest(400, "the body ended early")
        return body
