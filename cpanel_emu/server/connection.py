"""One client's connection: requests in order, one at a time, and a tidy end.

Theory of operation: a connection is always in one `State`. It reads until a request is whole,
hands it on (`Owner.submit`) and gets the answer back by `Connection.answer`; meanwhile bytes
of further requests only gather. Nothing here blocks and no thread is held: the owner calls
`expire` when the deadline of the state has passed.
"""

from __future__ import annotations

import asyncio
import enum
import math
from collections.abc import Iterator
from typing import Any, Protocol

from cpanel_emu.server.connections import Connections
from cpanel_emu.server.http1 import Phase, Request, RequestReader, UnreadableRequest, refusal
from cpanel_emu.server.http1.answer import CLOSING, GO_ON, staying
from cpanel_emu.server.limits import Limits
from cpanel_emu.server.outgoing import Outgoing

_PIPELINE_BYTES = 64 * 1024
"""Bytes of further requests that may gather while one is answered."""
_GO_ON_AFTER = 0.1
"""Seconds without a byte of the body before ``100 Continue`` is sent: clients that send
``Expect`` but do not wait for it never see one (``liveapi_cli §6.2`` rule 1)."""
_UNDECIDED_SECONDS = 1.0
"""How long a body that has its length may yet turn out to be chunked."""


class State(enum.Enum):
    """What the connection waits for."""

    ARRIVING = "the event loop"
    READING = "the client's next request"
    WORKING = "the application"
    FLUSHING = "the client to read an answer, before the next request"
    FINISHING = "the client to read the last answer"
    LINGERING = "the client to close"
    CLOSED = "nothing"


class Owner(Protocol):
    """What a connection needs from its listener."""

    limits: Limits
    connections: Connections
    loop: asyncio.AbstractEventLoop
    stopping: bool

    def submit(self, connection: Connection, request: Request) -> None:
        """Have *request* answered: `Connection.answer` will be called on the event loop."""


