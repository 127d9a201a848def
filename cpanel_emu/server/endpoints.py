"""Where a listener listens: addresses before and after they are bound."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from cpanel_emu.errors import EmulatorError

Service: TypeAlias = Literal["cpanel", "whm"]
"""Which of the two servers answers on a port (``wire §2.1``)."""

BACKLOG = 1024
"""Connections that the system keeps for us until we accept them."""

_REASONS = {
    errno.EADDRINUSE: "the port is already in use; give --{option} another, or 0 for a free one",
    errno.EACCES: "this user may not use the port; give --{option} another, from 1024 on",
    errno.EADDRNOTAVAIL: "this machine does not have the address; give --host one that it has",
}


class ListenError(EmulatorError):
    """An address cannot be listened on; the text names it, says why, and what would help."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address to listen on; *port* 0 takes a free one."""

    host: str
    port: int
    tls: bool
    service: Service

    @property
    def url(self) -> str:
        """The URL of this endpoint, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


def bind(endpoints: Iterable[Endpoint]) -> list[socket.socket]:
    """Return a listening socket for every endpoint, in order.

    For several processes on the same ports the parent binds, and every child gets the sockets.

    Raises:
        ListenError: one cannot be had; those bound before it are closed again.
    """
    sockets: list[socket.socket] = []
    try:
        for endpoint in endpoints:
            sockets.append(_bind_one(endpoint))  # noqa: PERF401 (what was bound must be closed)
    except ListenError:
        for bound in sockets:
            bound.close()
        raise
    return sockets


def port_option(service: Service, *, tls: bool) -> str:
    """Return the name of the option that gives a port its number, without the dashes."""
    return f"{service}-tls" if tls else service


def bound_endpoint(endpoint: Endpoint, bound: socket.socket) -> Endpoint:
    """Return *endpoint* with the port that *bound* really has."""
    return replace(endpoint, port=bound.getsockname()[1])


def _bind_one(endpoint: Endpoint) -> socket.socket:
    where = f"{endpoint.host}:{endpoint.port} ({endpoint.service})"
    if not 0 <= endpoint.port <= 65535:
        raise ListenError(f"Cannot listen on {where}: a port is a number from 0 to 65535.")
    try:
        found = socket.getaddrinfo(
            endpoint.host or None,
            endpoint.port,
            type=socket.SOCK_STREAM,
            flags=socket.AI_PASSIVE,
        )
        # Old clients know IPv4 alone, and "localhost" may be both.
        family, _, _, _, address = min(found, key=lambda info: info[0] != socket.AF_INET)
        return socket.create_server(address, family=family, backlog=BACKLOG)
    except OSError as error:
        raise ListenError(f"Cannot listen on {where}: {_why(endpoint, error)}.") from error


def _why(endpoint: Endpoint, error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "the host is not known"
    number = error.errno or 0
    option = port_option(endpoint.service, tls=endpoint.tls)
    return _REASONS.get(number, os.strerror(number)).format(option=option)
