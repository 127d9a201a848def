"""Where HTTP requests to the emulated server are recorded, and where planned faults strike them.

Theory of operation: the application hands over each request with the way to answer it. The
faults that strike are chosen once, before anything runs. What they do to the bytes is asked of
the listener, which tells the bytes it is about to send; so the journal has them exactly.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cpanel_emu.control.asked import Asked, asked, door_of, secret_parameters
from cpanel_emu.control.faults import Fault, Kind, Stage, Target
from cpanel_emu.control.rebuilt import rebuilt_head
from cpanel_emu.journal import Door, Exchange, Passage
from cpanel_emu.journal.entries import secret_texts
from cpanel_emu.journal.passage import under_way
from cpanel_emu.journal.redaction import hidden_answer, hidden_request
from cpanel_emu.journal.unwritten import Unwritten
from cpanel_emu.server.gateway import ConnectionControl
from cpanel_emu.server.http1 import answer as http_answer
from cpanel_emu.server.request import Request
from cpanel_emu.server.responses import HTML, Response, complete

if TYPE_CHECKING:
    from cpanel_emu.emulator import Emulator

_logger = logging.getLogger(__name__)
_KINDS = tuple(kind for kind in Kind if kind is not Kind.FAIL)
_SCENERY = (".css", ".gif", ".ico", ".jpg", ".js", ".png", ".svg")
"""Files that a browser fetches with each page; the journal is for what programs do."""
_WEIGHT = 2_000
"""About how many bytes a request takes in memory besides its texts."""
_OF_CONNECTION = frozenset({Kind.DROP, Kind.CUT, Kind.SLOW})

OLD_ERROR_PAGE = (
    "<html>\n<head><title>Internal Server Error</title></head>\n<body>\n"
    "<h1>Internal Server Error</h1>\n<p>500</p>\n</body>\n</html>\n"
)
"""What a `Kind.HTML` fault answers unless it has a text of its own."""


@dataclass(slots=True, repr=False, eq=False)
class _Seen(Unwritten[Exchange]):
    """One request with its answer, as they were."""

    asked: Asked | None
    """What it was about; None if that is the one call that it led to."""
    line: str
    """Method and path."""
    secret_names: Collection[str]
    passage: Passage
    struck: tuple[Fault, ...]
    head: bytes
    body: bytes
    answer: bytes
    time: float
    seconds: float

    def write(self) -> Exchange:
        """See `Unwritten.write`."""
        secrets = self.passage.secrets
        calls = self.passage.written_calls()
        about = self.asked or Asked(calls[0].module, calls[0].function, calls[0].user)
        return Exchange(
            number=self.number,
            time=self.time,
            door=self.passage.door,
            user=about.user,
            title=about.title or self.line,
            request=hidden_request(
                self.head, self.body, more_names=self.secret_names, secrets=secrets
            ),
            answer=hidden_answer(self.answer, secrets=secrets),
            status=self.answer.partition(b"\r\n")[0].partition(b" ")[2].decode("latin-1"),
            seconds=self.seconds,
            faults=tuple(map(str, self.struck)),
            calls=calls,
        )


class Watch:
    """Records the HTTP requests of *emulator*, and lets its planned faults strike them.

    Args:
        emulator: whose journal and faults.
        refuse: returns the answer to wrong credentials.
    """

    def __init__(self, emulator: Emulator, refuse: Callable[[Request], Response]) -> None:
        self._emulator = emulator
        self._refuse = refuse
        self._faults = emulator.faults
        self._journal = emulator.journal
        self._records = emulator.options.control

    def answered(self, request: Request, route: Callable[[Request], Response]) -> Response:
        """Return what *route* answers to *request*, or what a planned fault makes of it.

        Raises:
            EmulatorError: whatever *route* raises.
        """
        passage = Passage(door_of(request), self._records)
        struck = self._struck(request, passage.door) if self._faults.any_planned else ()
        record = functools.partial(self._record, request, passage, struck, time.perf_counter())
        control = request.environ.get("cpanel_emu.connection")
        own = control if isinstance(control, ConnectionControl) else None
        if own is not None and self._records:
            own.observer = record
        # What `through` does, at a third of its cost.
        before = under_way.set(passage)
        try:
            response = (self._before(request, struck) if struck else None) or route(request)
        finally:
            under_way.reset(before)
        for fault in struck:
            if fault.stage is Stage.AFTER:
                response = self._spoilt(response, fault)
        for fault in struck:
            self._ask_listener(fault, own)
        if own is None and self._records:
            record(http_answer(response.status, response.headers, (), response.body))
        return response

    def _struck(self, request: Request, door: Door) -> tuple[Fault, ...]:
        found = asked(request)
        target = Target(door, found.module, found.function, found.user)
        return self._faults.striking(target, *_KINDS)

    def _before(self, request: Request, struck: tuple[Fault, ...]) -> Response | None:
        """Return the answer of a fault that keeps the call from running, if one does."""
        response: Response | None = None
        for fault in struck:
            if fault.stage is not Stage.BEFORE:
                continue
            if fault.kind is Kind.DELAY:
                self._faults.wait(fault.seconds)
            elif response is None:
                response = self._instead(request, fault)
        return response

    def _instead(self, request: Request, fault: Fault) -> Response:
        return self._refuse(request) if fault.kind is Kind.REFUSE else self._error_page(fault)

    def _error_page(self, fault: Fault) -> Response:
        return complete(
            HTML,
            (fault.text or OLD_ERROR_PAGE).encode("utf-8", "replace"),
            server=self._emulator.release.server_header,
            now=self._emulator.clock.now(),
            status="500 Internal Server Error",
            close=True,
        )

    def _spoilt(self, response: Response, fault: Fault) -> Response:
        if fault.kind is Kind.HTML:
            return self._error_page(fault)
        if fault.kind is Kind.CONTENT_TYPE:
            wrong = fault.text or "text/html"
            headers = [
                (name, wrong if name.lower() == "content-type" else value)
                for name, value in response.headers
            ]
            return replace(response, headers=headers)
        return response

    def _ask_listener(self, fault: Fault, control: ConnectionControl | None) -> None:
        if control is None:
            if fault.kind in _OF_CONNECTION:
                _logger.warning("A fault (%s) needs the emulator's own listener.", fault)
            elif fault.kind is Kind.DELAY and fault.stage is Stage.AFTER:
                self._faults.wait(fault.seconds)
        elif fault.kind is Kind.DROP:
            control.drop = True
        elif fault.kind is Kind.CUT:
            control.cut_after = fault.bytes
        elif fault.kind is Kind.SLOW:
            control.drip = (max(1, fault.bytes), fault.seconds)
        elif fault.kind is Kind.DELAY and fault.stage is Stage.AFTER:
            control.delay += fault.seconds

    def _record(
        self,
        request: Request,
        passage: Passage,
        struck: tuple[Fault, ...],
        started: float,
        data: bytes,
    ) -> None:
        """Put the exchange into the journal; *data* is the answer as it is sent."""
        if not passage.calls and request.path.lower().endswith(_SCENERY):
            return
        secrets = secret_texts(request.values)
        if secrets:
            passage.hide(secrets)
        environ = request.environ
        head = environ.get("cpanel_emu.head") or rebuilt_head(environ)
        self._journal.record_later(
            _Seen(
                _WEIGHT + len(head) + len(request.body) + len(data),
                None if len(passage.calls) == 1 else asked(request),
                f"{environ['REQUEST_METHOD']} {request.path[:200]}",
                secret_parameters(request),
                passage,
                struck,
                head,
                request.body,
                data,
                self._emulator.clock.now(),
                time.perf_counter() - started,
            )
        )
