"""The emulator as a server for golden cases."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from cpanel_emu.emulator import Emulator
from cpanel_emu.root import TEMPORARY_PREFIX
from cpanel_emu.server.app import Application
from cpanel_emu.server.gateway import run
from cpanel_emu.testing.cases import Door, Setup
from cpanel_emu.testing.messages import Request, Response

_DERIVED = frozenset({"ssl.db", "ssl-index", "locks"})
_PORTS = {"cpanel": "2082", "cpanel-tls": "2083", "whm": "2086", "whm-tls": "2087"}


class EmulatorServer:
    """An emulator of its own, in a temporary root; its ports open when `url` is first asked."""

    is_foreign = False
    is_verified = False

    def __init__(self, setup: Setup, release: str) -> None:
        self._emulator = Emulator(
            emulate_version=release,
            seed=setup.seed,
            clock=setup.clock,
            random_seed=setup.random_seed,
            key_pool=setup.key_pool,
            **dict(setup.options),
        )
        self._application = Application(self._emulator)
        self._stays_clean = setup.key_pool is None and not setup.blocked
        self._clean_state = self._state()

    def reset(self) -> None:
        """Bring back the state of the seed.

        Costs next to nothing if the last case stored nothing: what an answered call stored is
        on disk (``ssl §5`` rule 7), so an unchanged disk is an unchanged server. A key that was
        taken from a pool and not stored is the exception.
        """
        if not self._stays_clean or self._state() != self._clean_state:
            self._emulator.reset()
            self._clean_state = self._state()

    def _state(self) -> frozenset[tuple[str, int, int]]:
        """Return what lies in the root, but for the derived views that may lag behind."""
        return frozenset(_stored_files(self._emulator.root.path))

    def block(self, folder: str) -> None:
        """Put a file where *folder*, below the root, would be."""
        path = Path(self._emulator.root.path, folder)
        if path.is_dir():
            shutil.rmtree(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()

    def url(self, door: str) -> str:
        """Return where *door* listens, as a URL without a path."""
        urls = {
            "cpanel": self._emulator.cpanel_url,
            "cpanel-tls": self._emulator.cpanel_tls_url,
            "whm": self._emulator.whm_url,
            "whm-tls": self._emulator.whm_tls_url,
        }
        return urls[door]

    def door(self, _name: str) -> Door | None:
        """Return None: the suite's logins are those of the seed."""
        return None

    def answer(self, request: Request) -> Response:
        """Answer *request* through the WSGI application, without a socket."""
        environ = request.to_environ(_PORTS[request.door])
        status, headers, body = run(self._application, environ)
        lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers)]
        return Response("".join(f"{line}\r\n" for line in lines).encode("latin-1"), body)

    def close(self) -> None:
        """Stop the server and remove its root."""
        self._emulator.close()


def _stored_files(folder: Path) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name in _DERIVED or entry.name.startswith(TEMPORARY_PREFIX):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _stored_files(Path(entry.path))
            else:
                found = entry.stat(follow_symlinks=False)
                yield entry.path, found.st_mtime_ns, found.st_ino
