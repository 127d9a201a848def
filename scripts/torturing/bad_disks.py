"""A disk that is full, read-only or forbidden, and no descriptors: refused, and well again after.

A server works on a root that turns bad under it, and then good again. While it is bad, each
changing call must be refused with its own text, each look answered or refused, nothing half
written; afterwards everything that was answered is there, and calls succeed again.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cpanel_emu.functions.dispatch import UNUSABLE
from torturing.doors import Answer, Call, Door, HttpDoor, LiveDoor, Unanswered, WrongAnswer
from torturing.kills import state_at
from torturing.lives import make_pair
from torturing.points import disagreements_of, in_child
from torturing.report import Report
from torturing.serving import Server
from torturing.state import State, left_over

_SIZE = "6m"
_NOBODY = 65534


@dataclass(frozen=True, slots=True)
class Trouble:
    """What makes a root bad, and good again; *refuses* is whether changing calls must fail."""

    name: str
    begin: Callable[[Path, Server], contextlib.AbstractContextManager[None]]
    refuses: bool = True
    command: tuple[str, ...] = ()
    """What the server is started through."""
    owner: int = 0
    is_mount: bool = False


def changing_calls(number: int, generator: random.Random) -> list[tuple[Call, str]]:
    """Return calls that change something, each with the text that must refuse it."""
    host = f"h{number}.example.org"
    pair = make_pair(host, generator)
    subject = {"city": "Houston", "company": f"No {number}", "country": "US", "state": "Texas"}
    uapi_key = make_pair(f"uapi{number}", generator).key
    return [
        (Call("uploadkey", {"host": host, "key": pair.key}), "The key could not be saved."),
        (
            Call("gencsr", {"host": "example.com", **subject}),
            "The certificate signing request could not be saved.",
        ),
        (
            Call("gencrt", {"host": "example.com", **subject}),
            "The certificate could not be saved.",
        ),
        (
            Call("installssl", {"crt": pair.certificate, "key": pair.key}),
            "The SSL host could not be saved.",
        ),
        (
            Call("upload_key", {"key": uapi_key, "friendly_name": f"uapi {number}"}, api="uapi"),
            "The key could not be saved.",
        ),
        (Call("deletekey", {"host": "kept.example.org"}, api="1"), "The key could not be deleted."),
        (
            Call("set", {"names": "p", "p": "x" * 60000}, module="NVData"),
            UNUSABLE,
        ),
    ]


LOOKS = (
    Call("listcsrs"),
    Call("listkeys"),
    Call("list_keys", api="uapi"),
    Call("showkey", {"host": "example.com"}, api="1"),
)


@contextlib.contextmanager
def full(root: Path, _server: Server) -> Iterator[None]:
    """Leave no byte free."""
    filler = root.parent / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    yield
    filler.unlink()


@contextlib.contextmanager
def forbidden(root: Path, _server: Server) -> Iterator[None]:
    """Take the right to write from every folder."""
    folders = [root, *(path for path in root.rglob("*") if path.is_dir())]
    modes = {folder: folder.stat().st_mode & 0o777 for folder in folders}
    for folder in folders:
        folder.chmod(0o500)
    yield
    for folder, mode in modes.items():
        folder.chmod(mode)


@contextlib.contextmanager
def no_descriptors(_root: Path, server: Server) -> Iterator[None]:
    """Hold as many connections open as the server can have descriptors."""
    address = urlsplit(server.urls["cpanel"])
    assert address.hostname is not None
    assert address.port is not None
    with contextlib.ExitStack() as held:
        for _ in range(80):
            connection = socket.create_connection((address.hostname, address.port), timeout=20)
            held.enter_context(connection)
            with contextlib.suppress(OSError):
                connection.sendall(b"GET / HTTP/1.1\r\n")
        yield


TROUBLES = (
    Trouble("full", full, is_mount=True),
    Trouble("forbidden", forbidden, command=("setpriv", f"--reuid={_NOBODY}"), owner=_NOBODY),
    Trouble(
        "no descriptors",
        no_descriptors,
        refuses=False,
        command=("prlimit", "--nofile=64"),
    ),
)


class Sickness:
    """One server through one trouble."""

    def __init__(self, report: Report, generator: random.Random) -> None:
        self._report = report
        self._generator = generator
        self._number = 0

    def suffer(self, trouble: Trouble, rounds: int) -> None:
        """Let a server suffer from *trouble*, *rounds* times; skip it where it cannot be made."""
        why_not = _why_not(trouble)
        if why_not:
            self._report.figure(trouble.name, f"not tried: {why_not}")
            return
        folder = Path(tempfile.mkdtemp(prefix="torture-"))
        try:
            with _mounted(folder) if trouble.is_mount else contextlib.nullcontext():
                root = folder / "root"
                root.mkdir()
                for path in (folder, root):
                    os.chown(path, trouble.owner or os.getuid(), -1)
                server = Server(root, command=trouble.command)
                try:
                    for _ in range(rounds):
                        self._round(trouble, root, server)
                finally:
                    server.stop()
                self._look(trouble, root)
        finally:
            shutil.rmtree(folder)

    def _round(self, trouble: Trouble, root: Path, server: Server) -> None:
        doors: list[Door] = [
            HttpDoor(server.urls["cpanel"], "json"),
            HttpDoor(server.urls["cpanel"], "xml"),
            LiveDoor(server.socket_path),
        ]
        self._well(doors[0], trouble)
        with trouble.begin(root, server):
            for door in doors:
                self._sick(door, trouble)
        for door in doors:
            door.close()
        self._well(HttpDoor(server.urls["cpanel"]), trouble)
        self._report.count(f"{trouble.name}: rounds")

    def _calls(self) -> list[tuple[Call, str]]:
        self._number += 1
        return changing_calls(self._number, self._generator)

    def _well(self, door: Door, trouble: Trouble) -> None:
        """Check that everything succeeds."""
        key = make_pair("kept", self._generator).key
        kept = (Call("uploadkey", {"host": "kept.example.org", "key": key}), "")
        for call, _ in (kept, *self._calls()):
            answer = self._ask(door, call, trouble)
            if answer is not None and answer.error:
                self._report.defect("not well", f"{trouble.name}: {call}: {answer.error}")
            self._report.count("calls answered in good times")
        key = make_pair("kept", self._generator).key
        self._ask(door, Call("uploadkey", {"host": "kept.example.org", "key": key}), trouble)

    def _sick(self, door: Door, trouble: Trouble) -> None:
        """Check that changes are refused, and looks answered."""
        for call, text in self._calls():
            if door.name == "HTTP xml" and call.api == "uapi":
                continue
            answer = self._ask(door, call, trouble)
            if answer is None:
                continue
            if answer.error in {text, UNUSABLE}:
                self._report.count("calls refused in bad times")
            elif answer.error:
                self._report.defect("wrong text", f"{trouble.name}: {call}: {answer.error}")
            elif trouble.refuses:
                self._report.count("calls that found room")
        for call in LOOKS:
            if not (door.name == "HTTP xml" and call.api == "uapi"):
                answer = self._ask(door, call, trouble)
                if answer is not None and answer.error and trouble.refuses:
                    self._report.defect("not well", f"{trouble.name}: {call}: {answer.error}")
                self._report.count("looks answered in bad times")

    def _ask(self, door: Door, call: Call, trouble: Trouble) -> Answer | None:
        try:
            return door.ask(call)
        except WrongAnswer as error:
            if trouble.refuses or "status 503" not in str(error):
                self._report.defect("500s", f"{trouble.name}: {door.name}: {error}")
        except Unanswered as error:
            if trouble.refuses:
                self._report.defect("hung up", f"{trouble.name}: {door.name}: {error}")
            self._report.count("connections that were not taken")
        return None

    def _look(self, trouble: Trouble, root: Path) -> None:
        state: State = in_child(lambda: state_at(root)).sent
        for text in (*state.defects, *disagreements_of(root)):
            self._report.defect("torn", f"{trouble.name}: {text}")
        for name in left_over(root):
            self._report.defect("torn", f"{trouble.name}: left over: {name}")


def _why_not(trouble: Trouble) -> str:
    if (trouble.owner or trouble.is_mount) and os.geteuid() != 0:
        return "needs root"
    if trouble.command and shutil.which(trouble.command[0]) is None:
        return f"needs {trouble.command[0]}"
    if trouble.is_mount:
        with tempfile.TemporaryDirectory() as folder:
            try:
                with _mounted(Path(folder)):
                    pass
            except subprocess.CalledProcessError:
                return "cannot mount"
    return ""


@contextlib.contextmanager
def _mounted(folder: Path) -> Iterator[None]:
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=755", "torture", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def suffer_all(report: Report, generator: random.Random, *, rounds: int) -> None:
    """Go through every trouble."""
    for trouble in TROUBLES:
        Sickness(report, generator).suffer(trouble, rounds)
