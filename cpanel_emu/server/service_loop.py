"""The event loop behind a listener: accepts, completes requests, sends answers.

Theory of operation: one thread runs `ServiceLoop.run` and owns every connection. A whole
request goes to a worker thread, which runs the application and leaves the bytes of the answer
for the loop to send. A client that is slow in shaking hands, sending or reading therefore
costs memory within `Limits`, never a thread.
"""

from __future__ import annotations

import asyncio
import errno
import functools
import logging
import socket
import ssl
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from cpanel_emu.server.connection import Connection
from cpanel_emu.server.connections import Connections
from cpanel_emu.server.gateway import ConnectionControl, Environ, framed, request_environ, run
from cpanel_emu.server.http1 import Request, refusal
from cpanel_emu.server.http1.answer import CLOSING
from cpanel_emu.server.limits import Limits
from cpanel_emu.server.outgoing import Outgoing, outgoing
from cpanel_emu.server.shares import Share
from cpanel_emu.server.tls_connection import TlsConnection
from cpanel_emu.server.workers import Workers

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_logger = logging.getLogger("cpanel_emu.server")
_FULL = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_FULL_PAUSE = 0.1
"""Seconds without accepting when there is no room and no client can give way."""
_STANDING_BACK = 0.002
"""Seconds that a new client is left to the processes that have fewer."""
_STOP_CHECK = 0.01

_Address: TypeAlias = "tuple[Any, ...]"


@dataclass(frozen=True, slots=True)
class Door:
    """A listening socket, what the environ of its requests has in common, and its TLS."""

    socket: socket.socket
    environ: Environ
    tls: ssl.SSLContext | None


