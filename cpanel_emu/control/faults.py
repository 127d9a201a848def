"""Planned faults: what shall go wrong, for which calls, how often. Nothing is planned by default.

The same faults, seeds and requests always give the same failures.
"""

from __future__ import annotations

import enum
import random
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.journal import Door
from cpanel_emu.suggest import shown, unknown

MOST_FAULTS = 100
_LONGEST_WAIT = 300.0
_LONGEST_TEXT = 100_000


class Kind(enum.Enum):
    """What goes wrong; the value is its name in JSON and on the page."""

    REFUSE = "refuse"
    """Access is denied, as for a wrong password."""
    FAIL = "fail"
    """The function says no, with the fault's text."""
    DELAY = "delay"
    """Nothing happens for some seconds."""
    DROP = "drop"
    """The connection is closed without an answer."""
    CUT = "cut"
    """The answer's body ends after some bytes, and the connection with it."""
    CONTENT_TYPE = "content-type"
    """The answer has another Content-Type."""
    HTML = "html"
    """An old server's HTML error page comes instead of the answer."""
    SLOW = "slow"
    """The answer drips, some bytes at a time."""


class Stage(enum.Enum):
    """When a fault strikes."""

    BEFORE = "before"
    """Before the call runs; where the fault keeps it from running, nothing is stored."""
    AFTER = "after"
    """When the call has run and its answer is on the way: what it stored stays."""


_STAGES = {
    Kind.REFUSE: (Stage.BEFORE,),
    Kind.FAIL: (Stage.BEFORE,),
    Kind.DELAY: (Stage.AFTER, Stage.BEFORE),
    Kind.DROP: (Stage.BEFORE, Stage.AFTER),
    Kind.CUT: (Stage.AFTER,),
    Kind.CONTENT_TYPE: (Stage.AFTER,),
    Kind.HTML: (Stage.BEFORE, Stage.AFTER),
    Kind.SLOW: (Stage.AFTER,),
}
"""The stages of each kind, its default first."""

_HTTP_ONLY = frozenset({Kind.REFUSE, Kind.CONTENT_TYPE, Kind.HTML})
_WITHOUT_CALLS = frozenset({Door.NATIVE, Door.LOGIN, Door.OTHER})
"""Doors behind which no function of an account can say no."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a request is about, as far as its door can tell before it runs."""

    door: Door
    module: str = ""
    function: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """One planned fault. An empty *door*, *module*, *function* or *user* is any."""

    kind: Kind
    stage: Stage
    door: Door | None = None
    module: str = ""
    function: str = ""
    user: str = ""
    probability: float = 1.0
    """Of striking a request that it fits, from 0 to 1."""
    seed: int = 0
    """Of the generator that decides, when the probability is less than 1."""
    skip: int = 0
    """So many fitting requests pass first."""
    times: int | None = None
    """It strikes so many times at most; None is for ever."""
    seconds: float = 1.0
    """For `Kind.DELAY`: how long; for `Kind.SLOW`: between two pieces."""
    bytes: int = 16
    """For `Kind.CUT`: how many of the body are sent; for `Kind.SLOW`: how many at a time."""
    text: str = ""
    """For `Kind.FAIL`: the error; for `Kind.CONTENT_TYPE`: the type; for `Kind.HTML`: the page."""

    def fits(self, target: Target) -> bool:
        """Whether it may strike *target*."""
        return (
            _can_strike(self.kind, target.door)
            and self.door in {None, target.door}
            and self.module in {"", target.module}
            and self.function in {"", target.function}
            and self.user in {"", target.user}
        )

    def __str__(self) -> str:
        return f"{self.kind.value} {self.stage.value}"


