"""Whether a history of calls that overlap could have happened one after the other.

Each register, such as the keys of one host, is looked at by itself: what is done to one never
depends on another. A search tries every order that agrees with the times at which the calls began
and ended, and plays it against a model; memory of what was tried keeps it short. What has no order
is told as the few calls that already have none by themselves, and not as the whole history.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

State = frozenset[str]
"""What a register holds."""


_SHOWN = 4
"""States; of more, a person sees nothing."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: when it began and ended, what it was, and what was answered."""

    begun: float
    ended: float
    action: str
    value: str
    answer: str


Play = Callable[[State, Operation], State | None]
"""The model: the state after the operation, None if it cannot have that answer in that state."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Calls that have no order."""

    starts: frozenset[State]
    """The states that there may have been before them, or while the first were under way."""
    operations: tuple[Operation, ...]
    """By the time at which they began."""
    stuck: Operation
    """The first to end of those that fit into no order; what began after it does not matter."""

    def __str__(self) -> str:
        states = sorted(f"{{{', '.join(sorted(state))}}}" for state in self.starts)
        starts = " or ".join(states) if len(states) <= _SHOWN else "any state"
        first = self.operations[0].begun
        lines = [
            f"{(one.begun - first) * 1000:9.2f} to {(one.ended - first) * 1000:.2f} ms: "
            f"{one.action} {one.value} → {one.answer}{' (fits nowhere)' * (one is self.stuck)}"
            for one in self.operations
        ]
        return "\n    ".join([f"from {starts}", *lines])


def contradiction(
    history: Sequence[Operation], play: Play, start: State = frozenset()
) -> Contradiction | None:
    """Return calls that have no order; None if the *history* is linearizable.

    Args:
        history: the calls, in any order.
        play: the model.
        start: what the register held before them.
    """
    states = {start}
    for part in _parts(sorted(history, key=lambda one: one.begun)):
        search = _Search(part, play)
        search.run((0, state) for state in states)
        if not search.ends:
            known = tuple(one for one in part if one.begun <= search.stuck.ended)
            found = Contradiction(frozenset(states), known, search.stuck)
            return _shortened(found, play, frozenset(state for _, state in search.seen))
        states = search.ends
    return None


def _parts(operations: Sequence[Operation]) -> Iterator[list[Operation]]:
    """Cut *operations* wherever all that began has ended."""
    part: list[Operation] = []
    last_end = 0.0
    for one in operations:
        if part and one.begun > last_end:
            yield part
            part = []
        part.append(one)
        last_end = max(last_end, one.ended)
    if part:
        yield part


def _shortened(found: Contradiction, play: Play, states: frozenset[State]) -> Contradiction:
    """Return the shortest end of *found* that has no order, whichever of *states* it begins in.

    At the moment at which it begins, each call under way may have been done already.
    """
    for moment in sorted((one.begun for one in found.operations), reverse=True):
        last = [one for one in found.operations if one.ended >= moment]
        under_way = sum(one.begun < moment for one in last)
        search = _Search(last, play, until=found.stuck.ended)
        search.run((done, state) for done in range(1 << under_way) for state in states)
        if not search.ends:
            return Contradiction(states, tuple(last), search.stuck)
    return found


class _Search:
    """Tries the orders of calls that are given by the time at which they began.

    ``ends`` holds the states that they lead to, ``stuck`` the call at which the best order ends,
    ``seen`` what was reached: the calls that were done, a bit for each, and the state. Calls that
    end after *until* need not be done.
    """

    def __init__(
        self, operations: Sequence[Operation], play: Play, until: float = math.inf
    ) -> None:
        self._operations = operations
        self._play = play
        self._until = until
        self.ends: set[State] = set()
        self.stuck = operations[0]
        self.seen: set[tuple[int, State]] = set()

    def run(self, starts: Iterable[tuple[int, State]]) -> None:
        """Search from these calls that were done before, and states."""
        waiting = list(starts)
        while waiting:
            done, state = waiting.pop()
            if (done, state) in self.seen:
                continue
            self.seen.add((done, state))
            open_ones = [n for n in range(len(self._operations)) if not done >> n & 1]
            ends = (self._operations[n] for n in open_ones)
            # What begins after another has ended cannot come before it.
            next_one = min(ends, key=lambda one: one.ended, default=None)
            if next_one is None or next_one.ended > self._until:
                self.ends.add(state)
                continue
            self.stuck = max(self.stuck, next_one, key=lambda one: one.ended)
            for number in open_ones:
                if self._operations[number].begun <= next_one.ended:
                    after = self._play(state, self._operations[number])
                    if after is not None:
                        waiting.append((done | 1 << number, after))
