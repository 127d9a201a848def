"""Make ``.venv`` at the top of the checkout, or refresh it: ``environment.py [EXTRA…]``.

The project is installed into it in editable form with the extras named. Nothing is done when that
is already so. Only the standard library is used, and ``ensurepip`` may be missing, as it is on a
plain Debian. One process works at a time, and one that is interrupted leaves no ``.venv`` behind.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / ".venv.lock"
STAMP = VENV / "cpanel-emu.json"
UNFINISHED = VENV / "cpanel-emu.unfinished"
SOURCES = ("setup.cfg", "setup.py", "pyproject.toml", "cpanel_emu/_version.py")


class SetupError(Exception):
    """The environment could not be made; the text names the mend."""


@dataclass(frozen=True)
class Stamp:
    """What is installed in ``.venv``: where, by which Python, from which metadata, with what."""

    folder: str
    interpreter: str
    digest: str
    extras: list[str]

    def covers(self, wanted: Stamp) -> bool:
        """Whether nothing need be installed to have *wanted*."""
        return (
            self.digest == wanted.digest
            and set(self.extras) >= set(wanted.extras)
            and self.same_place(wanted)
        )

    def same_place(self, wanted: Stamp) -> bool:
        """Whether the scripts and links in ``.venv`` still point at what is there."""
        return (self.folder, self.interpreter) == (wanted.folder, wanted.interpreter)


def main(extras: Sequence[str]) -> int:
    """Bring ``.venv`` up to date; return the exit status."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        if not _is_current(extras):
            with _lock():
                if not _is_current(extras):
                    _refresh(extras)
    except (SetupError, OSError) as error:
        _say(str(error))
        return 1
    except KeyboardInterrupt:
        _say("interrupted")
        return 130
    return 0


def _is_current(extras: Sequence[str]) -> bool:
    stamp = _read_stamp()
    return stamp is not None and PYTHON.exists() and stamp.covers(_wanted(extras))


def _refresh(extras: Sequence[str]) -> None:
    stamp = _read_stamp()
    wanted = _wanted([*extras, *(stamp.extras if stamp else ())])
    moved = stamp is not None and not stamp.same_place(wanted)
    if moved or UNFINISHED.exists() or not PYTHON.exists():
        shutil.rmtree(VENV, ignore_errors=True)
    if VENV.exists():
        _say("refreshing .venv …")
        STAMP.unlink(missing_ok=True)
        _install(wanted.extras)
    else:
        _say("making .venv and installing into it (once, about a minute) …")
        _make(wanted.extras)
    finished = _wanted(wanted.extras)
    STAMP.write_text(json.dumps(asdict(finished)), encoding="utf-8")
    UNFINISHED.unlink(missing_ok=True)


def _make(extras: Sequence[str]) -> None:
    try:
        VENV.mkdir()
        UNFINISHED.touch()
        _create()
        _install(extras)
    except BaseException:
        shutil.rmtree(VENV, ignore_errors=True)
        raise


def _create() -> None:
    """Create the virtual environment, without pip where ``ensurepip`` is missing or broken."""
    command = [sys.executable, "-m", "venv", str(VENV)]
    if importlib.util.find_spec("ensurepip") and _run(command, quiet=True) == 0:
        return
    if _run([*command, "--without-pip"]) != 0:
        raise SetupError(
            "Python's venv module does not work; on Debian and Ubuntu: apt-get install python3-venv"
        )


def _install(extras: Sequence[str]) -> None:
    project = f".[{','.join(extras)}]" if extras else "."
    options = ["--quiet", "--disable-pip-version-check"]
    if _run([*_pip(), "install", *options, "pip", "--editable", project]) != 0:
        raise SetupError("pip could not install the project; its own words are above")


def _pip() -> list[str]:
    """Return the command of a pip that installs into ``.venv``: its own, or one from outside."""
    own = [str(PYTHON), "-m", "pip"]
    if _run([*own, "--version"], quiet=True) == 0:
        return own
    for outside in ([sys.executable, "-m", "pip"], ["pip3"], ["pip"]):
        if shutil.which(outside[0]) and _run([*outside, "--version"], quiet=True) == 0:
            return [*outside, "--python", str(PYTHON)]
    raise SetupError(
        "no pip was found; on Debian and Ubuntu: apt-get install python3-pip,"
        " elsewhere: python3 -m ensurepip"
    )


def _wanted(extras: Sequence[str]) -> Stamp:
    """Return the stamp that ``.venv`` should have; the environment's ``PYTHON`` may ask for one."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update((ROOT / name).read_bytes())
    keep = PYTHON.exists() and not os.environ.get("PYTHON")
    interpreter = PYTHON if keep else Path(sys.executable)
    return Stamp(
        folder=str(ROOT),
        interpreter=str(interpreter.resolve()),
        digest=digest.hexdigest(),
        extras=sorted(set(extras)),
    )


def _read_stamp() -> Stamp | None:
    try:
        return Stamp(**json.loads(STAMP.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


@contextlib.contextmanager
def _lock() -> Iterator[None]:
    with LOCK.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _say("waiting for another set-up of this checkout …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(command: Sequence[str], *, quiet: bool = False) -> int:
    """Run *command* in the checkout and return its status; its output goes to standard error."""
    output = subprocess.DEVNULL if quiet else sys.stderr.fileno()
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        start_new_session=True,
    ) as process:
        try:
            return process.wait()
        except BaseException:
            _end_group(process)
            raise


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End *process* with its children, or they would go on writing into the removed folder."""
    for number in (signal.SIGINT, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, number)
            process.wait(timeout=5)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def _say(text: str) -> None:
    print(f"cpanel-emu: {text}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
