"""Loss of power, simulated from what a change really asked of the kernel.

A process makes one change with ``--fsync on`` while strace notes each system call that reaches the
disk. The notes are played back on a model of a disk that keeps what was flushed and may lose the
rest: after each call the power goes, in three ways, and what is left is opened again. While the
change was not answered, the state before or the one after must be there; once it is, the one
after.
"""

from __future__ import annotations

import copy
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from torturing.points import EMULATOR_OPTIONS, in_child, mended, prepare
from torturing.report import Progress, Report
from torturing.scenarios import SCENARIOS, Scenario
from torturing.state import State

_CALLS = (
    "openat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,"
    "ftruncate"
)
_LINE = re.compile(r"(?:\[pid +\d+\] |\d+ +)?(\w+)\((.*)\) += (-?\d+)")
_DESCRIPTOR = re.compile(r"(?:AT_FDCWD|\d+)<([^>]*)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
BEGIN, ANSWERED = "torture begin", "torture answered"

STRICT, NAMES_KEPT, DATA_KEPT = "all that was not flushed", "content", "names"
"""What is lost with the power: see `Disk.left`."""

CHANGES = (
    "genkey",
    "gencsr",
    "gencrt, second of a host",
    "installssl",
    "installssl, in place of another",
    "deletekey, two",
    "UAPI set_csr_friendly_name",
    "account changed",
    "account added",
    "preference replaced",
    "session opened",
)


@dataclass(slots=True)
class Content:
    """A file's bytes: as programs see them, and as they are on the medium."""

    now: bytes
    kept: bytes


@dataclass(slots=True)
class Disk:
    """A disk below one folder; names are relative to it."""

    now: dict[str, Content] = field(default_factory=dict)
    kept: dict[str, Content] = field(default_factory=dict)
    folders_now: set[str] = field(default_factory=set)
    folders_kept: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, root: Path) -> Disk:
        """Return the disk that holds what lies below *root*, everything flushed."""
        disk = cls()
        for where, folders, names in os.walk(root):
            for name in folders:
                disk.folders_now.add(str(Path(where, name).relative_to(root)))
            for name in names:
                path = Path(where, name)
                if path.is_file() and not path.is_symlink():
                    data = path.read_bytes()
                    disk.now[str(path.relative_to(root))] = Content(data, data)
        disk.kept, disk.folders_kept = dict(disk.now), set(disk.folders_now)
        return disk

    def flush_folder(self, folder: str) -> None:
        """Keep the names in *folder* as they are now."""
        for names, kept in ((self.now, self.kept),):
            for name in [name for name in kept if _parent(name) == folder and name not in names]:
                del kept[name]
            kept.update({name: one for name, one in names.items() if _parent(name) == folder})
        self.folders_kept |= {name for name in self.folders_now if _parent(name) == folder}

    def left(self, lost: str) -> tuple[set[str], dict[str, bytes]]:
        """Return folders and files after a loss of power that takes what *lost* says."""
        if lost == STRICT:
            return self.folders_kept, {name: one.kept for name, one in self.kept.items()}
        if lost == NAMES_KEPT:
            return self.folders_now, {name: one.kept for name, one in self.now.items()}
        return self.folders_kept, {name: one.now for name, one in self.kept.items()}


def _parent(name: str) -> str:
    return str(Path(name).parent)


@dataclass(frozen=True, slots=True)
class Operation:
    """One system call: its name, its paths below the root, its bytes and its numbers."""

    call: str
    paths: tuple[str, ...]
    data: bytes = b""
    numbers: tuple[int, ...] = ()
    makes: bool = False

    def play(self, disk: Disk) -> None:
        """Do to *disk* what the call did."""
        path = self.paths[0]
        if self.call == "openat":
            if self.makes and path not in disk.now:
                disk.now[path] = Content(b"", b"")
        elif self.call in {"write", "pwrite64"}:
            one = disk.now[path]
            offset = self.numbers[-1] if self.call == "pwrite64" else len(one.now)
            padded = one.now.ljust(offset, b"\0")
            one.now = padded[:offset] + self.data + padded[offset + len(self.data) :]
        elif self.call == "ftruncate":
            one = disk.now[path]
            one.now = one.now[: self.numbers[-1]].ljust(self.numbers[-1], b"\0")
        elif self.call in {"fsync", "fdatasync"}:
            if path in disk.now:
                disk.now[path].kept = disk.now[path].now
            else:
                disk.flush_folder(path)
        elif self.call.startswith("rename"):
            disk.now[self.paths[1]] = disk.now.pop(path)
        elif self.call.startswith("unlink"):
            disk.now.pop(path, None)
        else:
            disk.folders_now.add(path)


def operations(trace: str, root: Path) -> Iterator[Operation]:
    """Yield what strace's output tells of the files below *root*, between the two marks."""
    begun = False
    for line in trace.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        call, arguments, result = found.groups()
        texts = [_bytes(text) for text in _TEXT.findall(arguments)]
        if call == "write" and texts and texts[0].startswith(b"torture "):
            begun = texts[0].decode() == BEGIN
            continue
        if not begun or int(result) < 0:
            continue
        operation = _operation(call, arguments, texts, root)
        if operation is not None:
            yield operation


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("\\x", ""))


