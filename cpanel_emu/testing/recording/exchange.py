"""What the proxy carries: a request as it came, and the answer that it got."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from cpanel_emu.testing.messages import Response


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request: what stood in its first line, its header lines in order, its body unchunked."""

    method: str
    target: str
    http: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first header called *name*, in any case."""
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return None

    @property
    def closes(self) -> bool:
        """Whether the client wants the connection to end after the answer."""
        wish = (self.header("Connection") or "").lower()
        return wish == "close" or (self.http == "1.0" and wish != "keep-alive")


@dataclass(frozen=True, slots=True)
class Upstream:
    """The server behind the proxy: the name of its door, and its URL without a path."""

    door: str
    url: str

    @property
    def host(self) -> str:
        """Host and port."""
        return self.url.partition("://")[2]


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """A request and its answer, at *time* in seconds since the epoch."""

    upstream: Upstream
    request: RecordedRequest
    answer: Response
    time: float = field(default_factory=time.time)
