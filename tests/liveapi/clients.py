"""Plain sockets as pages, and a short folder for socket files."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 30.0
"""Seconds after which a test gives up; no test waits for them to pass."""


@contextmanager
def socket_folder() -> Iterator[Path]:
    """Yield a new folder; pytest's own are sometimes too long for a socket's path."""
    with tempfile.TemporaryDirectory(prefix="liveapi-") as folder:
        yield Path(folder)


@contextmanager
def connected(path: Path) -> Iterator[socket.socket]:
    """Yield a socket that is connected to *path*."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as page:
        page.settimeout(PATIENCE)
        page.connect(str(path))
        yield page


def read_answer(page: socket.socket) -> bytes:
    """Return the next answer, to its closing tag and line end."""
    received = b""
    while not received.endswith(b"</cpanelresult>\n"):
        piece = page.recv(65536)
        assert piece, f"the server hung up after {received!r}"
        received += piece
    return received


def ask(page: socket.socket, request: bytes) -> bytes:
    """Send *request* and return its answer."""
    page.sendall(request)
    return read_answer(page)


def read_to_end(page: socket.socket) -> bytes:
    """Return all that comes until the server hangs up."""
    pieces = []
    while piece := page.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)
