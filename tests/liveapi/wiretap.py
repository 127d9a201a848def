"""A socket in front of another that hears what pages say."""

from __future__ import annotations

import socket
import threading
from pathlib import Path
from typing import Self

from tests.liveapi.clients import PATIENCE, connected


class Wiretap:
    """Passes one connection on to the socket *target* and notes what the page sent."""

    def __init__(self, path: Path, target: Path) -> None:
        self.path = path
        self._target = target
        self._heard = bytearray()
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.settimeout(PATIENCE)
        self._thread = threading.Thread(target=self._pass_on)

    def heard(self) -> bytes:
        """Return all that the page sent, once it has hung up."""
        self._thread.join(PATIENCE)
        return bytes(self._heard)

    def __enter__(self) -> Self:
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        # Where the interpreter is missing nobody came: one who says nothing ends the waiting.
        with connected(self.path):
            pass
        self._thread.join(PATIENCE)
        self._listener.close()

    def _pass_on(self) -> None:
        page, _ = self._listener.accept()
        with page, connected(self._target) as server:
            page.settimeout(PATIENCE)
            back = threading.Thread(target=_copy, args=(server, page))
            back.start()
            while piece := page.recv(65536):
                self._heard += piece
                server.sendall(piece)
            server.shutdown(socket.SHUT_WR)
            back.join(PATIENCE)


def _copy(source: socket.socket, target: socket.socket) -> None:
    while piece := source.recv(65536):
        target.sendall(piece)
    target.shutdown(socket.SHUT_WR)
