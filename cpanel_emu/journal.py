"""What happened lately: calls, and what pages asked for in vain; bounded and without secrets."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpanel_emu.call import Answer, Call, Refusal

if TYPE_CHECKING:
    # The tag engine is heavy, and most processes that keep a journal render no page.
    from cpanel_emu.tags import PageWarning

REDACTED = "(hidden)"
_SECRETS = frozenset(
    {"password", "pass", "oldpass", "newpass", "key", "key_pem", "token", "tfa_token", "session"}
)
_SECRET_POSITIONS = {("SSL", "gencsr"): 7, ("SSL", "install"): 2}
"""Positional arguments of API 1 that are secret: gencsr's ``pass``, install's key (``ssl §7``)."""


@dataclass(frozen=True, slots=True)
class CallEntry:
    """One call and how it ended; the fields are those of the call tracer (``tags §9.1``)."""

    number: int
    time: float
    """Epoch seconds."""
    user: str
    api: str
    module: str
    function: str
    named: Mapping[str, str]
    positional: tuple[str, ...]
    outcome: str
    """``answered``, ``failed``, or why it was refused."""
    error: str


@dataclass(frozen=True, slots=True)
class WarningEntry:
    """One thing that a page asked for and did not get, or a tag that is wrong."""

    number: int
    time: float
    user: str
    page: str
    warning: PageWarning


Entry = CallEntry | WarningEntry


class Journal:
    """The newest entries; thread-safe.

    Args:
        size: how many entries are kept.
    """

    def __init__(self, size: int = 1000) -> None:
        self._entries: deque[Entry] = deque(maxlen=size)
        self._lock = threading.Lock()
        self._count = 0

    def record_call(self, call: Call, answer: Answer, user: str, time: float) -> None:
        """Remember a call and its answer, without secrets."""
        outcome = answer.outcome
        error = outcome.text if isinstance(outcome, Refusal) else _error(answer)
        if isinstance(outcome, Refusal):
            ending = outcome.kind.value
        else:
            ending = "failed" if error else "answered"
        with self._lock:
            self._count += 1
            self._entries.append(
                CallEntry(
                    number=self._count,
                    time=time,
                    user=user,
                    api=call.api.value,
                    module=answer.call.module,
                    function=answer.call.function,
                    named=redacted(call.arguments.named),
                    positional=_redacted_positions(call),
                    outcome=ending,
                    error=error,
                )
            )

    def record_warning(self, warning: PageWarning, page: str, user: str, time: float) -> None:
        """Remember a warning of a page."""
        with self._lock:
            self._count += 1
            self._entries.append(WarningEntry(self._count, time, user, page, warning))

    def entries(self) -> tuple[Entry, ...]:
        """Return the kept entries, oldest first."""
        with self._lock:
            return tuple(self._entries)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()


def redacted(values: Mapping[str, str]) -> Mapping[str, str]:
    """Return *values* with what is secret hidden, by its name."""
    return {
        name: REDACTED if name.lower() in _SECRETS and value else value
        for name, value in values.items()
    }


def _redacted_positions(call: Call) -> tuple[str, ...]:
    secret = _SECRET_POSITIONS.get((call.module, call.function))
    return tuple(
        REDACTED if index == secret and value else value
        for index, value in enumerate(call.arguments.positional)
    )


def _error(answer: Answer) -> str:
    outcome = answer.outcome
    assert not isinstance(outcome, Refusal)
    errors = getattr(outcome, "errors", None)
    if errors:
        return str(errors[0])
    return getattr(outcome, "error", None) or ""
