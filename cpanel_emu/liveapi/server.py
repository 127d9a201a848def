"""The LiveAPI socket: a Unix socket that speaks for one account (``liveapi_cli §1.1``).

Nothing that a page sends chooses the account: it belongs to the socket. Each connection is a
conversation of its own, in a thread of its own.
"""

from __future__ import annotations

import contextlib
import logging
import selectors
import socket
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cpanel_emu.errors import EmulatorError
from cpanel_emu.liveapi.conversation import Conversation, OpenSession
from cpanel_emu.liveapi.frames import DEFAULT_LIMIT
from cpanel_emu.liveapi.socket_file import SocketFile

_log = logging.getLogger(__name__)
_PAUSE_WITHOUT_DESCRIPTORS = 0.05


@dataclass(frozen=True, slots=True)
class Limits:
    """What one socket allows its pages."""

    connections: int = 64
    """Served at once; more wait until one ends."""
    idle: float = 300.0
    """Seconds that a connection may be silent, or leave an answer unread, before it is closed."""
    payload: int = DEFAULT_LIMIT
    """Bytes of one request."""


class LiveApiServer:
    """Serves one socket in threads; a context manager that starts and stops it.

    Args:
        path: where the socket file is made, mode 0600; missing folders are made, a socket that
            nobody listens on is replaced.
        account: the account that every call on this socket is made as.
        open_session: called once for each connection.
        limits: what pages may do.
    """

    def __init__(
        self, path: Path, account: str, open_session: OpenSession, limits: Limits | None = None
    ) -> None:
        self.account = account
        self._file = SocketFile(path)
        self._open_session = open_session
        self._limits = limits or Limits()
        self._slots = threading.Semaphore(self._limits.connections)
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._accepted = 0
        self._stopping = threading.Event()
        self._acceptor = threading.Thread(target=self._accept_all, name="liveapi", daemon=True)

    @property
    def path(self) -> Path:
        """The socket file."""
        return self._file.path

    @property
    def accepted(self) -> int:
        """How many connections there have been."""
        return self._accepted

    def start(self) -> None:
        """Open the socket and serve it until `stop`.

        Raises:
            SocketFileError: the socket cannot be made there, or another server listens on it.
        """
        self._listener = self._file.open()
        self._listener.setblocking(False)
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._acceptor.start()

    def finish(self, seconds: float) -> None:
        """Take no new connections, and wait up to *seconds* for those that there are to end."""
        deadline = time.monotonic() + seconds
        self._wake_writer.send(b"x")
        self._acceptor.join(seconds)
        self._join(deadline)

    def stop(self, seconds: float = 10.0) -> None:
        """End every conversation behind what is already asked, remove the file.

        One that takes more than *seconds* to end is cut off.
        """
        deadline = time.monotonic() + seconds
        self._stopping.set()
        self._wake_writer.send(b"x")
        self._slots.release()
        self._acceptor.join()
        self._shut(socket.SHUT_RD)
        self._join(deadline)
        self._shut(socket.SHUT_RDWR)
        self._file.close()
        self._wake_reader.close()
        self._wake_writer.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _join(self, deadline: float) -> None:
        with self._lock:
            threads = list(self._open.values())
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _shut(self, how: int) -> None:
        with self._lock:
            for connection in self._open:
                # One that the page has closed cannot be shut, and need not.
                with contextlib.suppress(OSError):
                    connection.shutdown(how)

    def _accept_all(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._listener, selectors.EVENT_READ)
            selector.register(self._wake_reader, selectors.EVENT_READ)
            while True:
                self._slots.acquire()
                connection = self._next_connection(selector)
                if connection is None:
                    return
                self._begin(connection)

    def _next_connection(self, selector: selectors.BaseSelector) -> socket.socket | None:
        """Return the next connection, or nothing if no more are wanted; who waits goes first."""
        while not self._stopping.is_set():
            ready = [key.fileobj for key, _ in selector.select()]
            if self._listener not in ready:
                return None
            try:
                return self._listener.accept()[0]
            except OSError as error:
                _log.warning("LiveAPI: cannot accept a connection: %s", error)
                time.sleep(_PAUSE_WITHOUT_DESCRIPTORS)
        return None

    def _begin(self, connection: socket.socket) -> None:
        thread = threading.Thread(
            target=self._converse, args=(connection,), name="liveapi-page", daemon=True
        )
        with self._lock:
            self._open[connection] = thread
            self._accepted += 1
        thread.start()

    def _converse(self, connection: socket.socket) -> None:
        try:
            connection.settimeout(self._limits.idle)
            session = self._open_session(self.account)
            Conversation(connection, session, self._limits.payload).run()
        except EmulatorError as error:
            _log.error("LiveAPI: no session for %s: %s", self.account, error)
        finally:
            with self._lock:
                del self._open[connection]
            connection.close()
            self._slots.release()
