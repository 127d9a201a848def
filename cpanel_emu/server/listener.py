"""The listener: cPanel and WHM ports, plain and TLS, of one process (``wire §2.1``)."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cpanel_emu.server.endpoints import Endpoint, ListenError, bind, bound_endpoint
from cpanel_emu.server.gateway import base_environ
from cpanel_emu.server.limits import Limits
from cpanel_emu.server.service_loop import Door, ServiceLoop
from cpanel_emu.server.shares import Share

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

_LOOP_END_SECONDS = 5.0


class Listener:
    """Listens on *endpoints* and answers with *application*, in threads of its own.

    *tls* makes the context for the TLS endpoints; `start` calls it if there are any.
    *sockets*, one for each endpoint in order, already listening (`endpoints.bind`), are used
    instead of binding and are closed by `stop`: so several processes share ports, each with its
    own listener and its *share* of the clients. Without *application* clients wait until `attach`.
    """

    def __init__(
        self,
        application: WSGIApplication | None,
        endpoints: Sequence[Endpoint],
        *,
        tls: Callable[[], ssl.SSLContext] | None = None,
        limits: Limits | None = None,
        sockets: Sequence[socket.socket] | None = None,
        share: Share | None = None,
    ) -> None:
        self._application = application
        self._endpoints = tuple(endpoints)
        self._tls = tls
        self._limits = limits or Limits()
        self._sockets = sockets
        self._share = share
        self._loop: ServiceLoop | None = None
        self._thread: threading.Thread | None = None

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The endpoints; from `start` on with their real ports."""
        return self._endpoints

    def start(self) -> None:
        """Bind every port; clients are answered from now on.

        Raises:
            ListenError: an address cannot be had; then none is.
            EmulatorError: *tls* raised it.
        """
        if self._loop is not None:
            return
        sockets = bind(self._endpoints) if self._sockets is None else list(self._sockets)
        try:
            context = self._tls_context()
        except BaseException:
            for bound in sockets:
                bound.close()
            raise
        self._endpoints = tuple(map(bound_endpoint, self._endpoints, sockets))
        self._loop = ServiceLoop(self._doors(sockets, context), self._limits, self._share)
        self._thread = threading.Thread(
            target=self._loop.run, name="cpanel-emu-listener", daemon=True
        )
        self._thread.start()
        if self._application is not None:
            self._loop.attach(self._application)

    def attach(self, application: WSGIApplication) -> None:
        """Answer with *application* from now on; clients that waited for it are served."""
        self._application = application
        if self._loop is not None:
            self._loop.attach(application)

    def stop(self) -> None:
        """Close the ports and end; answers under way have `Limits.stop_seconds`."""
        if self._loop is None or self._thread is None:
            return
        self._loop.stop()
        self._thread.join(2 * self._limits.stop_seconds + _LOOP_END_SECONDS)
        self._loop = self._thread = None

    def __enter__(self) -> Listener:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _tls_context(self) -> ssl.SSLContext | None:
        secured = [endpoint for endpoint in self._endpoints if endpoint.tls]
        if not secured:
            return None
        if self._tls is None:
            raise ListenError(f"Cannot listen on {secured[0].url}: there is no certificate.")
        return self._tls()

    def _doors(self, sockets: list[socket.socket], context: ssl.SSLContext | None) -> list[Door]:
        doors = []
        for endpoint, bound in zip(self._endpoints, sockets, strict=True):
            bound.setblocking(False)
            environ = base_environ(endpoint, multiprocess=self._share is not None)
            doors.append(Door(bound, environ, context if endpoint.tls else None))
        return doors