class PlannedFault:
    """A fault in the list, with its number and what it has done so far."""

    def __init__(self, number: int, fault: Fault) -> None:
        self.number = number
        self.fault = fault
        self.seen = 0
        """Requests that it fitted."""
        self.struck = 0
        """Requests that it hit."""
        self._random = random.Random(fault.seed)  # noqa: S311  (it must repeat)

    @property
    def is_spent(self) -> bool:
        """Whether it will strike no more."""
        return self.fault.times is not None and self.struck >= self.fault.times

    def __str__(self) -> str:
        fault = self.fault
        name = "::".join(filter(None, (fault.module, fault.function)))
        door = fault.door.value if fault.door is not None else ""
        what = ", ".join(filter(None, (str(fault), name, door, fault.user)))
        return f"{self.number} ({what}): fitted {self.seen}, struck {self.struck}"

    def strikes(self, target: Target) -> bool:
        """Decide whether it strikes *target*, and count."""
        if not self.fault.fits(target):
            return False
        self.seen += 1
        # Drawn in any case, so that a request decides nothing for those after it.
        is_chosen = self._random.random() < self.fault.probability
        if self.seen <= self.fault.skip or self.is_spent or not is_chosen:
            return False
        self.struck += 1
        return True


class Faults:
    """The planned faults of one emulator; thread-safe."""

    def __init__(self) -> None:
        self._planned: tuple[PlannedFault, ...] = ()
        self.any_planned = False
        """Whether there are any. Every request asks this, and most of them nothing more."""
        self._count = 0
        self._lock = threading.Lock()
        self._waking = threading.Event()

    def add(self, kind: str | Kind, /, **members: object) -> PlannedFault:
        """Plan a fault: ``add("delay", function="gencsr", seconds=2)``.

        Args:
            kind: one of `Kind` or its name.
            members: the fields of `Fault`, doors and stages as such or by their names.

        Raises:
            ConfigurationError: a member is unknown or wrong, or too many faults are planned.
        """
        fault = read_fault({"kind": kind, **members})
        with self._lock:
            if len(self._planned) >= MOST_FAULTS:
                raise ConfigurationError(f"No more than {MOST_FAULTS} faults can be planned.")
            self._count += 1
            planned = PlannedFault(self._count, fault)
            self._plan((*self._planned, planned))
        return planned

    def replace(self, faults: Iterable[Mapping[str, object]]) -> tuple[PlannedFault, ...]:
        """Plan *faults* instead of all that are planned, or change nothing.

        Raises:
            ConfigurationError: one of them is wrong, or they are too many.
        """
        read = [read_fault(members) for members in faults]
        if len(read) > MOST_FAULTS:
            raise ConfigurationError(f"No more than {MOST_FAULTS} faults can be planned.")
        with self._lock:
            planned = tuple(PlannedFault(self._count + 1 + at, one) for at, one in enumerate(read))
            self._count += len(planned)
            self._plan(planned)
        return planned

    def remove(self, number: int) -> bool:
        """Remove the fault with this *number*; tell whether there was one."""
        with self._lock:
            left = tuple(planned for planned in self._planned if planned.number != number)
            found = len(left) < len(self._planned)
            self._plan(left)
        return found

    def clear(self) -> None:
        """Remove all."""
        with self._lock:
            self._plan(())

    def _plan(self, planned: tuple[PlannedFault, ...]) -> None:
        self._planned = planned
        self.any_planned = bool(planned)

    def planned(self) -> tuple[PlannedFault, ...]:
        """Return all, spent ones too, in the order in which they were planned."""
        return self._planned

    def __bool__(self) -> bool:
        return self.any_planned

    def unused(self) -> tuple[PlannedFault, ...]:
        """Return those that have struck nothing yet."""
        return tuple(planned for planned in self._planned if not planned.struck)

    def striking(self, target: Target, *kinds: Kind) -> tuple[Fault, ...]:
        """Return the faults of these *kinds* that strike *target* now; each is counted."""
        if not self._planned:
            return ()
        with self._lock:
            return tuple(
                planned.fault
                for planned in self._planned
                if planned.fault.kind in kinds and planned.strikes(target)
            )

    def wait(self, seconds: float) -> None:
        """Wait so long, or until `close`."""
        self._waking.wait(seconds)

    def close(self) -> None:
        """End every wait, now and later."""
        self._waking.set()


