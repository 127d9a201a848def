"""A real server under load through every door, killed, started again and looked at.

Half of the kills come from outside at any moment, the others from inside at an event of the disk
that was chosen before, in the server, in one of its workers, or in a program on the command line.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from cpanel_emu.emulator import Emulator
from cpanel_emu.errors import EmulatorError
from torturing.doors import (
    PASSWORD,
    Call,
    HttpDoor,
    ProgramDoor,
    all_doors,
    injectable,
    program_environment,
)
from torturing.injection import PHASES, VARIABLE, Point
from torturing.lives import Client, Life, Things
from torturing.points import disagreements_of, in_child
from torturing.report import Progress, Report
from torturing.serving import Server, ServerError
from torturing.state import USER, State, left_over, state_of

_CLIENTS = 4
_COMMAND_LINE_WEIGHT = 0.06
_LONGEST_SECONDS = 4.0


@dataclass(slots=True)
class Clerk:
    """Adds and removes accounts and tokens, and opens sessions, one after the other.

    ``accounts`` and ``sessions`` hold what must be there; ``unsure`` what may be.
    """

    root: Path
    report: Report
    generator: random.Random
    accounts: set[str] = field(default_factory=set)
    sessions: dict[str, str] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)
    count: int = 0

    def run(self, url: str, ended: threading.Event) -> None:
        """Work until *ended* is set or the server is gone."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            while not ended.is_set():
                self._open_session(url)
                self._change_account()

    def _open_session(self, url: str) -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        with contextlib.closing(connection):
            login = urlencode({"user": USER, "pass": PASSWORD})
            connection.request("POST", "/login/?login_only=1", login, form)
            answer = connection.getresponse()
            token = json.loads(answer.read())["security_token"]
            cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        self.sessions[cookie] = token
        self.report.count("sessions opened")

    def _change_account(self) -> None:
        removable = self.accounts - self.unsure
        if removable and self.generator.random() < 0.4:
            name = self.generator.choice(sorted(removable))
            words = ["account", "remove", name]
        else:
            self.count += 1
            name = f"clerk{self.count}"
            words = ["account", "add", name, f"{name}.example.net", "--password=long enough"]
        self.unsure.add(name)
        environment = program_environment(self.root)
        if self.generator.random() < 0.3:
            point = Point(
                self.generator.randint(1, 12), self.generator.choice(PHASES), str(self.root)
            )
            environment[VARIABLE] = str(point)
        done = subprocess.run(
            [*injectable(), *words], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode < 0:
            self.report.count("kills in account changes")
            return
        if done.returncode > 0:
            self.report.defect("refused", f"{' '.join(words)}: {done.stderr.strip()}")
            return
        self.unsure.discard(name)
        (self.accounts.discard if "remove" in words else self.accounts.add)(name)
        self.report.count("accounts added and removed")


class KilledProgram(ProgramDoor):
    """The command line, where some of the processes kill themselves."""

    def __init__(self, root: Path, report: Report, generator: random.Random) -> None:
        super().__init__(root, {})
        self._root = root
        self._report = report
        self._generator = generator

    def point(self) -> Point | None:
        """Return where the next process ends, if anywhere."""
        if self._generator.random() > 0.4:
            return None
        self._report.count("command lines to be killed")
        number = self._generator.randint(1, 16)
        return Point(number, self._generator.choice(PHASES), str(self._root))


class Siege:
    """Rounds of load, kill and look on one root."""

    def __init__(self, root: Path, report: Report, generator: random.Random) -> None:
        self._root = root
        self._report = report
        self._generator = generator
        self._lives: dict[str, Life] = {}
        self._clerk = Clerk(root, report, random.Random(generator.random()))
        self._round = 0

    def run_round(self) -> None:
        """Load, kill, start again, look, end; then sometimes harm the index while nothing runs."""
        self._round += 1
        workers = self._generator.choice([1, 1, 2])
        point = None
        if self._generator.random() < 0.5:
            number = self._generator.randint(40, 400)
            point = Point(number, self._generator.choice(PHASES), str(self._root))
        try:
            server = Server(self._root, arguments=(f"--workers={workers}",), point=point)
        except ServerError:
            self._report.count("kills at the start")
        else:
            self._load(server, point is not None)
        self._look()
        if self._generator.random() < 0.4:
            self._harm_the_index()

    def _load(self, server: Server, kills_itself: bool) -> None:
        ended = threading.Event()
        url = server.urls["cpanel"]
        clients, programs, threads = [], [], []
        for number in range(_CLIENTS):
            generator = random.Random(self._generator.random())
            *doors, _ = all_doors(url, server.socket_path, self._root, {})
            program = KilledProgram(self._root, self._report, generator)
            weights = {**dict.fromkeys(doors, 1.0), program: _COMMAND_LINE_WEIGHT}
            client = Client(f"{self._round}x{number}", weights, self._report, generator)
            goes_on = lambda: not ended.is_set()  # noqa: E731
            threads.append(threading.Thread(target=client.run, args=(goes_on,)))
            clients.append(client)
            programs.append(program)
        threads.append(threading.Thread(target=self._clerk.run, args=(url, ended)))
        for thread in threads:
            thread.start()
        patience = _LONGEST_SECONDS if kills_itself else self._generator.uniform(0.2, 2.0)
        until = time.monotonic() + patience
        try:
            while time.monotonic() < until and not self._has_died(server):
                time.sleep(0.01)
        finally:
            self._report.count("kills from inside" if self._has_died(server) else "kills")
            server.kill()
            ended.set()
            for program in programs:
                program.close()
            for thread in threads:
                thread.join()
        for client in clients:
            self._lives.update((life.host, life) for life in client.lives)

    def _has_died(self, server: Server) -> bool:
        return server.process.poll() is not None

    def _look(self) -> None:
        """Start the server again, compare what it tells, end it, and compare what lies there."""
        self._report.count("starts after a kill")
        server = Server(self._root)
        try:
            self._compare_listed(server)
            self._compare_sessions(server.urls["cpanel"])
        finally:
            server.stop()
        state: State = in_child(lambda: state_at(self._root)).sent
        for text in (*state.defects, *disagreements_of(self._root)):
            self._report.defect("torn", f"round {self._round}: {text}")
        for name in left_over(self._root):
            self._report.defect("torn", f"round {self._round}: left over: {name}")
        self._compare_lives(_by_life(state))
        self._compare_accounts(state)

    def _compare_listed(self, server: Server) -> None:
        """Check that both lists of UAPI tell each thing that must be there."""
        door = HttpDoor(server.urls["cpanel"])
        for kind in ("key", "csr"):
            answer = door.ask(Call(f"list_{kind}s", api="uapi"))
            if answer.error:
                text = f"round {self._round}: list_{kind}s: {answer.error} {server.errors()[-300:]}"
                self._report.defect("refused", text)
                continue
            listed = {row["friendly_name"] for row in answer.data}
            for life in self._lives.values():
                for one, name in life.things:
                    sure = all((one, name) in state for state in life.allowed())
                    if one == kind and sure and name not in listed:
                        self._report.defect("lost", f"{kind} {name} is not listed")
        door.close()

    def _compare_sessions(self, url: str) -> None:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        with contextlib.closing(connection):
            for cookie, token in list(self._clerk.sessions.items())[-5:]:
                connection.request(
                    "GET", f"{token}/frontend/x3/index.html", None, {"Cookie": cookie}
                )
                answer = connection.getresponse()
                answer.read()
                if answer.status != http.HTTPStatus.OK:
                    self._report.defect("lost", f"session {token}: status {answer.status}")

    def _compare_lives(self, found: Mapping[str, Things]) -> None:
        for host, life in self._lives.items():
            now = found.get(host, {})
            if not any(_agrees(now, state) for state in life.allowed()):
                self._tell(life, now)
            life.things, life.pending = now, None
        strangers = found.keys() - self._lives.keys()
        for host in strangers:
            self._report.defect("mixed up", f"{host} was never asked for")

    def _tell(self, life: Life, now: Things) -> None:
        sure = [key for key in life.things if all(key in state for state in life.allowed())]
        lost = [key for key in sure if key not in now]
        torn = [key for key in sure if key in now and not _agrees_in(key, now, life.things)]
        name = "lost" if lost else "torn" if torn else "half done"
        text = f"{life.host}: {sorted(now)}, not {[sorted(one) for one in life.allowed()]}"
        self._report.defect(name, f"round {self._round}: {text}; last call: {life.last}")

    def _compare_accounts(self, state: State) -> None:
        there = {
            name.removeprefix("account ") for name in state.things if name.startswith("account ")
        }
        clerk = self._clerk
        for name in clerk.accounts - clerk.unsure - there:
            self._report.defect("lost", f"account {name}")
        for name in there - clerk.accounts - clerk.unsure - {"user", "username"}:
            self._report.defect("half done", f"account {name}")
        clerk.accounts, clerk.unsure = there - {"user", "username"}, set()

    def _harm_the_index(self) -> None:
        """Damage, cut or remove the index of the account after a clean end; files tell it all."""
        index = self._root / "var" / "cpanel" / "ssl-index" / f"{USER}.sqlite"
        harm = self._generator.choice(["removed", "cut", "overwritten", "of another version"])
        self._report.count(f"index {harm}")
        data = bytearray(index.read_bytes())
        if harm == "removed":
            for path in index.parent.glob(f"{USER}.sqlite*"):
                path.unlink()
            return
        if harm == "cut":
            del data[self._generator.randrange(len(data)) :]
        elif harm == "overwritten":
            for _ in range(64):
                data[self._generator.randrange(len(data))] = self._generator.randrange(256)
        else:
            data[60:64] = (77).to_bytes(4)  # the user version, as SQLite's file format has it
        index.write_bytes(data)


def state_at(root: Path) -> State:
    """Return what *root* holds, after the end of a server."""
    with Emulator(root=root, liveapi="off") as emulator:
        try:
            return state_of(emulator)
        except EmulatorError:
            # A damaged page was met only now; the index is out of the way.
            return state_of(emulator)


def _by_life(state: State) -> dict[str, Things]:
    """Return the things of each host that the torture made."""
    found: dict[str, Things] = {}
    for name, text in state.things.items():
        first, _, rest = name.partition(" ")
        if first == "preference":
            _, _, preference = rest.partition(" ")
            host = f"{preference.replace('_', '-')}.example.org"
            found.setdefault(host, {})["preference", preference] = text
        elif first == USER:
            kind, _, friendly = rest.partition(" ")
            host = friendly.partition(" ")[0]
            if host.startswith("c"):
                found.setdefault(host, {})[kind, friendly] = _pem(kind, text)
    return found


def _pem(kind: str, text: str) -> str:
    if kind == "installed":  # key, certificate, bundle
        return f"-----BEGIN CERT{text.partition('-----BEGIN CERT')[2]}".strip()
    return f"-----BEGIN{text.partition('-----BEGIN')[2]}".strip()


def _agrees(now: Things, state: Things) -> bool:
    return now.keys() == state.keys() and all(_agrees_in(key, now, state) for key in state)


def _agrees_in(key: tuple[str, str], now: Things, state: Things) -> bool:
    return not state[key] or now[key] == state[key]


def besiege(
    report: Report, generator: random.Random, *, runs: int | None, seconds: float | None
) -> None:
    """Run so many rounds, or for so many seconds."""
    progress = Progress()
    until = None if seconds is None else time.monotonic() + seconds
    folder = Path(tempfile.mkdtemp(prefix="torture-"))
    try:
        siege = Siege(folder / "root", report, generator)
        done = 0
        while (runs is None or done < runs) and (until is None or time.monotonic() < until):
            siege.run_round()
            done += 1
            report.count("rounds")
            progress.show(f"round {done}")
    finally:
        progress.clear()
        shutil.rmtree(folder)
