"""One crash at each point of each change: everything afterwards is as before it, or as after.

A child process makes the change and ends by SIGKILL at the chosen event; another one opens the
root again, as the next start of a server does, and tells what it holds. There may also be a
crash while that one mends what the first left.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import random
import shutil
import signal
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpanel_emu.emulator import Emulator
from cpanel_emu.resources import fixtures
from cpanel_emu.root import Root
from cpanel_emu.sweeping import sweep
from torturing.injection import PHASES, Injection, Point, arm
from torturing.report import Progress, Report
from torturing.scenarios import CLOCK, SCENARIOS, Scenario
from torturing.state import State, disagreements, left_over, state_of


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: killed or by itself, and what it sent."""

    killed: bool
    sent: Any


def in_child(work: Callable[[], object]) -> Ended:
    """Run *work* in a child process and return what it returned, if it was not killed.

    Raises:
        AssertionError: it raised.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        status = 1
        try:
            answer: object = ("returned", work())
            status = 0
        except BaseException as error:  # noqa: BLE001  (told to the parent)
            answer = ("raised", f"{type(error).__name__}: {error}")
        # Nobody reads it after an interruption.
        with contextlib.suppress(BrokenPipeError), open(writing, "wb") as pipe:  # noqa: PTH123
            pickle.dump(answer, pipe)
        os._exit(status)
    os.close(writing)
    try:
        with open(reading, "rb") as pipe:  # noqa: PTH123  (a descriptor)
            data = pipe.read()
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, f"ended by signal {os.WTERMSIG(status)}"
        return Ended(True, None)
    how, sent = pickle.loads(data)
    assert how == "returned", sent
    return Ended(False, sent)


EMULATOR_OPTIONS = {
    "clock": CLOCK,
    "random_seed": 1,
    "key_pool": fixtures() / "keys" / "pool",
    "liveapi": "off",
}
"""With these, each change ends in the same state, byte for byte."""


def _emulator(root: Path, release: str) -> Emulator:
    return Emulator(root=root, emulate_version=release, **EMULATOR_OPTIONS)


def prepare(root: Path, release: str, scenario: Scenario) -> State:
    """Fill *root* with the state before the change of *scenario*, and return it."""
    with _emulator(root, release) as emulator:
        for step in scenario.before:
            step(emulator)
        return state_of(emulator)


def _change(root: Path, release: str, scenario: Scenario, point: Point | None) -> list[str]:
    """Make the change, up to the *point*; return the events that were passed."""
    injection = Injection(point, str(root))
    injection.is_counting = False
    arm(injection)
    emulator = _emulator(root, release)
    state_of(emulator)
    injection.is_counting = True
    scenario.step(emulator)
    injection.is_counting = False
    return injection.events


def _mend(root: Path, release: str, point: Point | None) -> tuple[State, list[str]]:
    """Open the root as a start does, up to the *point*; return what it holds."""
    injection = Injection(point, str(root))
    arm(injection)
    emulator = _emulator(root, release)
    sweep(emulator.root)
    state = state_of(emulator)
    injection.is_counting = False
    emulator.close()
    for account in emulator.accounts.names():
        if release == "docs":
            state.defects += disagreements(Root(root), account)
    state.defects += [f"left over: {name}" for name in left_over(root)]
    return state, injection.events


def mended(root: Path, release: str) -> State:
    """Return what *root* holds once it was opened again, and what is wrong with it."""
    return _mend(root, release, None)[0]


class Exploration:
    """Crashes of one scenario in one release."""

    def __init__(self, report: Report, folder: Path, scenario: Scenario, release: str) -> None:
        self._report = report
        self._folder = folder
        self._scenario = scenario
        self._release = release
        self._fresh = folder / "fresh"
        self._number = 0

    def run(self, choose: Callable[[list[Point]], list[Point]], generator: random.Random) -> None:
        """Crash at the points that *choose* takes from all there are."""
        self._before: State = in_child(
            lambda: prepare(self._fresh, self._release, self._scenario)
        ).sent
        whole = self._copy()
        events: list[str] = in_child(lambda: self._changed(whole, None)).sent
        self._after: State = in_child(lambda: _mend(whole, self._release, None)).sent[0]
        self._expect(self._after, "without a crash", answered=True)
        shutil.rmtree(whole)
        self._report.count("changes explored")
        points = [
            Point(number, phase, "")
            for number in range(1, len(events) + 1)
            for phase in PHASES
            if phase != "half" or events[number - 1] == "write"
        ]
        for point in choose(points):
            self._crash(point, events[point.number - 1], generator)
        shutil.rmtree(self._fresh)

    def _copy(self) -> Path:
        self._number += 1
        path = self._folder / f"root{self._number}"
        shutil.copytree(self._fresh, path, symlinks=True)
        return path

    def _changed(self, root: Path, point: Point | None) -> list[str]:
        return _change(root, self._release, self._scenario, point)

    def _crash(self, point: Point, event: str, generator: random.Random) -> None:
        root = self._copy()
        at = Point(point.number, point.phase, str(root))
        ended = in_child(lambda: self._changed(root, at))
        self._report.count("kills at a chosen point")
        where = f"killed {point.phase} event {point.number} ({event})"
        assert ended.killed, f"{self._scenario.name}: not {where}"
        if generator.random() < 0.25:
            again = Point(generator.randint(1, 12), generator.choice(PHASES), str(root))
            if in_child(lambda: _mend(root, self._release, again)).killed:
                self._report.count("kills while mending")
                where += f", again {again.phase} event {again.number} of the next start"
        state: State = in_child(lambda: _mend(root, self._release, None)).sent[0]
        self._expect(state, where, answered=False)
        shutil.rmtree(root)

    def _expect(self, state: State, where: str, *, answered: bool) -> None:
        what = f"{self._scenario.name} ({self._release}), {where}"
        for defect in state.defects:
            self._report.defect("torn", f"{what}: {defect}")
        if answered or state.things in (self._before.things, self._after.things):
            return
        told = json.dumps(_difference(self._before, state), ensure_ascii=False)[:300]
        kept = state.things.items() >= (self._before.things.items() & self._after.things.items())
        self._report.defect("half done" if kept else "lost", f"{what}: against before {told}")


def _difference(before: State, now: State) -> dict[str, str]:
    names = before.things.keys() | now.things.keys()
    return {
        name: "gone"
        if name not in now.things
        else "new"
        if name not in before.things
        else "changed"
        for name in sorted(names)
        if before.things.get(name) != now.things.get(name)
    }


def explore(
    report: Report,
    generator: random.Random,
    most: int | None = None,
    changes: int | None = None,
) -> None:
    """Crash at each point of each scenario.

    Args:
        report: where to put what was found.
        generator: chooses.
        most: so many points of each, chosen at random.
        changes: so many scenarios, each in one release, chosen at random.
    """
    progress = Progress()
    with tempfile.TemporaryDirectory(prefix="torture-") as name:
        _warm_up(Path(name, "warm"))
        wanted = [(one, release) for one in SCENARIOS for release in one.releases]
        if changes is not None:
            wanted = generator.sample(wanted, min(changes, len(wanted)))
        for scenario, release in wanted:
            progress.show(f"{scenario.name} ({release})")
            folder = Path(tempfile.mkdtemp(dir=name))
            choose = _all if most is None else _sample(generator, most)
            Exploration(report, folder, scenario, release).run(choose, generator)
    progress.clear()


def _warm_up(root: Path) -> None:
    """Load and check here what each child would otherwise load and check anew."""
    for scenario in SCENARIOS:
        if scenario.name in {"installssl, items known", "UAPI generate_csr"}:
            prepare(root, "docs", scenario)
            with _emulator(root, "docs") as emulator:
                scenario.step(emulator)
                state_of(emulator)
            disagreements(Root(root))
            shutil.rmtree(root)


def disagreements_of(root: Path) -> list[str]:
    """Return the disagreements of all accounts below *root*."""
    users = root / "var" / "cpanel" / "users"
    names = sorted(path.name for path in users.glob("[!.]*"))
    return [text for name in names for text in disagreements(Root(root), name)]


def _all(points: list[Point]) -> list[Point]:
    return points


def _sample(generator: random.Random, most: int) -> Callable[[list[Point]], list[Point]]:
    return lambda points: generator.sample(points, min(most, len(points)))
