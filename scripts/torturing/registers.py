"""What clients race for: what may be done to it, and a model of what must be answered.

A register holds a set of words, such as the keys that a host has. A move is one thing to do to it;
`Register.play` tells what a single thread would answer. Values have short words here (``a``), not
the long ids and texts that go over the wire, so that a person can follow a history.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from cpanel_emu.resources import fixtures
from torturing.doors import Answer, Call
from torturing.linearizable import Operation, State
from torturing.lives import make_pair, subject

Ask: TypeAlias = Callable[[Call], Answer]
"""Makes a call while nobody races."""

NONE = "none"
_MISSING = re.compile(r"No .*\.$|You must install a key for ")


@dataclass(frozen=True, slots=True)
class Move:
    """One thing to do: the call, and what its answer says in the register's words."""

    action: str
    value: str
    call: Call
    told: Callable[[Answer], str]


class Register(Protocol):
    """What several clients change at a time."""

    name: str
    """Of its kind."""
    start: State
    """What it holds before they begin."""

    def choose(self, generator: random.Random) -> Move:
        """Return something to do."""

    def play(self, state: State, operation: Operation) -> State | None:
        """Return the state after *operation*, None if it cannot have that answer in *state*."""

    def cleaning(self) -> Iterator[Call]:
        """Yield the calls that empty it; any may be refused."""


def done(answer: Answer) -> str:
    """Tell an answer that says no more than whether it was done."""
    return refusal(answer) or "ok"


def refusal(answer: Answer) -> str:
    """Tell a refusal, ``""`` if there is none: `NONE` if there is no such thing, else its text."""
    return NONE if _MISSING.match(answer.error) else answer.error


def chosen(generator: random.Random, weights: Mapping[str, int]) -> str:
    """Return one of the actions."""
    return generator.choices(list(weights), list(weights.values()))[0]


class Items:
    """The items of one kind that one host has.

    Args:
        name: what the register is called.
        host: the host.
        kind: ``key``, ``csr`` or ``crt``.
        puts: the calls that store one item each.
        ask: makes a call.
        weights: what clients do, and how often.
    """

    def __init__(
        self,
        name: str,
        host: str,
        kind: str,
        puts: Sequence[Call],
        ask: Ask,
        *,
        weights: Mapping[str, int],
    ) -> None:
        self.name = name
        self._weights = weights
        self._host = {"host": host}
        self._kind = kind
        self._puts = dict(zip(string.ascii_lowercase, puts, strict=False))
        self._look = Call("list_ssl_items", {"domains": host, "item": kind}, "uapi")
        self._delete_all = Call(f"delete{kind}", self._host, "1")
        self._words: dict[str, str] = {}
        for word, call in self._puts.items():
            ask(call)
            (new,) = {row["id"] for row in ask(self._look).data} - self._words.keys()
            self._words[new] = word
        self._ids = {word: {"id": item_id} for item_id, word in self._words.items()}
        self.start: State = frozenset(self._puts)

    def choose(self, generator: random.Random) -> Move:
        action, word = chosen(generator, self._weights), generator.choice(list(self._puts))
        match action:
            case "put":
                return Move(action, word, self._puts[word], done)
            case "delete all":
                return Move(action, "", self._delete_all, done)
            case "look":
                return Move(action, "", self._look, self._listed)
            case "count":
                return Move(action, "", Call("listcrts"), self._counted)
            case "has any":
                asked = {"domains": self._host["host"], "items": self._kind}
                calls = Call(f"list{self._kind}s"), Call("listsslitems", asked)
                return Move(action, "", generator.choice(calls), self._any)
        return Move(action, word, Call(f"{action}_{self._kind}", self._ids[word], "uapi"), done)

    def _listed(self, answer: Answer) -> str:
        return ",".join(sorted(self._words.get(row["id"], row["id"]) for row in answer.data))

    def _any(self, answer: Answer) -> str:
        return "ok" if self._counted(answer) != "0" else NONE

    def _counted(self, answer: Answer) -> str:
        return str(sum(row["host"] == self._host["host"] for row in answer.data))

    def play(self, state: State, operation: Operation) -> State | None:
        return play_items(state, operation)

    def cleaning(self) -> Iterator[Call]:
        yield self._delete_all