class Connection(asyncio.Protocol):
    """A connection without TLS.

    *environ* is what the environ of all its requests has in common.
    """

    def __init__(self, owner: Owner, environ: dict[str, Any]) -> None:
        self.environ = environ
        self.deadline = math.inf
        self._owner = owner
        self._limits = owner.limits
        self._reader = RequestReader(owner.limits)
        self._transport: asyncio.Transport
        self._state = State.ARRIVING
        self._phase = Phase.IDLE
        self._count = 0
        self._unread_answer = False
        self._client_ended = False
        self._timer: asyncio.TimerHandle | None = None

    # Called by asyncio.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(0)
        self._state = State.READING
        self._owner.connections.waits(self)
        self._set_deadline(self._first_wait())
        if self._owner.stopping:
            self.stop()

    def connection_lost(self, _exc: Exception | None) -> None:
        """Forget the client; an answer on its way to it is dropped."""
        self._state = State.CLOSED
        self._stop_timer()
        self._owner.connections.remove(self)

    def data_received(self, data: bytes) -> None:
        """Take what the client sent."""
        if self._state is State.READING:
            self._reader.feed(data)
            self._read()
        elif self._state in {State.WORKING, State.FLUSHING}:
            self._reader.feed(data)
            if self._reader.held > _PIPELINE_BYTES:
                self._transport.pause_reading()

    def eof_received(self) -> bool:
        """Go on answering: a client may close its half first."""
        self._client_ended = True
        self._reader.end()
        if self._state is State.READING:
            self._read()
        elif self._state is State.LINGERING:
            self._transport.close()
        return True

    def pause_writing(self) -> None:
        """The client does not keep up with reading."""
        self._unread_answer = True

    def resume_writing(self) -> None:
        """The client has read everything."""
        self._unread_answer = False
        if self._state is State.FLUSHING:
            self._next()
        elif self._state is State.FINISHING:
            self._linger()

    # Called by the owner.

    @property
    def persistence(self) -> tuple[str, ...]:
        """The header lines about the connection for the answer that is being made."""
        most = self._limits.requests_per_connection
        if self._count >= most or self._owner.stopping:
            return CLOSING
        return staying(self._count, int(self._limits.idle_seconds), most)

    def answer(self, answer: Outgoing) -> None:
        """Send the answer to the submitted request."""
        if self._state is not State.WORKING:
            return
        if answer.drop:
            self.drop()
        elif answer.piece:
            self._drip(answer.pieces(), answer)
        else:
            self._send(answer.data)
            self._answered(stays=answer.stays)

    def _drip(self, pieces: Iterator[bytes], answer: Outgoing) -> None:
        """Send the next of *pieces*, and the others after a pause each."""
        piece = next(pieces, None)
        if piece is None:
            self._answered(stays=answer.stays)
            return
        self._send(piece)
        self._timer = self._owner.loop.call_later(answer.pause, self._drip, pieces, answer)

    def _answered(self, *, stays: bool) -> None:
        self._stop_timer()
        if not stays:
            self._finish()
        elif self._unread_answer:
            self._state = State.FLUSHING
            self._set_deadline(self._limits.write_seconds)
        else:
            self._next()

    def expire(self) -> None:
        """See `Client.expire`."""
        if self._state is not State.READING:
            self.drop()
        elif self._phase is Phase.IDLE:
            self._finish()
        else:
            self._refuse(408)

    def drop(self) -> None:
        """See `Client.drop`."""
        if self._state is not State.ARRIVING:
            self._state = State.CLOSED
            self._transport.abort()

    def stop(self) -> None:
        """See `Client.stop`."""
        if self._state in {State.READING, State.LINGERING}:
            if self._state is State.READING:
                self._send_end()
            self._state = State.CLOSED
            self._transport.close()

    # What TLS does differently.

    def _first_wait(self) -> float:
        return self._limits.idle_seconds

    def _send(self, data: bytes) -> None:
        self._transport.write(data)

    def _send_end(self) -> None:
        """Say that nothing more will be sent, below HTTP."""

    # The way of a request.

    def _read(self) -> None:
        try:
            request = self._reader.next_request()
        except UnreadableRequest as unreadable:
            self._refuse(unreadable.status)
            return
        if request is not None:
            self._submit(request)
        elif not self._owner.connections.hold(self, self._reader.held):
            self._refuse(413)
        else:
            self._wait()

    def _submit(self, request: Request) -> None:
        self._stop_timer()
        self._state = State.WORKING
        self._phase = Phase.IDLE
        self._count += 1
        self.deadline = math.inf
        connections = self._owner.connections
        connections.works(self)
        connections.hold(self, self._reader.held + len(request.body))
        self._owner.submit(self, request)

    def _wait(self) -> None:
        """Wait for more of the request, no longer than its phase allows."""
        phase = self._reader.phase
        if self._client_ended:
            self._finish()
            return
        if phase is not self._phase:
            self._phase = phase
            limits = self._limits
            self._set_deadline(limits.head_seconds if phase is Phase.HEAD else limits.body_seconds)
        if self._timer is None and phase is Phase.BODY:
            self._watch_body()

    def _watch_body(self) -> None:
        if self._reader.wants_continue:
            self._timer = self._owner.loop.call_later(_GO_ON_AFTER, self._go_on)
        elif self._reader.undecided:
            self._timer = self._owner.loop.call_later(_UNDECIDED_SECONDS, self._settle)

    def _go_on(self) -> None:
        if self._reader.wants_continue:
            self._send(GO_ON)

    def _settle(self) -> None:
        self._timer = None
        self._reader.settle()
        self._read()

    def _next(self) -> None:
        """Read the next request; part of it may be here already."""
        self._state = State.READING
        if self._owner.stopping:
            self.stop()
            return
        self._owner.connections.waits(self)
        self._set_deadline(self._limits.idle_seconds)
        if not self._client_ended:
            self._transport.resume_reading()
        self._read()

    # The end.

    def _refuse(self, status: int) -> None:
        self._send(refusal(status))
        self._finish()

    def _finish(self) -> None:
        """Close once the client has read everything, so that it sees no reset."""
        self._stop_timer()
        self._state = State.FINISHING
        self._owner.connections.hold(self, 0)
        self._send_end()
        if self._unread_answer:
            self._set_deadline(self._limits.write_seconds)
        else:
            self._linger()

    def _linger(self) -> None:
        """Close our half, then read and drop what still comes, but not for long."""
        self._state = State.LINGERING
        self.deadline = math.inf
        self._owner.connections.waits(self)
        if self._client_ended or self._owner.stopping:
            self._transport.close()
            return
        try:
            self._transport.write_eof()
        except OSError:
            self.drop()
            return
        self._transport.resume_reading()
        self._timer = self._owner.loop.call_later(self._limits.linger_seconds, self.drop)

    def _set_deadline(self, seconds: float) -> None:
        self.deadline = self._owner.loop.time() + seconds

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