class ServiceLoop:
    """Serves *doors* from `run` until `stop`; both `attach` and `stop` may come from any thread.

    *share* is this process's share of the clients, if others serve the same doors.
    """

    def __init__(self, doors: Sequence[Door], limits: Limits, share: Share | None = None) -> None:
        self.limits = limits
        self.connections = Connections(limits.buffered_bytes, share)
        self.loop: asyncio.AbstractEventLoop = asyncio.SelectorEventLoop()
        self.loop.set_exception_handler(_log_exception)
        self.stopping = False
        self._doors = doors
        self._application: WSGIApplication | None = None
        self._arriving: set[asyncio.Task[Any]] = set()
        self._workers: Workers[tuple[Connection, Request]] = Workers(limits.workers, self._work)
        self._answers: deque[tuple[Connection, Outgoing]] = deque()
        self._delivery_due = False

    def attach(self, application: WSGIApplication) -> None:
        """Answer with *application* from now on."""
        opening = self._application is None
        self._application = application
        if opening:
            self._call(self._open)

    def run(self) -> None:
        """Serve until `stop`; returns when every connection and thread has ended."""
        self._sweep()
        try:
            self.loop.run_forever()
            self.loop.run_until_complete(_cancelled(self._arriving))
        finally:
            self._close()
            self.loop.close()
            self._workers.stop(self.limits.stop_seconds)

    def stop(self) -> None:
        """Accept nothing more, finish the answers under way within `Limits`, and end `run`."""
        self._call(self._begin_stop)

    def submit(self, connection: Connection, request: Request) -> None:
        """See `Owner.submit`."""
        self._workers.submit((connection, request))

    def _call(self, function: Callable[[], None]) -> None:
        try:
            self.loop.call_soon_threadsafe(function)
        except RuntimeError:
            _logger.debug("the loop has ended; nobody is left to hear of it")

    # Accepting.

    def _open(self) -> None:
        if not self.stopping:
            for door in self._doors:
                self.loop.add_reader(door.socket, self._accept, door)

    def _close(self) -> None:
        for door in self._doors:
            if door.socket.fileno() >= 0:
                self.loop.remove_reader(door.socket)
                door.socket.close()

    def _accept(self, door: Door) -> None:
        """Take a client, or leave it to a process that has fewer, if that is quick enough."""
        if self.connections.others_have_fewer:
            self.loop.remove_reader(door.socket)
            self.loop.call_later(_STANDING_BACK, self._accept_if_left, door)
        else:
            self._take_client(door)

    def _accept_if_left(self, door: Door) -> None:
        if not self.stopping:
            self.loop.add_reader(door.socket, self._accept, door)
            self._take_client(door)

    def _take_client(self, door: Door) -> None:
        # One at a time: processes that share the socket then share the clients.
        if len(self.connections) >= self.limits.connections:
            self._make_room()
            return
        try:
            client, address = door.socket.accept()
        except OSError as error:
            if error.errno in _FULL:
                self._make_room()
            return
        client.setblocking(False)
        connection = self._connection(door, address)
        self.connections.add(connection)
        task = self.loop.create_task(self.loop.connect_accepted_socket(lambda: connection, client))
        self._arriving.add(task)
        task.add_done_callback(functools.partial(self._arrived, connection))

    def _connection(self, door: Door, address: _Address) -> Connection:
        environ = {
            **door.environ,
            "REMOTE_ADDR": address[0].removeprefix("::ffff:"),
            "REMOTE_PORT": str(address[1]),
        }
        if door.tls is None:
            return Connection(self, environ)
        return TlsConnection(self, environ, door.tls)

    def _arrived(self, connection: Connection, task: asyncio.Task[Any]) -> None:
        self._arriving.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.connections.remove(connection)
            _logger.debug("a client left before it was served: %s", task.exception())

    def _make_room(self) -> None:
        """Let the client that kept us waiting longest go, or accept nobody for a moment."""
        if not self.connections.make_room():
            for door in self._doors:
                self.loop.remove_reader(door.socket)
            self.loop.call_later(_FULL_PAUSE, self._open)

    # Answering.

    def _work(self, job: tuple[Connection, Request]) -> None:
        """Answer one request; runs in a worker thread."""
        connection, request = job
        self._answers.append((connection, self._answer(connection, request)))
        # Under load one wake-up of the loop delivers several answers.
        if not self._delivery_due:
            self._delivery_due = True
            self._call(self._deliver)

    def _answer(self, connection: Connection, request: Request) -> Outgoing:
        assert self._application is not None
        control = ConnectionControl()
        try:
            environ = request_environ(request, connection.environ)
            environ["cpanel_emu.connection"] = control
            status, headers, body = run(self._application, environ)
            closing = request.last or control.close
            persistence = CLOSING if closing else connection.persistence
            head_only = request.method == "HEAD"
            data, stays = framed(status, headers, body, persistence, head_only=head_only)
            return outgoing(data, 0 if head_only else len(body), control, stays=stays)
        except (Exception, SystemExit):
            # The one place that takes everything: no bug of the application may reach a client
            # or end a worker. The query, which may hold secrets, is not logged.
            path = request.target.partition("?")[0][:200]
            _logger.exception("the application failed on %s %a", request.method, path)
            return Outgoing(refusal(500), stays=False)

    def _deliver(self) -> None:
        self._delivery_due = False
        while self._answers:
            connection, answer = self._answers.popleft()
            self._workers.done()
            if answer.delay:
                self.loop.call_later(answer.delay, connection.answer, answer)
            else:
                connection.answer(answer)

    # Time.

    def _sweep(self) -> None:
        limits = self.limits
        self.connections.expire(self.loop.time())
        shortest = min(
            limits.head_seconds,
            limits.body_seconds,
            limits.idle_seconds,
            limits.write_seconds,
        )
        self.loop.call_later(min(0.5, max(0.01, shortest / 4)), self._sweep)

    def _begin_stop(self) -> None:
        self.stopping = True
        self._close()
        self.connections.stop()
        until = self.loop.time() + self.limits.stop_seconds
        # After the connections that could be closed at once.
        self.loop.call_soon(self._end_when_empty, until)

    def _end_when_empty(self, until: float) -> None:
        if self.connections and self.loop.time() < until:
            self.loop.call_later(_STOP_CHECK, self._end_when_empty, until)
            return
        self.connections.drop()
        self.loop.call_soon(self.loop.stop)


async def _cancelled(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _log_exception(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    _logger.error("in the event loop: %s", context["message"], exc_info=context.get("exception"))
