"""The ports of one emulator, opened and closed together."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.server.app import Application
from cpanel_emu.server.endpoints import Endpoint, Service
from cpanel_emu.server.limits import Limits
from cpanel_emu.server.listener import Listener
from cpanel_emu.server.tls import server_context

if TYPE_CHECKING:
    from cpanel_emu.emulator import Emulator
    from cpanel_emu.options import Options


class Doors:
    """The HTTP ports that an emulator's options ask for.

    Raises:
        ListenError: a port cannot be had; the text names it.
        ConfigurationError: the TLS certificate or key given cannot be used.
    """

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator
        self._listener = Listener(
            Application(emulator),
            wanted_endpoints(emulator.options),
            tls=self._tls_context,
            limits=limits(emulator.options),
        )

    def open(self) -> None:
        """Bind every port; clients are answered from now on."""
        self._listener.start()

    def close(self) -> None:
        """Close the ports; answers under way are finished."""
        self._listener.stop()

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
        option = f"{service}-tls" if tls else service
        raise ConfigurationError(f"The port is off; give --{option} a number.")

    def _tls_context(self) -> ssl.SSLContext:
        options, root = self._emulator.options, self._emulator.root
        return server_context(
            root, self._emulator.accounts.server.hostname, options.tls_cert, options.tls_key
        )


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
