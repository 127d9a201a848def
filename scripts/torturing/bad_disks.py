"""A disk that is full, read-only or forbidden, and no descriptors: refused, and well again after.

A server works on a root that turns bad under it, and then good again. While it is bad, each
changing call must be refused with its own text, each look answered or refused, nothing half
written; afterwards everything that was answered is there, and calls succeed again.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from cpanel_emu.functions.dispatch import UNUSABLE
from torturing.doors import (
    Answer,
    Call,
    Door,
    HttpDoor,
    LiveDoor,
    ProgramDoor,
    Unanswered,
    WrongAnswer,
    can_ask,
)
from torturing.kills import state_at
from torturing.lives import make_pair
from torturing.points import disagreements_of, in_child
from torturing.report import Report
from torturing.serving import Server, ServerError
from torturing.state import State, left_over

_SIZE = 6 * 1024 * 1024
_IMAGE_SIZE = 16 * 1024 * 1024
_NOBODY = 65534
_MOST_UNANSWERED = 2
"""Calls through one door while a server can take no connection."""
_NOT_STARTED = (
    r"status 1: cpanel-emu: Nothing can be written below .*: Read-only file system\. "
    r"Make it writable, or give another --root\.\n"
)


Block = contextlib.AbstractContextManager[None]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What makes a root bad, and good again; *refuses* is whether changing calls must fail."""

    name: str
    begin: Callable[[Path, Server], Block]
    refuses: bool = True
    has_room: bool = False
    """Whether a change may find some all the same."""
    command: tuple[str, ...] = ()
    """What the server is started through."""
    owner: int = 0
    disk: Callable[[Path], Block] | None = None
    """Gives a folder a disk of its own."""
    ends_server: bool = False
    """Whether the server has to end before the root can be good again, as a person would do."""
    needs: tuple[str, ...] = ()
    """Programs."""


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


@contextlib.contextmanager
def read_only(root: Path, _server: Server) -> Iterator[None]:
    """Let the disk fail, so that the kernel makes it read-only under all who have files open."""
    folder = root.parent
    subprocess.run(["sync", "-f", str(folder)], check=True)
    status = folder.stat()
    device = Path(f"/sys/dev/block/{os.major(status.st_dev)}:{os.minor(status.st_dev)}").resolve()
    image = Path(device, "loop", "backing_file").read_text("ascii").strip()
    Path("/sys/fs/ext4", device.name, "trigger_fs_error").write_text("1", "ascii")
    yield
    subprocess.run(["umount", str(folder)], check=True)
    # 1 is: errors were there, and are corrected.
    checked = subprocess.run(["e2fsck", "-fy", image], check=False, capture_output=True)
    assert checked.returncode in {0, 1}, checked
    _mount_image(Path(image), folder)


@contextlib.contextmanager
def _memory(folder: Path) -> Iterator[None]:
    options = f"size={_SIZE},mode=755"
    with _mounted(folder, "-t", "tmpfs", "-o", options, "torture"):
        yield


@contextlib.contextmanager
def _image(folder: Path) -> Iterator[None]:
    with tempfile.NamedTemporaryFile(prefix="torture-", suffix=".img") as file:
        file.truncate(_IMAGE_SIZE)
        subprocess.run(["mkfs.ext4", "-q", "-F", file.name], check=True, capture_output=True)
        with _mounted(folder, *_IMAGE_OPTIONS, file.name):
            yield


_IMAGE_OPTIONS = ("-o", "loop,errors=remount-ro")


def _mount_image(image: Path, folder: Path) -> None:
    subprocess.run(["mount", *_IMAGE_OPTIONS, str(image), str(folder)], check=True)


TROUBLES = (
    Trouble("full", full, has_room=True, disk=_memory),
    Trouble("forbidden", forbidden, command=("setpriv", f"--reuid={_NOBODY}"), owner=_NOBODY),
    Trouble(
        "read-only",
        read_only,
        disk=_image,
        ends_server=True,
        needs=("mkfs.ext4", "e2fsck"),
    ),
    Trouble(
        "no descriptors",
        no_descriptors,
        refuses=False,
        command=("prlimit", "--nofile=64"),
    ),
)