def _operation(call: str, arguments: str, texts: list[bytes], root: Path) -> Operation | None:
    folders = [_readable(one) for one in _DESCRIPTOR.findall(arguments)]
    on_handle = call in {"write", "pwrite64", "fsync", "fdatasync", "ftruncate"}
    if on_handle:
        paths = folders[:1]
    else:
        names = [text.decode() for text in texts]
        bases = folders + [""] * (len(names) - len(folders))
        paths = [os.path.join(base, name) for base, name in zip(bases, names, strict=False)]  # noqa: PTH118
    below = [path.removeprefix(f"{root}/") for path in paths if path.startswith(f"{root}/")]
    if len(below) < len(paths) or not below or below[0].endswith("-shm"):
        return None
    numbers = tuple(int(number) for number in re.findall(r", (\d+)", arguments))
    data = texts[0] if on_handle and texts else b""
    return Operation(call, tuple(below), data, numbers, "O_CREAT" in arguments)


def _readable(name: str) -> str:
    return _bytes(name).decode() if name.startswith("\\x") else name


def traced(root: Path, scenario: Scenario, fsync: str) -> tuple[list[Operation], Disk]:
    """Make the change of *scenario* under strace; return what it did, and the disk before.

    Raises:
        RuntimeError: strace cannot be run, or the change failed.
    """
    output = root.parent / "trace"
    before = root.parent / "before"
    command = [
        "strace", "-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={_CALLS}", "-o", str(output),
        sys.executable, "-m", "torturing.power", str(root), scenario.name, str(before), fsync,
    ]  # fmt: skip
    python_path = os.pathsep.join(map(str, (Path(__file__).parents[1], Path(__file__).parents[2])))
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": python_path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{scenario.name}: {done.stderr[-500:]}")
    disk = Disk.of(before)
    found = list(operations(output.read_text("ascii", "replace"), root))
    output.unlink()
    shutil.rmtree(before)
    return found, disk


def main() -> None:
    """Be the process that is traced: make one change between two marks."""
    root, name, before = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    from cpanel_emu.emulator import Emulator  # noqa: PLC0415

    scenario = next(one for one in SCENARIOS if one.name == name)
    emulator = Emulator(root=root, fsync=sys.argv[4], **EMULATOR_OPTIONS)
    for user in emulator.accounts.names():
        with emulator.ssl_manager(user):
            pass
    # What is in SQLite's shared memory is told again by its log.
    shutil.copytree(root, before, ignore=shutil.ignore_patterns("*-shm", "*.sock"))
    os.write(1, BEGIN.encode())
    scenario.step(emulator)
    os.write(1, ANSWERED.encode())
    os._exit(0)


class PowerCuts:
    """Cuts the power after each call of each change."""

    def __init__(self, report: Report, folder: Path, fsync: str) -> None:
        self._report = report
        self._folder = folder
        self._fsync = fsync

    def run(self, scenario: Scenario, *, every: int = 1) -> None:
        """Cut during *scenario*, at one of *every* so many calls, and after its answer."""
        root = self._folder / "root"
        before: State = in_child(lambda: prepare(root, "docs", scenario)).sent
        done, disk = traced(root, scenario, self._fsync)
        after: State = in_child(lambda: mended(root, "docs")).sent
        shutil.rmtree(root)
        self._report.count("changes")
        self._report.count("flushes", sum("sync" in one.call for one in done))
        self._report.count("calls that reach the disk", len(done))
        for number, operation in enumerate(done, start=1):
            operation.play(disk)
            is_last = number == len(done)
            if is_last or number % every == 0:
                allowed = [after] if is_last else [before, after]
                where = f"{scenario.name}, after call {number} of {len(done)} ({operation.call})"
                self._cut(disk, allowed, where)

    def _cut(self, disk: Disk, allowed: list[State], where: str) -> None:
        root = self._folder / "left"
        for lost in (STRICT, NAMES_KEPT, DATA_KEPT):
            self._report.count("cuts")
            _lay_out(copy.deepcopy(disk), lost, root)
            found: State = in_child(lambda: mended(root, "docs")).sent
            shutil.rmtree(root)
            for defect in found.defects:
                self._report.defect("torn", f"{where}, without {lost}: {defect}")
            if found.things not in [one.things for one in allowed]:
                names = sorted(
                    name
                    for name in found.things.keys() | allowed[-1].things.keys()
                    if found.things.get(name) != allowed[-1].things.get(name)
                )
                name = "lost" if len(allowed) == 1 else "half done"
                self._report.defect(name, f"{where}, without {lost}: {names}")


def _lay_out(disk: Disk, lost: str, root: Path) -> None:
    folders, files = disk.left(lost)
    root.mkdir()
    for name in sorted(folders):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        path = root / name
        if path.parent.is_dir():
            path.write_bytes(data)


def cut_everywhere(
    report: Report, *, every: int = 1, fsync: str = "on", names: tuple[str, ...] = CHANGES
) -> None:
    """Cut the power in each of the changes called *names*."""
    progress = Progress()
    for scenario in SCENARIOS:
        if scenario.name in names:
            progress.show(scenario.name)
            with tempfile.TemporaryDirectory(prefix="torture-") as folder:
                PowerCuts(report, Path(folder).resolve(), fsync).run(scenario, every=every)
    progress.clear()


if __name__ == "__main__":
    main()
