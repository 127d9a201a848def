"""Runs a page's program within limits, and leaves nothing of it behind."""

from __future__ import annotations

import contextlib
import os
import resource
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

_PIECE = 65536
_LONG_TICK = 0.1
_SHORT_TICK = 0.01


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """What a page may use."""

    seconds: float = 60.0
    output: int = 64 * 1024 * 1024
    """Bytes of standard output and of standard error."""
    memory: int | None = None
    """Bytes of address space, where the system can limit it from outside (Linux)."""
    stop: threading.Event | None = None
    """Ends the page before its time when it is set."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a program wrote, and whether it came to its end by itself."""

    output: bytes
    errors: bytes
    completed: bool
    status: int = 0
    """The exit status, or minus the signal that ended it."""


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, bytes],
    folder: Path,
    given: bytes,
    limits: ProcessLimits,
) -> Outcome:
    """Run *command* in *folder* with exactly *environment*; it reads *given*.

    The program leads a process group of its own, which ends with it, or at a limit.

    Raises:
        OSError: the program cannot be started.
    """
    # A file, because a program that never reads would block the writer of a pipe.
    with tempfile.TemporaryFile() as given_file:
        given_file.write(given)
        given_file.seek(0)
        process = subprocess.Popen(  # noqa: S603  (to run the theme's pages is the purpose)
            command,
            stdin=given_file,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
    with process:
        try:
            if limits.memory is not None:
                _limit_memory(process.pid, limits.memory)
            outcome = _Watch(process, limits).outcome()
        finally:
            # Not yet waited for, the leader keeps its number, so no other group can be hit.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    return replace(outcome, status=process.returncode)


def _limit_memory(pid: int, most: int) -> None:
    """Let a process that has just begun take no more than *most* bytes."""
    if sys.platform == "linux":
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_AS, (most, most))


class _Watch:
    """Gathers what one process writes, until it has ended or passes a limit."""

    def __init__(self, process: subprocess.Popen[bytes], limits: ProcessLimits) -> None:
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self._limits = limits
        self._written = {process.stdout.fileno(): bytearray(), process.stderr.fileno(): bytearray()}

    def outcome(self) -> Outcome:
        completed = self._watch()
        output, errors = (bytes(written) for written in self._written.values())
        return Outcome(output[: self._limits.output], errors[: self._limits.output], completed)

    def _watch(self) -> bool:
        deadline = time.monotonic() + self._limits.seconds
        with selectors.DefaultSelector() as selector:
            for descriptor in self._written:
                selector.register(descriptor, selectors.EVENT_READ)
            while time.monotonic() < deadline and not self._is_stopped():
                ended = self._has_ended()
                # A child of the page may hold the pipes open; what it writes later is lost.
                tick = 0.0 if ended else _LONG_TICK if selector.get_map() else _SHORT_TICK
                ready = selector.select(tick)
                if ended and not ready:
                    return True
                for key, _ in ready:
                    self._read(selector, key.fd)
                if any(len(written) > self._limits.output for written in self._written.values()):
                    return False
        return False

    def _is_stopped(self) -> bool:
        return self._limits.stop is not None and self._limits.stop.is_set()

    def _read(self, selector: selectors.BaseSelector, descriptor: int) -> None:
        piece = os.read(descriptor, _PIECE)
        if piece:
            self._written[descriptor] += piece
        else:
            selector.unregister(descriptor)

    def _has_ended(self) -> bool:
        """Whether the process has ended; it stays to be waited for."""
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, flags) is not None
