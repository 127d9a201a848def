"""Whether a history of calls that overlap could have happened one after the other.

Each register, such as the items of one host, is looked at by itself: what is done to one never
depends on another. A search tries every order that agrees with the times at which the calls began
and ended, and plays it against a model; memory of what was tried keeps it short.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

State = frozenset[str]
"""What a register holds."""


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


def is_linearizable(history: Sequence[Operation], play: Play, start: State = frozenset()) -> bool:
    """Whether some order of *history* agrees with its times and with the model *play*."""
    operations = sorted(history, key=lambda one: one.begun)
    seen: set[tuple[int, State]] = set()
    everything = (1 << len(operations)) - 1
    waiting = [(0, start)]
    while waiting:
        done, state = waiting.pop()
        if done == everything:
            return True
        if (done, state) in seen:
            continue
        seen.add((done, state))
        open_ones = [n for n in range(len(operations)) if not done >> n & 1]
        # What begins after another has ended cannot come before it.
        first_end = min(operations[n].ended for n in open_ones)
        for number in open_ones:
            if operations[number].begun <= first_end:
                after = play(state, operations[number])
                if after is not None:
                    waiting.append((done | 1 << number, after))
    return False
