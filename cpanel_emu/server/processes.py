"""Several processes that answer on the same ports (``--workers``).

Theory of operation: the parent binds the ports, fills the root and forks; each child is a whole
server over the same root, whose files are all that the children share. Two pipes connect them:
through one, each child says that it answers; the other carries nothing, but closes when the
parent ends, in whatever way, and then the children end too. Signals are the parent's alone.
"""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing
import os
import signal
import socket
import ssl
import sys
import time
from collections.abc import Sequence
from multiprocessing.context import ForkProcess
from typing import Self

from cpanel_emu.emulator import Emulator
from cpanel_emu.errors import ConfigurationError, EmulatorError
from cpanel_emu.options import Options
from cpanel_emu.server.doors import SharedPorts, tls_context, wanted_endpoints
from cpanel_emu.server.ending import SIGNALS, Ending
from cpanel_emu.server.endpoints import Endpoint, bind, bound_endpoint
from cpanel_emu.server.long_lived import spare_the_collector
from cpanel_emu.server.shares import Shares

_CHECK_SECONDS = 0.5
_STOP_SECONDS = 20.0
"""For the children to finish their answers; then they are killed."""


class ProcessError(EmulatorError):
    """A process that answers has ended by itself."""


class Processes:
    """Runs as many processes as *options* ask for; they answer from `start` to `stop`."""

    def __init__(self, options: Options) -> None:
        """Check *options*; nothing is started yet.

        Raises:
            ConfigurationError: they promise an order that several processes cannot keep.
        """
        if options.random_seed is not None or options.key_pool is not None:
            raise ConfigurationError(
                "Several workers cannot repeat an order: use --workers 1 together with "
                "--random-seed or --key-pool."
            )
        self._options = options
        self._children: list[ForkProcess] = []
        self._life: int | None = None
        self.endpoints: tuple[Endpoint, ...] = ()

    def start(self) -> None:
        """Bind, fill the root and fork; returns once every child answers.

        Raises:
            ListenError: a port cannot be had.
            ConfigurationError, StoreError: the seed, the certificate or the root is of no use.
            ProcessError: a child ended before it answered.
        """
        wanted = wanted_endpoints(self._options)
        sockets = bind(wanted)
        try:
            self.endpoints = tuple(map(bound_endpoint, wanted, sockets))
            # Closed again before the fork: neither threads nor databases survive one.
            with Emulator.with_options(self._options) as emulator:
                secured = any(endpoint.tls for endpoint in wanted)
                context = tls_context(emulator) if secured else None
            self._fork(sockets, context)
        except BaseException:
            self.stop()
            raise
        finally:
            _close(sockets)

    def _fork(self, sockets: Sequence[socket.socket], context: ssl.SSLContext | None) -> None:
        shares = Shares(self._options.workers)
        ready, told_ready = os.pipe()
        life, self._life = os.pipe()
        try:
            for number in range(self._options.workers):
                child = multiprocessing.get_context("fork").Process(
                    target=_answer,
                    args=(
                        self._own_options(number),
                        SharedPorts(sockets, context, shares.of(number)),
                        core_of(number, self._options.workers, _cores()),
                    ),
                    kwargs={
                        "told_ready": told_ready,
                        "life": life,
                        "parents_life": self._life,
                    },
                    name=f"cpanel-emu-{number + 1}",
                )
                child.start()
                self._children.append(child)
        finally:
            os.close(told_ready)
            os.close(life)
        with open(ready, "rb", buffering=0) as reports:  # noqa: PTH123  (it is a descriptor)
            for _ in self._children:
                if not reports.read(1):
                    raise ProcessError("A worker process ended before it answered.")

    def _own_options(self, number: int) -> Options:
        """Return the options of one child: what there can be only one of is the first one's."""
        return self._options if number == 0 else dataclasses.replace(self._options, liveapi=None)

    def wait(self, ending: Ending) -> None:
        """Return when the program is to end.

        Raises:
            ProcessError: a child ended before.
        """
        while not ending.wait(_CHECK_SECONDS):
            for child in self._children:
                if child.exitcode is not None:
                    raise ProcessError(f"A worker process ended with status {child.exitcode}.")

    def stop(self) -> None:
        """Let the children finish their answers and end."""
        if self._life is not None:
            os.close(self._life)
            self._life = None
        until = time.monotonic() + _STOP_SECONDS
        for child in self._children:
            child.join(max(0.0, until - time.monotonic()))
            if child.exitcode is None:
                child.kill()
                child.join()
            child.close()
        self._children.clear()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def core_of(number: int, processes: int, cores: Sequence[int]) -> int | None:
    """Return the core that process *number* of so many keeps to, None if it may use several.

    The threads of a Python process take turns. Spread over several cores, each finds in its
    caches what another has changed meanwhile; so a process for each core does more on its own.
    """
    return cores[number % len(cores)] if processes >= len(cores) > 1 else None


def _cores() -> list[int]:
    """Return the cores that this process may use; none where the system does not tell."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def _answer(
    options: Options,
    ports: SharedPorts,
    core: int | None,
    *,
    told_ready: int,
    life: int,
    parents_life: int,
) -> None:
    """Be one child: answer until the parent closes its end of *life*."""
    if core is not None:
        with contextlib.suppress(OSError):  # taken away meanwhile: any other does as well
            os.sched_setaffinity(0, {core})
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    os.close(parents_life)
    try:
        with Emulator.with_options(options) as emulator:
            emulator.open_doors(ports)
            spare_the_collector()
            os.write(told_ready, b".")
            os.close(told_ready)
            os.read(life, 1)
    except EmulatorError as error:
        sys.stderr.write(f"cpanel-emu: {error}\n")
        sys.exit(1)


def _close(sockets: list[socket.socket]) -> None:
    # The children have their own; a port must not stay open when the last of them has gone.
    for one in sockets:
        with contextlib.suppress(OSError):
            one.close()