def read_fault(members: Mapping[str, object]) -> Fault:
    """Read a fault from the members that JSON, a form or keywords give; texts may be numbers.

    Raises:
        ConfigurationError: a member is unknown or wrong; the text names it and the mend.
    """
    values = _read_members(members)
    kind = values.get("kind")
    if not isinstance(kind, Kind):
        raise ConfigurationError(f"Fault: kind is missing; choose {_listed(Kind)}.")
    stage = values.setdefault("stage", _STAGES[kind][0])
    if stage not in _STAGES[kind]:
        allowed = " or ".join(one.value for one in _STAGES[kind])
        raise ConfigurationError(f"Fault: the stage of {kind.value} can be {allowed} only.")
    if kind is Kind.CONTENT_TYPE and not _is_header_value(values.get("text", "")):
        raise ConfigurationError("Fault: a Content-Type is one line of Latin-1.")
    door = values.get("door")
    if door is not None and not _can_strike(kind, door):
        allowed = ", ".join(one.value for one in Door if _can_strike(kind, one))
        raise ConfigurationError(
            f"Fault: {kind.value} strikes nothing by the door {door.value}; choose {allowed}."
        )
    return Fault(**values)


def _read_members(members: Mapping[str, object]) -> dict[str, Any]:
    if not isinstance(members, Mapping):
        raise ConfigurationError(f'Fault: write {{"kind": …}} instead of {shown(members)}.')
    for name in members:
        if name not in _READERS:
            raise ConfigurationError(f"Fault: {unknown(name, _READERS)}")
    values: dict[str, Any] = {}
    for name, value in members.items():
        if value is not None and value != "":
            try:
                values[name] = _READERS[name](value)
            except ValueError as error:
                raise ConfigurationError(f"Fault: {name} cannot be {value!r}: {error}.") from None
    return values


def _can_strike(kind: Kind, door: Door) -> bool:
    if kind is Kind.FAIL:
        return door not in _WITHOUT_CALLS
    return door is not Door.IN_PROCESS and (kind not in _HTTP_ONLY or door is not Door.LIVEAPI)


def _is_header_value(text: str) -> bool:
    return text.isprintable() and all(character <= "\xff" for character in text)


def stages_of(kind: Kind) -> tuple[Stage, ...]:
    """Return the stages at which *kind* can strike, its default first."""
    return _STAGES[kind]


def _listed(choices: type[enum.Enum]) -> str:
    return ", ".join(one.value for one in choices)


def _choice(choices: type[enum.Enum]) -> Callable[[object], object]:
    def read(value: object) -> object:
        try:
            return choices(value.value if isinstance(value, choices) else value)
        except ValueError:
            raise ValueError(f"choose {_listed(choices)}") from None

    return read


def _text(value: object) -> str:
    if isinstance(value, str) and len(value) <= _LONGEST_TEXT:
        return value
    raise ValueError(f"write a text of up to {_LONGEST_TEXT} characters")


def _number(value: object, least: float, most: float) -> float:
    try:
        number = float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        number = None
    if number is None or isinstance(value, bool) or not least <= number <= most:
        raise ValueError(f"write a number from {least:g} to {most:g}")
    return number


def _between(least: float, most: float) -> Callable[[object], float]:
    return lambda value: _number(value, least, most)


def _whole(least: int, most: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        number = _number(value, least, most)
        if number != int(number):
            raise ValueError("write a whole number")
        return int(number)

    return read


def _content_text(value: object) -> str:
    text = _text(value)
    if "\0" in text:
        raise ValueError("write a text without NUL")
    return text


_READERS: dict[str, Callable[[object], object]] = {
    "kind": _choice(Kind),
    "stage": _choice(Stage),
    "door": _choice(Door),
    "module": _text,
    "function": _text,
    "user": _text,
    "probability": _between(0, 1),
    "seed": _whole(0, 2**53),
    "skip": _whole(0, 10**9),
    "times": _whole(1, 10**9),
    "seconds": _between(0, _LONGEST_WAIT),
    "bytes": _whole(0, 10**9),
    "text": _content_text,
}
assert list(_READERS) == [one.name for one in fields(Fault)]
