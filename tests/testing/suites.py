"""Small suites and servers to test the runner with."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cpanel_emu.testing.cases import Door, Setup, Suite
from cpanel_emu.testing.loading import load_suite
from cpanel_emu.testing.messages import Request, Response, split_response

SUITE = """
format = 1
[doors]
cpanel = { login = "Basic user:secret" }
whm = { login = "Basic root:secret", user = "user" }
[releases.old]
tongues = ["json", "xml"]
values = { server = "old/1" }
[releases.new]
tongues = ["json"]
values = { server = "new/2" }
"""
CASE = """
about = "One case."
[[case]]
id = "one"
title = "The one case"
rules = ["wire §5.1"]
provenance = "choice"
call = { module = "SSL", func = "listkeys", arguments = { a = "b c" } }
answer = { json = "one.json" }
"""
HEAD = "HTTP/1.1 200 OK\nServer: {{server}}\nContent-Type: text/plain\nContent-Length: {{length}}\n"
BODY = '{"a":1}\n'
ANSWER = (
    b"HTTP/1.1 200 OK\r\nServer: old/1\r\nContent-Type: text/plain\r\n"
    b'Content-Length: 8\r\n\r\n{"a":1}\n'
)


def write_suite(folder: Path, files: Mapping[str, str | bytes] | None = None) -> Path:
    """Write the small suite into *folder*, with *files* added or replaced."""
    every: dict[str, str | bytes] = {
        "suite.toml": SUITE,
        "heads/json.head": HEAD,
        "cases.toml": CASE,
        "one.json": BODY,
        **(files or {}),
    }
    for name, content in every.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content.encode() if isinstance(content, str) else content
        path.write_bytes(data)
    return folder


def small_suite(folder: Path, files: Mapping[str, str | bytes] | None = None) -> Suite:
    return load_suite(write_suite(folder, files))


@dataclass
class FakeServer:
    """Answers in-process what *answers* say, one after the other, the last one for ever."""

    answers: list[bytes]
    seen: list[Request] = field(default_factory=list)
    resets: int = 0
    blocked: list[str] = field(default_factory=list)
    closed: bool = False
    address: str = ""
    is_foreign: bool = False
    is_verified: bool = False

    def reset(self) -> None:
        self.resets += 1

    def block(self, folder: str) -> None:
        self.blocked.append(folder)

    def url(self, door: str) -> str:
        return self.address

    def door(self, name: str) -> Door | None:
        return None

    def answer(self, request: Request) -> Response:
        self.seen.append(request)
        raw = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return split_response(raw)

    def close(self) -> None:
        self.closed = True


def opener(server: FakeServer) -> Callable[[Setup, str], FakeServer]:
    return lambda _setup, _release: server


class ScriptedListener:
    """Listens on a socket; *script* gets each connection and does with it what it likes."""

    def __init__(self, script: Callable[[socket.socket], None]) -> None:
        self._script = script
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._run)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def __enter__(self) -> ScriptedListener:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        # A shut down listening socket wakes the accepting thread.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection:
                self._script(connection)


def read_head(connection: socket.socket) -> bytes:
    """Read a request's head, and no byte more."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            break
        head += byte
    return head