class Sickness:
    """One server through one trouble; *patience* is how long a call may take, in seconds."""

    def __init__(self, report: Report, generator: random.Random, patience: float) -> None:
        self._patience = patience
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
            with trouble.disk(folder) if trouble.disk is not None else contextlib.nullcontext():
                root = folder / "root"
                root.mkdir()
                for path in (folder, root):
                    os.chown(path, trouble.owner or os.getuid(), -1)
                server = Server(root, command=trouble.command)
                try:
                    for _ in range(rounds):
                        server = self._round(trouble, root, server)
                finally:
                    server.stop()
                self._look(trouble, root)
        finally:
            shutil.rmtree(folder)

    def _round(self, trouble: Trouble, root: Path, server: Server) -> Server:
        """Let *server* suffer once; return the one that runs afterwards."""
        patience = self._patience
        doors: list[Door] = [
            HttpDoor(server.urls["cpanel"], "json", patience=patience),
            HttpDoor(server.urls["cpanel"], "xml", patience=patience),
            LiveDoor(server.socket_path, patience=patience),
        ]
        self._well(doors[0], trouble)
        with trouble.begin(root, server):
            for door in doors:
                self._sick(door, trouble)
            if trouble.ends_server:
                before = self._answers(doors[0], trouble)
                server.stop()
                self._does_not_start(trouble, root)
        for door in doors:
            door.close()
        if trouble.ends_server:
            server = Server(root, command=trouble.command)
        well = HttpDoor(server.urls["cpanel"])
        if trouble.ends_server and self._answers(well, trouble) != before:
            self._report.defect("torn", f"{trouble.name}: it tells something else than before")
        self._well(well, trouble)
        self._report.count(f"{trouble.name}: rounds")
        return server

    def _answers(self, door: Door, trouble: Trouble) -> list[object]:
        answers = [self._ask(door, call, trouble) for call in LOOKS]
        return [None if answer is None else answer.data for answer in answers]

    def _does_not_start(self, trouble: Trouble, root: Path) -> None:
        """Check that a start is refused by one line, and programs in the caller's tongue."""
        try:
            Server(root).kill()
            self._report.defect("not refused", f"{trouble.name}: a server started")
        except ServerError as error:
            if not re.fullmatch(_NOT_STARTED, str(error)):
                self._report.defect("wrong text", f"{trouble.name}: {error}")
            self._report.count("starts refused")
        program = ProgramDoor(root, {})
        for call in (LOOKS[0], self._calls()[0][0]):
            answer = self._ask(program, call, trouble)
            if answer is not None and answer.error != UNUSABLE:
                self._report.defect("wrong text", f"{trouble.name}: {call}: {answer.error}")
            self._report.count("programs refused")

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
        calls: list[tuple[Call, str | None]] = [*self._calls(), *((look, None) for look in LOOKS)]
        unanswered = 0
        for call, text in calls:
            if not can_ask(door, call) or unanswered == _MOST_UNANSWERED:
                continue
            answer = self._ask(door, call, trouble)
            if answer is None:
                unanswered += 1
            elif text is None:
                self._judge_look(call, answer, trouble)
            else:
                self._judge_change(call, answer, trouble, text)

    def _judge_look(self, call: Call, answer: Answer, trouble: Trouble) -> None:
        self._report.count("looks answered in bad times")
        if answer.error and trouble.refuses:
            self._report.defect("not well", f"{trouble.name}: {call}: {answer.error}")

    def _judge_change(self, call: Call, answer: Answer, trouble: Trouble, text: str) -> None:
        if answer.error in {text, UNUSABLE}:
            self._report.count("calls refused in bad times")
        elif answer.error:
            self._report.defect("wrong text", f"{trouble.name}: {call}: {answer.error}")
        elif trouble.has_room:
            self._report.count("calls that found room")
        elif trouble.refuses:
            self._report.defect("not refused", f"{trouble.name}: {call}")

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
    if (trouble.owner or trouble.disk) and os.geteuid() != 0:
        return "needs root"
    for program in (*trouble.command[:1], *trouble.needs):
        if shutil.which(program) is None:
            return f"needs {program}"
    if trouble.disk is not None:
        with tempfile.TemporaryDirectory() as folder:
            try:
                with trouble.disk(Path(folder)):
                    pass
            except subprocess.CalledProcessError:
                return "cannot mount"
    return ""


@contextlib.contextmanager
def _mounted(folder: Path, *what: str) -> Iterator[None]:
    subprocess.run(["mount", *what, str(folder)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def suffer_all(report: Report, generator: random.Random, *, rounds: int, patience: float) -> None:
    """Go through every trouble."""
    for trouble in TROUBLES:
        Sickness(report, generator, patience).suffer(trouble, rounds)