def play_items(state: State, operation: Operation) -> State | None:
    """Be the model of `Items`."""
    one, after = {operation.value}, state
    answer = "ok" if state else NONE
    match operation.action:
        case "put":
            after, answer = state | one, "ok"
        case "delete":
            after, answer = state - one, "ok" if one <= state else NONE
        case "delete all":
            after = frozenset()
        case "look":
            answer = ",".join(sorted(state))
        case "count":
            answer = str(len(state))
        case "show":
            answer = "ok" if one <= state else NONE
    return after if operation.answer == answer else None


_FEW = {"put": 6, "delete all": 1, "look": 4, "has any": 1, "delete": 2, "show": 1}
_FEW_CERTIFICATES = {"put": 6, "delete all": 1, "look": 4, "has any": 1, "count": 2}
"""No function takes the id of a certificate."""
_MANY = {"put": 3, "look": 3, "delete": 1}


def keys(host: str, ask: Ask, generator: random.Random) -> Items:
    """Return the keys of *host*."""
    pairs = [make_pair(host, generator) for _ in range(4)]
    puts = [Call("uploadkey", {"host": host, "key": pair.key}) for pair in pairs]
    return Items("keys", host, "key", puts, ask, weights=_FEW)


def many_keys(host: str, ask: Ask, generator: random.Random) -> Items:
    """Return more keys of *host* than the index reads at a time."""
    pairs = [make_pair(host, generator) for _ in range(20)]
    puts = [Call("uploadkey", {"host": host, "key": pair.key}) for pair in pairs]
    return Items("many keys", host, "key", puts, ask, weights=_MANY)


def certificates(host: str, ask: Ask, generator: random.Random) -> Items:
    """Return the certificates of *host*."""
    pairs = [make_pair(host, generator) for _ in range(4)]
    puts = [Call("uploadcrt", {"crt": pair.certificate}) for pair in pairs]
    return Items("certificates", host, "crt", puts, ask, weights=_FEW_CERTIFICATES)


class Requests:
    """The CSRs of a host, and its only key, which comes and goes and without which none is made.

    The key is RSA: so each CSR is the same, and has the same id, whenever it is made. It is a long
    one, so that it takes a while to sign, during which others can change things.
    """

    name = "CSRs and their key"
    _KEY = "key"

    def __init__(self, host: str, ask: Ask, _generator: random.Random) -> None:
        key = (fixtures() / "keys" / "rsa-4096.key").read_text("ascii")
        put_key = Call("uploadkey", {"host": host, "key": key})
        ask(put_key)
        puts = [Call("gencsr", subject(host, company=f"No {number}")) for number in range(3)]
        self._requests = Items(self.name, host, "csr", puts, ask, weights=_FEW)
        self._key_calls = {
            "put key": put_key,
            "delete key": Call("deletekey", {"host": host}, "1"),
            "show key": Call("showkey", {"host": host}, "1"),
        }
        self.start: State = self._requests.start | {self._KEY}

    def choose(self, generator: random.Random) -> Move:
        action = chosen(generator, {"put key": 3, "delete key": 2, "show key": 1, "": 14})
        if action:
            return Move(action, "", self._key_calls[action], done)
        return self._requests.choose(generator)

    def play(self, state: State, operation: Operation) -> State | None:
        key = state & {self._KEY}
        found = "ok" if key else NONE
        match operation.action:
            case "put key":
                return state | {self._KEY} if operation.answer == "ok" else None
            case "delete key":
                return state - {self._KEY} if operation.answer == found else None
            case "show key":
                return state if operation.answer == found else None
            case "put" if not key:
                return state if operation.answer == NONE else None
        after = play_items(state - key, operation)
        return None if after is None else after | key

    def cleaning(self) -> Iterator[Call]:
        yield from self._requests.cleaning()
        yield self._key_calls["delete key"]
