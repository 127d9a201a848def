"""The ports and the LiveAPI socket of one emulator, opened and closed together."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.liveapi.standing import StandingSocket, standing_path
from cpanel_emu.server.app import Application
from cpanel_emu.server.endpoints import Endpoint, Service, port_option
from cpanel_emu.server.limits import Limits
from cpanel_emu.server.listener import Listener
from cpanel_emu.server.shares import Share
from cpanel_emu.server.tls import server_context

if TYPE_CHECKING:
    from cpanel_emu.emulator import Emulator
    from cpanel_emu.options import Options


@dataclass(frozen=True, slots=True)
class SharedPorts:
    """Ports that several processes answer on: bound sockets, in the order of `wanted_endpoints`.

    *context* is for those with TLS; sharing it lets a client resume its session anywhere.
    *share* is the share of the clients of the process that this is given to.
    """

    sockets: Sequence[socket.socket]
    context: ssl.SSLContext | None
    share: Share


class Doors:
    """The HTTP ports that an emulator's options ask for, or those *shared* with others.

    The LiveAPI socket is not shared: where several processes answer, the options of one alone
    name it.

    Raises:
        ListenError: a port cannot be had; the text names it.
        ConfigurationError: the TLS certificate or key given cannot be used.
    """

    def __init__(self, emulator: Emulator, shared: SharedPorts | None = None) -> None:
        def context() -> ssl.SSLContext:
            given = shared.context if shared is not None else None
            return given or tls_context(emulator)

        self._listener = Listener(
            Application(emulator),
            wanted_endpoints(emulator.options),
            tls=context,
            limits=limits(emulator.options),
            sockets=shared.sockets if shared is not None else None,
            share=shared.share if shared is not None else None,
        )
        self._standing = StandingSocket(emulator)
        self._emulator = emulator

    def open(self) -> None:
        """Bind every port and the LiveAPI socket; clients are answered from now on.

        Raises:
            SocketFileError: the socket cannot be made.
        """
        self._listener.start()
        try:
            self._standing.open()
        except BaseException:
            self._listener.stop()
            raise

    def close(self) -> None:
        """Close ports and socket; answers under way are finished."""
        self._standing.close()
        self._listener.stop()

    @property
    def liveapi_socket(self) -> Path:
        """The path of the LiveAPI socket.

        Raises:
            ConfigurationError: it is off.
        """
        path = standing_path(self._emulator.options)
        if path is None:
            raise ConfigurationError("The LiveAPI socket is off; give --liveapi a path.")
        return path

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """The endpoints with their real ports."""
        return self._listener.endpoints

    def url(self, service: Service, *, tls: bool) -> str:
        """Return the URL of a port, without a final slash.

        Raises:
            ConfigurationError: that port is off.
        """
        for endpoint in self.endpoints:
            if endpoint.service == service and endpoint.tls == tls:
                return endpoint.url
        raise ConfigurationError(
            f"The port is off; give --{port_option(service, tls=tls)} a number."
        )


def tls_context(emulator: Emulator) -> ssl.SSLContext:
    """Return the context of the TLS ports of *emulator*.

    Raises:
        ConfigurationError: the certificate or the key given cannot be used.
        StoreError: our own cannot be made or read.
    """
    options = emulator.options
    hostname = emulator.accounts.server.hostname
    return server_context(emulator.root, hostname, options.tls_cert, options.tls_key)


def wanted_endpoints(options: Options) -> tuple[Endpoint, ...]:
    """Return the endpoints that *options* ask for, cPanel first, plain before TLS."""
    wanted: tuple[tuple[int | None, bool, Service], ...] = (
        (options.cpanel, False, "cpanel"),
        (options.cpanel_tls, True, "cpanel"),
        (options.whm, False, "whm"),
        (options.whm_tls, True, "whm"),
    )
    return tuple(
        Endpoint(options.host, port, tls, service)
        for port, tls, service in wanted
        if port is not None
    )


def limits(options: Options) -> Limits:
    """Return what one client may cost, as *options* have it."""
    default = Limits()
    return Limits(
        head_bytes=options.max_head,
        body_bytes=options.max_body,
        buffered_bytes=max(default.buffered_bytes, options.max_body + 2 * options.max_head),
        head_seconds=options.head_timeout,
        body_seconds=options.body_timeout,
        idle_seconds=options.idle_timeout,
        write_seconds=options.write_timeout,
        connections=options.max_connections,
        workers=options.threads,
    )
