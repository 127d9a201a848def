"""From bytes in pieces of any size to whole requests."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cpanel_emu.server.http1.body import Body, body_for
from cpanel_emu.server.http1.errors import UnreadableRequest
from cpanel_emu.server.http1.head import (
    FIRST_BYTES,
    RequestLine,
    parse_fields,
    parse_request_line,
)
from cpanel_emu.server.limits import Limits

_END_OF_FIELDS = re.compile(rb"\n\r?\n")
_NO_FIELDS = re.compile(rb"\r?\n")


class Phase(enum.Enum):
    """How far the next request has come."""

    IDLE = "no byte of it is here"
    HEAD = "its head is on the way"
    BODY = "its body is on the way"


@dataclass(frozen=True, slots=True)
class Request:
    """One whole request.

    Text is latin-1, one character for each byte. *fields* are the header fields by small-letter
    name. *body* is free of chunks. *last* says that no other request can follow: HTTP/1.0,
    ``Connection: close``, or framing that another reader might see otherwise. *head* is the
    request line and the header lines as they came, up to the empty line.
    """

    method: str
    target: str
    minor: int
    fields: Mapping[str, str]
    body: bytes
    last: bool
    head: bytes = field(default=b"", compare=False, repr=False)


class RequestReader:
    """Collects bytes (`feed`, `end`) and gives whole requests (`next_request`)."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._buffer = bytearray()
        self._searched = 0
        self._head = b""
        self._line: RequestLine | None = None
        self._fields: Mapping[str, str] | None = None
        self._body: Body | None = None
        self._ambiguous = False
        self._ended = False

    def feed(self, data: bytes) -> None:
        """Add what the client sent."""
        self._buffer += data

    def end(self) -> None:
        """The client will send nothing more."""
        self._ended = True

    @property
    def held(self) -> int:
        """Bytes in memory for requests that are not yet whole, or not yet asked for."""
        return len(self._buffer) + (self._body.size if self._body else 0)

    @property
    def phase(self) -> Phase:
        """How far the next request has come."""
        if self._body is not None:
            return Phase.BODY
        return Phase.HEAD if self._line is not None or self._buffer else Phase.IDLE

    @property
    def undecided(self) -> bool:
        """Whether a body of the stated length is here that may yet turn out to be chunked."""
        return self._body is not None and self._body.undecided

    @property
    def wants_continue(self) -> bool:
        """Whether the client may be holding back the body until it is told to go on."""
        return (
            self._body is not None
            and not self._ambiguous
            and self.held == 0
            and self._fields is not None
            and self._line is not None
            and self._line.minor > 0
            and self._fields.get("expect", "").lower() == "100-continue"
        )

    def settle(self) -> None:
        """Take an `undecided` body as it is: *next_request* returns the request."""
        if self.undecided:
            self._ended = True

    def next_request(self) -> Request | None:
        """Return the next whole request, or None while there is none.

        Raises:
            UnreadableRequest: the bytes are no request; the connection is of no more use.
        """
        body = self._body or self._read_head()
        whole = body.take(self._buffer) if body is not None else None
        if whole is None:
            if not self._ended or self.phase is Phase.IDLE:
                return None
            if body is None:
                raise UnreadableRequest(400, "the head ended early")
            whole = body.settle()
        return self._finished(whole)

    def _finished(self, body: bytes) -> Request:
        line, fields = self._line, self._fields
        assert line is not None
        assert fields is not None
        options = fields.get("connection")
        last = line.minor == 0 or self._ambiguous or (options is not None and _says_close(options))
        self._line = self._fields = self._body = None
        head, self._head = self._head, b""
        return Request(line.method, line.target, line.minor, fields, body, last, head)

    def _read_head(self) -> Body | None:
        """Read as much of the head as is there; return the body once the head is whole."""
        if self._line is None:
            self._line = self._read_line()
            if self._line is None:
                return None
        block = self._read_block()
        if block is None:
            return None
        self._fields = parse_fields(block, self._limits.header_lines)
        self._body, self._ambiguous = body_for(self._fields, self._limits.body_bytes)
        return self._body

    def _read_line(self) -> RequestLine | None:
        """Take the request line, and the blank lines before it, which mean nothing."""
        buffer = self._buffer
        if buffer.startswith((b"\r", b"\n")):
            del buffer[: len(buffer) - len(buffer.lstrip(b"\r\n"))]
            self._searched = 0
        if not buffer:
            return None
        if buffer[0] not in FIRST_BYTES:
            raise UnreadableRequest(400, "no request begins so")
        end = buffer.find(b"\n", self._searched)
        self._check_size(len(buffer) if end < 0 else end)
        if end < 0:
            self._searched = len(buffer)
            return None
        self._head = bytes(buffer[: end + 1])
        del buffer[: end + 1]
        self._searched = 0
        return parse_request_line(self._head[:-1].removesuffix(b"\r"))

    def _read_block(self) -> bytes | None:
        """Take the header lines, and the empty line after them."""
        buffer = self._buffer
        if none := _NO_FIELDS.match(buffer):
            self._head += none[0]
            del buffer[: none.end()]
            return b""
        end = _END_OF_FIELDS.search(buffer, self._searched)
        self._check_size(len(buffer) if end is None else end.start())
        if end is None:
            self._searched = max(0, len(buffer) - 2)
            return None
        block = bytes(buffer[: end.start() + 1])
        self._head += buffer[: end.end()]
        del buffer[: end.end()]
        self._searched = 0
        return block

    def _check_size(self, size: int) -> None:
        # Line ends are not counted against the limit.
        if size > self._limits.head_bytes + 2:
            raise UnreadableRequest(431, f"a head of more than {self._limits.head_bytes} bytes")


def _says_close(options: str) -> bool:
    return any(option.strip(" \t") == "close" for option in options.lower().split(","))
