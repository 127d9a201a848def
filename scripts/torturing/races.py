"""Two servers, one of them of two processes, and the command line, all on one account at once.

Many clients do things to a few registers (`torturing.registers`). Every call is noted with the
time before and after it and its answer; the notes of each register must be linearizable.
"""

from __future__ import annotations

import contextlib
import random
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

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
from torturing.linearizable import Operation, contradiction
from torturing.names import Hosts, Names
from torturing.points import disagreements_of, in_child
from torturing.registers import Ask, Register, Requests, certificates, keys, many_keys
from torturing.report import Progress, Report
from torturing.serving import Server
from torturing.state import State, left_over

_KINDS: tuple[Callable[[str, Ask, random.Random], Register], ...] = (
    keys,
    many_keys,
    certificates,
    Requests,
    Names,
    Hosts,
)
_CALLS = 60
"""On one register in one round; the search for an order grows with what overlaps."""


class Race:
    """Clients on the registers of one round, one of each kind."""

    def __init__(self, report: Report, generator: random.Random, number: int, door: Door) -> None:
        self._report = report
        self._door = door
        self._lock = threading.Lock()
        self.is_interrupted = False
        """Whether the servers are about to be taken away from the clients."""
        made = [kind(f"r{number}-{n}.example.org", self._ask, generator)
                for n, kind in enumerate(_KINDS)]  # fmt: skip
        self._histories: list[tuple[Register, list[Operation]]] = [(one, []) for one in made]

    def _ask(self, call: Call) -> Answer:
        answer = self._door.ask(call)
        assert not answer.error, f"{call}: {answer.error}"
        return answer

    def run_client(self, doors: Sequence[tuple[Door, float]], generator: random.Random) -> None:
        """Make calls until each register has had enough, or one gets no answer."""
        while True:
            with self._lock:
                open_ones = [one for one in self._histories if len(one[1]) < _CALLS]
            if not open_ones:
                return
            register, history = generator.choice(open_ones)
            move = register.choose(generator)
            usable = [(door, weight) for door, weight in doors if can_ask(door, move.call)]
            door = generator.choices([d for d, _ in usable], [w for _, w in usable])[0]
            begun = time.monotonic()
            try:
                answer = door.ask(move.call)
            except (Unanswered, WrongAnswer) as error:
                if not self.is_interrupted:
                    self._report.defect("unanswered", f"{door.name}: {error}")
                return
            ended = time.monotonic()
            told = move.told(answer)
            with self._lock:
                history.append(Operation(begun, ended, move.action, move.value, told))
            self._report.count(f"calls, {door.name}")

    def judge(self) -> None:
        """Look for an order of each register's calls, and empty the registers."""
        for register, history in self._histories:
            self._report.count(f"histories of {register.name}")
            self._report.count("calls that overlapped another", _overlapping(history))
            found = contradiction(history, register.play, register.start)
            if found is not None:
                self._report.defect("not linearizable", f"{register.name} {found}")
            for call in register.cleaning():
                self._door.ask(call)


def _overlapping(history: Sequence[Operation]) -> int:
    return sum(
        any(one is not other and one.begun < other.ended and other.begun < one.ended
            for other in history)
        for one in history
    )  # fmt: skip


@contextlib.contextmanager
def _served(root: Path, options: Mapping[str, str]) -> Iterator[list[Server]]:
    servers: list[Server] = []
    try:
        servers.append(Server(root, options))
        servers.append(Server(root, options, arguments=("--workers=2", "--liveapi=off")))
        yield servers
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            server.kill()


def race(
    report: Report,
    generator: random.Random,
    *,
    runs: int,
    seconds: float | None,
    clients: int,
    options: Mapping[str, str],
) -> None:
    """Run rounds: so many, or for so many seconds; *options* are the emulator's variables."""
    progress = Progress()
    until = None if seconds is None else time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        root = Path(folder, "root")
        with _served(root, options) as (alone, together):
            for number in range(runs if until is None else 10**6):
                if until is not None and time.monotonic() > until:
                    break
                progress.show(f"round {number + 1}")
                _round(
                    Race(report, generator, number, HttpDoor(alone.urls["cpanel"])),
                    root,
                    (alone, together),
                    generator,
                    clients=clients,
                    options=options,
                )
                report.count("rounds")
        state: State = in_child(lambda: state_at(root)).sent
        for text in (*state.defects, *disagreements_of(root)):
            report.defect("torn", text)
        for name in left_over(root):
            report.defect("torn", f"left over: {name}")
    progress.clear()


def _round(
    one: Race,
    root: Path,
    servers: tuple[Server, Server],
    generator: random.Random,
    *,
    clients: int,
    options: Mapping[str, str],
) -> None:
    threads, opened = [], []
    for _ in range(clients):
        doors: list[tuple[Door, float]] = [
            (HttpDoor(servers[0].urls["cpanel"], "json"), 1.0),
            (HttpDoor(servers[1].urls["cpanel"], "json"), 1.0),
            (HttpDoor(servers[1].urls["cpanel"], "execute"), 1.0),
            (LiveDoor(servers[0].socket_path), 1.0),
            (ProgramDoor(root, options), 0.02),
        ]
        opened += [door for door, _ in doors]
        own = random.Random(generator.random())
        threads.append(threading.Thread(target=one.run_client, args=(doors, own)))
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    except BaseException:
        one.is_interrupted = True
        raise
    for door in opened:
        door.close()
    one.judge()
