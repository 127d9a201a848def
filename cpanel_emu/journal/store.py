"""The journal itself: the newest entries, within bounds."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from cpanel_emu.call import Answer, Api, Call, RefusalKind
from cpanel_emu.journal.entries import (
    CallEntry,
    Door,
    Entry,
    Exchange,
    Recorded,
    WarningEntry,
    call_weight,
    ending,
    secret_values,
)
from cpanel_emu.journal.passage import Passage, under_way
from cpanel_emu.journal.search import Wanted, assertion_text
from cpanel_emu.journal.unwritten import Cut, Unwritten, UnwrittenCall

if TYPE_CHECKING:
    from cpanel_emu.tags import PageWarning

SIZE = 1_000
CAPACITY = 16 * 1024 * 1024
_LARGE = 64 * 1024
"""A call with more text than that is cut at once."""
_LARGE_EXCHANGE = 256 * 1024
"""The same for an exchange, in bytes."""
_UNKNOWN = RefusalKind.UNKNOWN_FUNCTION.value

_Kept: TypeAlias = WarningEntry | Exchange | Unwritten[CallEntry] | Unwritten[Exchange]


class Journal:
    """The newest entries; thread-safe.

    Args:
        size: how many entries are kept.
        capacity: about how many bytes they may take together.
    """

    def __init__(self, size: int = SIZE, capacity: int = CAPACITY) -> None:
        self.size = size
        self.capacity = capacity
        self._entries: deque[_Kept] = deque()
        self._weight = 0
        self._lock = threading.Lock()
        self._count = 0
        self._forgotten = 0
        self._called: set[tuple[Api, str, str]] = set()

    # Writing.

    def record_call(
        self, call: Call, answer: Answer, user: str, time: float, files: Iterable[str] = ()
    ) -> None:
        """Remember a call and its answer, without secrets.

        Args:
            call: as it was made.
            answer: what came of it.
            user: the account it was made as.
            time: epoch seconds.
            files: what it stored, as paths below the root.
        """
        passage = under_way.get()
        outcome, error = ending(answer)
        weight = call_weight(call, error)
        entry: Unwritten[CallEntry] = UnwrittenCall(
            weight,
            call,
            answer.call.module,
            user,
            time,
            Door.IN_PROCESS if passage is None else passage.door,
            passage is not None and passage.records,
            outcome,
            error,
            tuple(files),
        )
        if weight > _LARGE:
            # Written, it is cut; kept as it is, it would leave no room for others.
            cut = entry.written()
            entry = Cut(cut.weight, cut)
        with self._lock:
            if outcome != _UNKNOWN:
                self._called.add((call.api, answer.call.module, call.function))
            entry.number = self._count + 1
            self._append(entry)
        if passage is not None:
            passage.add(entry)
            secrets = secret_values(call)
            if secrets:
                passage.hide(secrets)

    def record_warning(self, warning: PageWarning, page: str, user: str, time: float) -> None:
        """Remember a warning of a page."""
        with self._lock:
            self._append(WarningEntry(self._count + 1, time, user, page, warning))

    def record_exchange(
        self,
        passage: Passage,
        *,
        time: float,
        user: str,
        title: str,
        request: Recorded,
        answer: Recorded,
        status: str = "",
        seconds: float = 0.0,
        faults: Iterable[str] = (),
    ) -> None:
        """Remember the bytes of a *passage* that has ended; they hold no secrets any more."""
        with self._lock:
            self._append(
                Exchange(
                    number=self._count + 1,
                    time=time,
                    door=passage.door,
                    user=user,
                    title=title,
                    request=request,
                    answer=answer,
                    status=status,
                    seconds=seconds,
                    faults=tuple(faults),
                    calls=passage.written_calls(),
                )
            )

    def record_later(self, exchange: Unwritten[Exchange]) -> None:
        """Remember an exchange that is written once somebody asks for it."""
        if exchange.weight > _LARGE_EXCHANGE:
            cut = exchange.written()
            exchange = Cut(cut.weight, cut)
        with self._lock:
            exchange.number = self._count + 1
            self._append(exchange)

    def _append(self, entry: _Kept) -> None:
        self._count += 1
        entries = self._entries
        entries.append(entry)
        self._weight += entry.weight
        while len(entries) > self.size or (self._weight > self.capacity and len(entries) > 1):
            self._weight -= entries.popleft().weight
            self._forgotten += 1

    def clear(self) -> None:
        """Forget everything; the numbers go on."""
        with self._lock:
            self._entries.clear()
            self._weight = 0
            self._forgotten = 0
            self._called.clear()

    # Reading.

    def entries(self, after: int = 0) -> tuple[Entry, ...]:
        """Return the kept entries whose number is greater than *after*, oldest first."""
        with self._lock:
            if after >= self._count:
                return ()
            kept = [entry for entry in self._entries if entry.number > after]
        return tuple(entry.written() if isinstance(entry, Unwritten) else entry for entry in kept)

    @property
    def last(self) -> int:
        """The number of the newest entry there ever was, 0 before the first."""
        return self._count

    def entry(self, number: int) -> Entry | None:
        """Return the entry with this *number*, if it is still kept."""
        return next((entry for entry in self.entries() if entry.number == number), None)

    def exchanges(self) -> tuple[Exchange, ...]:
        """Return the kept requests with their answers, oldest first."""
        return tuple(entry for entry in self.entries() if isinstance(entry, Exchange))

    def warnings(self) -> tuple[WarningEntry, ...]:
        """Return the kept warnings of pages, oldest first."""
        return tuple(entry for entry in self.entries() if isinstance(entry, WarningEntry))

    def was_called(self, api: Api, module: str, function: str) -> bool:
        """Whether the function was called since the start or the last `clear`."""
        with self._lock:
            return (api, module, function) in self._called

    # For tests.

    def calls(
        self,
        module: str | None = None,
        function: str | None = None,
        *,
        user: str | None = None,
        door: Door | str | None = None,
        arguments: Mapping[str, str] | None = None,
        outcome: str | None = None,
    ) -> tuple[CallEntry, ...]:
        """Return the kept calls that agree with everything that is given, oldest first.

        Args:
            module: the module's name.
            function: the function's name.
            user: the account it was made as.
            door: one of the doors, or its name such as ``"json"``.
            arguments: named arguments that it must have, besides others. Positional ones are
                called ``arg-0``, ``arg-1`` … Secrets are hidden, so they agree with nothing.
            outcome: ``answered``, ``failed``, or why it was refused.

        Raises:
            ValueError: there is no such door.
        """
        wanted = Wanted(
            module=module,
            function=function,
            user=user,
            door=door,
            arguments=arguments,
            outcome=outcome,
        )
        return tuple(call for call in self._kept_calls() if wanted.agrees(call))

    def assert_called(
        self,
        module: str | None = None,
        function: str | None = None,
        *,
        times: int | None = None,
        user: str | None = None,
        door: Door | str | None = None,
        arguments: Mapping[str, str] | None = None,
        outcome: str | None = None,
    ) -> tuple[CallEntry, ...]:
        """Return the calls that agree, as `calls` does, if there are so many.

        Args:
            module: see `calls`.
            function: see `calls`.
            times: exactly how many there must be; None means one or more.
            user: see `calls`.
            door: see `calls`.
            arguments: see `calls`.
            outcome: see `calls`.

        Raises:
            AssertionError: there are none, or more or fewer than *times*, or what the journal
                hid or forgot leaves open how many; the text shows the calls that come nearest
                and why each does not agree.
        """
        wanted = Wanted(
            module=module,
            function=function,
            user=user,
            door=door,
            arguments=arguments,
            outcome=outcome,
        )
        kept = self._kept_calls()
        found = tuple(call for call in kept if wanted.agrees(call))
        forgotten = self._forgotten
        if times is None:
            agrees = bool(found)
        else:
            may_be_more = forgotten or any(map(wanted.differs_by_secrets_alone, kept))
            agrees = len(found) == times and not may_be_more
        if not agrees:
            raise AssertionError(assertion_text(wanted, found, kept, times, forgotten))
        return found

    def assert_not_called(
        self,
        module: str | None = None,
        function: str | None = None,
        *,
        user: str | None = None,
        door: Door | str | None = None,
        arguments: Mapping[str, str] | None = None,
        outcome: str | None = None,
    ) -> None:
        """Check that no call agrees; the arguments are those of `calls`.

        Raises:
            AssertionError: one does, or what the journal hid or forgot leaves it open.
        """
        self.assert_called(
            module,
            function,
            times=0,
            user=user,
            door=door,
            arguments=arguments,
            outcome=outcome,
        )

    def _kept_calls(self) -> list[CallEntry]:
        return [entry for entry in self.entries() if isinstance(entry, CallEntry)]
