"""Two servers, one of them of two processes, and the command line, all on one account at once.

Many clients store, name, look for and delete the keys of a few hosts. Every call is noted with the
time before and after it and its answer; the notes of each host must be linearizable.
"""

from __future__ import annotations

import contextlib
import random
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from torturing.doors import Answer, Call, Door, HttpDoor, LiveDoor, ProgramDoor, can_ask
from torturing.kills import state_at
from torturing.linearizable import Operation, State, is_linearizable
from torturing.lives import Pair, make_pair
from torturing.points import disagreements_of, in_child
from torturing.report import Progress, Report
from torturing.serving import Server
from torturing.state import State as RootState
from torturing.state import left_over

_HOSTS = 6
_KEYS = 4
"""Of a host; few, so that clients get into each other's way."""
_SEARCHED = 60
"""Operations on one host; the search for an order grows with what overlaps."""


def play(state: State, operation: Operation) -> State | None:
    """Return the keys of a host after *operation*, by their id; None if its answer is wrong."""
    if operation.action == "put":
        return state | {operation.value} if operation.answer == "ok" else None
    if operation.action == "delete one":
        if operation.answer == "ok":
            return state - {operation.value} if operation.value in state else None
        return state if operation.value not in state else None
    if operation.action == "delete all":
        return frozenset() if bool(state) == (operation.answer == "ok") else None
    return state if operation.answer == ",".join(sorted(state)) else None


class Race:
    """Clients on the hosts of one round."""

    def __init__(self, report: Report, generator: random.Random, number: int) -> None:
        self._report = report
        self._lock = threading.Lock()
        self.histories: dict[str, list[Operation]] = defaultdict(list)
        self._pairs: dict[str, list[Pair]] = {}
        for host in (f"r{number}-{count}.example.org" for count in range(_HOSTS)):
            self._pairs[host] = [make_pair(host, generator) for _ in range(_KEYS)]
        self._ids: dict[str, str] = {}

    def run_client(self, doors: Sequence[tuple[Door, float]], generator: random.Random) -> None:
        """Make calls until each host has enough."""
        while True:
            with self._lock:
                hosts = [one for one in self._pairs if len(self.histories[one]) < _SEARCHED]
            if not hosts:
                return
            self._call(generator.choice(hosts), doors, generator)

    def _call(
        self, host: str, doors: Sequence[tuple[Door, float]], generator: random.Random
    ) -> None:
        action = generator.choices(["put", "delete one", "delete all", "look"], [5, 2, 1, 4])[0]
        pair = generator.choice(self._pairs[host])
        value = self._ids.get(pair.key, "")
        if action == "delete one" and not value:
            action = "put"
        calls = {
            "put": Call("uploadkey", {"host": host, "key": pair.key}),
            "delete one": Call("delete_key", {"id": value}, api="uapi"),
            "delete all": Call("deletekey", {"host": host}, api="1"),
            "look": Call("list_ssl_items", {"domains": host, "item": "key"}, api="uapi"),
        }
        usable = [(door, weight) for door, weight in doors if can_ask(door, calls[action])]
        door = generator.choices([d for d, _ in usable], [w for _, w in usable])[0]
        begun = time.monotonic()
        answer = door.ask(calls[action])
        ended = time.monotonic()
        if action == "put" and not answer.error:
            value = str(answer.row["id"])
            self._ids[pair.key] = value
        told = _told(action, answer)
        with self._lock:
            self.histories[host].append(Operation(begun, ended, action, value, told))
        self._report.count(f"calls, {door.name}")

    def judge(self) -> None:
        """Look for an order of each host's calls."""
        for host, history in self.histories.items():
            self._report.count("histories")
            self._report.count("calls that overlapped another", _overlapping(history))
            if not is_linearizable(history, play):
                self._report.defect("not linearizable", f"{host}: {_shown(history)}")


def _told(action: str, answer: Answer) -> str:
    if action == "look":
        return ",".join(sorted(row["id"] for row in answer.data))
    return (answer.error and "refused") or "ok"


def _overlapping(history: Sequence[Operation]) -> int:
    return sum(
        any(one is not other and one.begun < other.ended and other.begun < one.ended
            for other in history)
        for one in history
    )  # fmt: skip


def _shown(history: Sequence[Operation]) -> str:
    start = history[0].begun
    return "; ".join(
        f"{one.begun - start:.4f}–{one.ended - start:.4f} {one.action} {one.value[:11]} "
        f"→ {one.answer[:40]}"
        for one in history
    )


@contextlib.contextmanager
def _served(root: Path) -> Iterator[list[Server]]:
    servers: list[Server] = []
    try:
        servers.append(Server(root))
        servers.append(Server(root, arguments=("--workers=2", "--liveapi=off")))
        yield servers
        for server in servers:
            server.stop()
    finally:
        for server in servers:
            server.kill()


def race(
    report: Report, generator: random.Random, *, runs: int, seconds: float | None, clients: int
) -> None:
    """Run rounds: so many, or for so many seconds."""
    progress = Progress()
    until = None if seconds is None else time.monotonic() + seconds
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        root = Path(folder, "root")
        with _served(root) as (alone, together):
            for number in range(runs if until is None else 10**6):
                if until is not None and time.monotonic() > until:
                    break
                progress.show(f"round {number + 1}")
                _round(Race(report, generator, number), root, (alone, together), clients, generator)
                report.count("rounds")
        state: RootState = in_child(lambda: state_at(root)).sent
        for text in (*state.defects, *disagreements_of(root)):
            report.defect("torn", text)
        for name in left_over(root):
            report.defect("torn", f"left over: {name}")
    progress.clear()


def _round(
    one: Race,
    root: Path,
    servers: tuple[Server, Server],
    clients: int,
    generator: random.Random,
) -> None:
    threads, opened = [], []
    for _ in range(clients):
        doors: list[tuple[Door, float]] = [
            (HttpDoor(servers[0].urls["cpanel"], "json"), 1.0),
            (HttpDoor(servers[1].urls["cpanel"], "json"), 1.0),
            (HttpDoor(servers[1].urls["cpanel"], "execute"), 1.0),
            (LiveDoor(servers[0].socket_path), 1.0),
            (ProgramDoor(root, {}), 0.02),
        ]
        opened += [door for door, _ in doors]
        own = random.Random(generator.random())
        threads.append(threading.Thread(target=one.run_client, args=(doors, own)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for door in opened:
        door.close()
    one.judge()
