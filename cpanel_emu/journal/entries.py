"""The values of the journal, and what of a call is secret."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from cpanel_emu.call import Answer, Call, Data, Refusal

if TYPE_CHECKING:
    # The tag engine is heavy, and most processes that keep a journal render no page.
    from cpanel_emu.tags import PageWarning

REDACTED = "(hidden)"
"""What stands in the journal instead of a secret."""

SECRET_NAMES = frozenset(
    {
        "access_hash",
        "accesshash",
        "api_token",
        "cp_security_token",
        "key",
        "key_pem",
        "newpass",
        "oldpass",
        "pass",
        "passwd",
        "password",
        "security_token",
        "session",
        "tfa_token",
        "token",
    }
)
"""Names, in lower case, of parameters and members whose values are secret."""

_SECRET_POSITIONS = {("SSL", "gencsr"): 7, ("SSL", "install"): 2}
"""Positional arguments of API 1 that are secret: gencsr's ``pass``, install's key (``ssl §7``)."""

_MOST_ARGUMENTS = 200
_LONGEST_VALUE = 8_000
_BASE_WEIGHT = 600


class Door(enum.Enum):
    """The way by which something came in; the value is its name in JSON and on the page."""

    JSON = "json"
    """``/json-api/cpanel`` on the cPanel ports."""
    XML = "xml"
    """``/xml-api/cpanel`` on the cPanel ports."""
    WHM = "whm"
    """Either of them on the WHM ports: the bridge to an account's functions."""
    NATIVE = "native"
    """``/json-api/NAME`` and ``/xml-api/NAME``: WHM's own functions."""
    EXECUTE = "execute"
    """``/execute/Module/function``."""
    PAGE = "page"
    """A page of the theme, over HTTP or rendered in-process."""
    LIVEAPI = "liveapi"
    """The LiveAPI socket."""
    LOGIN = "login"
    """``/login`` and ``/logout``."""
    OTHER = "other"
    """Any other path."""
    IN_PROCESS = "in-process"
    """`Emulator.call`, and ``cpapi1``, ``cpapi2`` and ``uapi`` within their own process."""


@dataclass(frozen=True, slots=True)
class CallEntry:
    """One call and how it ended."""

    number: int
    """Counts all entries, from 1."""
    time: float
    """Epoch seconds, by the emulator's clock."""
    door: Door
    inside: bool
    """Whether it came with the bytes of an `Exchange`, which lists it too."""
    user: str
    """The account it was made as."""
    api: str
    """``1``, ``2`` or ``3`` (UAPI)."""
    module: str
    function: str
    named: Mapping[str, str]
    positional: tuple[str, ...]
    outcome: str
    """``answered``, ``failed``, or why it was refused."""
    error: str
    files: tuple[str, ...] = ()
    """The files below the root that it stored, such as the CSR it made."""

    @property
    def weight(self) -> int:
        """About how many bytes it takes in memory."""
        texts = (*self.named, *self.named.values(), *self.positional, self.error)
        return _BASE_WEIGHT + sum(map(len, texts))


@dataclass(frozen=True, slots=True)
class Recorded:
    """Bytes as they went over the wire, without secrets, and cut if they are many."""

    data: bytes = b""
    length: int = 0
    """How many there were, secrets included."""
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request with its answer, and the calls that it led to."""

    number: int
    time: float
    door: Door
    user: str
    """Whom the request named; nobody has checked that."""
    title: str
    """What was asked for: a function's name, or method and path."""
    request: Recorded
    answer: Recorded
    status: str
    """Code and reason phrase over HTTP, else empty."""
    seconds: float
    """How long the answer took. It stands in no answer."""
    faults: tuple[str, ...]
    """The planned faults that hit it."""
    calls: tuple[CallEntry, ...]

    @property
    def weight(self) -> int:
        """About how many bytes it takes in memory, its calls left out."""
        return _BASE_WEIGHT + len(self.request.data) + len(self.answer.data) + len(self.title)


@dataclass(frozen=True, slots=True)
class WarningEntry:
    """One thing that a page asked for and did not get, or a tag that is wrong."""

    number: int
    time: float
    user: str
    page: str
    warning: PageWarning

    @property
    def weight(self) -> int:
        """About how many bytes it takes in memory."""
        return _BASE_WEIGHT


Entry: TypeAlias = CallEntry | Exchange | WarningEntry


def ending(answer: Answer) -> tuple[str, str]:
    """Return the outcome of *answer* in a word or two, and its error text."""
    outcome = answer.outcome
    if isinstance(outcome, Refusal):
        return outcome.kind.value, outcome.text
    if isinstance(outcome, Data):
        error = outcome.errors[0] if outcome.errors else ""
    else:
        error = outcome.error or ""
    return ("failed" if error else "answered"), error


def call_weight(call: Call, error: str) -> int:
    """Return about how many bytes *call* takes in memory, its *error* text included."""
    arguments = call.arguments
    texts = (*arguments.named, *arguments.named.values(), *arguments.positional, error)
    return _BASE_WEIGHT + sum(map(len, texts))


def redacted(call: Call, module: str) -> Mapping[str, str]:
    """Return the named arguments of *call* of *module*, those that are secret hidden.

    Over HTTP those with a position have names too, ``arg-0`` and so on.
    """
    hidden = {*SECRET_NAMES, f"arg-{secret_position(module, call.function)}"}
    kept = list(call.arguments.named.items())[:_MOST_ARGUMENTS]
    return {
        kept_value(name): REDACTED if name.lower() in hidden and value else kept_value(value)
        for name, value in kept
    }


def redacted_positions(call: Call, module: str) -> tuple[str, ...]:
    """Return the positional arguments of *call* of *module*, those that are secret hidden."""
    if not call.arguments.positional:
        return ()
    secret = secret_position(module, call.function)
    kept = call.arguments.positional[:_MOST_ARGUMENTS]
    return tuple(
        REDACTED if index == secret and value else kept_value(value)
        for index, value in enumerate(kept)
    )


def secret_position(module: str, function: str) -> int | None:
    """Return which positional argument of a function of API 1 is secret, if one is."""
    return _SECRET_POSITIONS.get((module[:1].upper() + module[1:], function))


def secret_texts(named: Mapping[str, str]) -> list[str]:
    """Return the values in *named* whose names say that they are secret; none of them is empty."""
    return [value for name, value in named.items() if value and name.lower() in SECRET_NAMES]


def secret_values(call: Call) -> list[str]:
    """Return the secrets that *call* carries, in clear, to be hidden in its bytes."""
    arguments = call.arguments
    found = secret_texts(arguments.named) if arguments.named else []
    secret = secret_position(call.module, call.function) if arguments.positional else None
    if secret is not None:
        found.append(arguments.at(secret))
    return list(filter(None, found))


def kept_value(text: str) -> str:
    """Return *text*, the value of an argument, as the journal keeps it."""
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
