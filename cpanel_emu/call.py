"""The one shape of a call and of its answer, whatever tongue it came in.

A tongue turns bytes into a `Call` and an `Answer` into bytes; a function takes `Arguments`
and returns one of the three result classes, or the call was refused before it ran.
Nothing here does I/O or knows a release.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Scalar: TypeAlias = str | int | None
"""What a row holds at its leaves; numbers stay numbers, text stays text."""

Tree: TypeAlias = "Scalar | bool | float | Sequence[Tree] | Mapping[str, Tree]"
"""Any data that an envelope can carry."""

Row: TypeAlias = Mapping[str, "Tree"]
"""One row of an API 2 answer: scalars or lists of rows (``wire §5.1``)."""


class Api(enum.Enum):
    """The three function families; the value is what ``…_apiversion`` says (``wire §2.3``)."""

    API1 = "1"
    API2 = "2"
    UAPI = "3"

    # Each member is one object. Enum's own hash is a Python function, run for every look-up.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Arguments:
    """Decoded arguments of one call.

    ``named`` maps parameter names to text; ``positional`` holds API 1's ``arg-0``, ``arg-1`` …
    in order (``wire §2.3``).
    """

    named: Mapping[str, str] = field(default_factory=dict)
    positional: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        """Return the named argument; absent and empty are the same (``ssl §2.1`` rule 1)."""
        return self.named.get(name, "")

    def at(self, index: int) -> str:
        """Return the positional argument at *index*, counted from 0, or ``""``."""
        return self.positional[index] if index < len(self.positional) else ""


@dataclass(frozen=True, slots=True)
class Call:
    """One function call: which family, which function, with what."""

    api: Api
    module: str
    function: str
    arguments: Arguments = Arguments()
    posted: bool = True
    """Over HTTP, whether the method was POST; the other ways in have no methods."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What an API 2 function answered: rows, and the error text if it said no.

    ``variables`` are the ``$CPVAR{…}`` of ``tags §2.5``; only pages see them.
    """

    rows: Sequence[Row | Scalar] = ()
    error: str | None = None
    paginate: Row | None = None
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Printed:
    """What an API 1 function printed, its error text, and the page variables it set.

    ``variables`` are the ``$CPVAR{…}`` of ``tags §2.5``; only pages see them.
    """

    text: str = ""
    error: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Data:
    """What a UAPI function answered (``wire §7``).

    ``errors`` that is not empty means status 0 and no data.
    """

    data: Tree = None
    messages: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()


Result: TypeAlias = Rows | Printed | Data


class RefusalKind(enum.Enum):
    """Why a call never reached its function."""

    UNKNOWN_FUNCTION = "unknown function"
    ROLE = "role"
    FEATURE = "feature"
    DEMO = "demo account"
    METHOD = "not called with POST"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The call never ran (``wire §5.5``, ``ssl §2.4``); *text* is for the caller."""

    kind: RefusalKind
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A call, with its module's proper name, and what came of it."""

    call: Call
    outcome: Result | Refusal


def whole_text(text: str) -> str:
    """Return *text* with U+FFFD for lone halves of surrogate pairs, which are no characters.

    JSON can escape them, command lines have them for bytes that are no UTF-8, and nothing that is
    stored or sent can hold them.
    """
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
