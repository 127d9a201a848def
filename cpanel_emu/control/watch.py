"""Where HTTP requests to the emulated server are recorded, and where planned faults strike them.

Theory of operation: the application hands over each request with the way to answer it. The
faults that strike are chosen once, before anything runs. What they do to the bytes is asked of
the listener, which tells the bytes it is about to send; so the journal has them exactly.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from cpanel_emu.control.asked import Asked, asked, door_of, secret_parameters
from cpanel_emu.control.faults import Fault, Kind, Stage, Target
from cpanel_emu.control.rebuilt import rebuilt_head
from cpanel_emu.journal import Exchange, Passage
from cpanel_emu.journal.entries import secret_texts
from cpanel_emu.journal.passage import through
from cpanel_emu.journal.redaction import hidden_answer, hidden_request
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
_LARGE = 256 * 1024
"""An exchange of more bytes is cut at once."""
_OF_CONNECTION = frozenset({Kind.DROP, Kind.CUT, Kind.SLOW})

OLD_ERROR_PAGE = (
    "<html>\n<head><title>Internal Server Error</title></head>\n<body>\n"
    "<h1>Internal Server Error</h1>\n<p>500</p>\n</body>\n</html>\n"
)
"""What a `Kind.HTML` fault answers unless it has a text of its own."""


@dataclass(slots=True)
class _Watched:
    """One request under way."""

    request: Request
    environ: Mapping[str, Any]
    passage: Passage
    struck: tuple[Fault, ...]
    started: float = field(default_factory=time.perf_counter)

    def at(self, stage: Stage) -> list[Fault]:
        """Return the faults that strike at *stage*."""
        return [fault for fault in self.struck if fault.stage is stage]


@dataclass(slots=True, repr=False)  # to freeze so many fields would cost each request more
class _Seen:
    """One request with its answer, as they were: nobody may see them before `exchange`.

    The bytes rather than the request: thousands of small objects that live on for a while cost
    every request after them a tenth of its time.
    """

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

    @property
    def weight(self) -> int:
        """About how many bytes it takes in memory."""
        return _WEIGHT + len(self.head) + len(self.body) + len(self.answer)

    def exchange(self, number: int) -> Exchange:
        """Return what the journal tells of it, secrets hidden."""
        secrets = self.passage.secrets
        calls = self.passage.written_calls()
        about = self.asked or Asked(calls[0].module, calls[0].function, calls[0].user)
        return Exchange(
            number=number,
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
        self._records = emulator.options.control

    def answered(
        self,
        request: Request,
        environ: Mapping[str, Any],
        route: Callable[[Request], Response],
    ) -> Response:
        """Return what *route* answers to *request*, or what a planned fault makes of it.

        Raises:
            EmulatorError: whatever *route* raises.
        """
        passage = Passage(door_of(request), records=self._records)
        struck = self._struck(request)
        watched = _Watched(request, environ, passage, struck)
        control = environ.get("cpanel_emu.connection")
        own = control if isinstance(control, ConnectionControl) else None
        if own is not None and self._records:
            own.observer = functools.partial(self._record, watched)
        with through(passage):
            response = (self._before(watched) if struck else None) or route(request)
        if struck:
            for fault in watched.at(Stage.AFTER):
                response = self._spoilt(response, fault)
            for fault in struck:
                self._ask_listener(fault, own)
        if own is None and self._records:
            self._record(watched, http_answer(response.status, response.headers, (), response.body))
        return response

    def _struck(self, request: Request) -> tuple[Fault, ...]:
        faults = self._emulator.faults
        if not faults:
            return ()
        found = asked(request)
        target = Target(door_of(request), found.module, found.function, found.user)
        return faults.striking(target, *_KINDS)

    def _before(self, watched: _Watched) -> Response | None:
        """Return the answer of a fault that keeps the call from running, if one does."""
        response: Response | None = None
        for fault in watched.at(Stage.BEFORE):
            if fault.kind is Kind.DELAY:
                self._emulator.faults.wait(fault.seconds)
            elif response is None:
                response = self._instead(watched.request, fault)
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
                self._emulator.faults.wait(fault.seconds)
        elif fault.kind is Kind.DROP:
            control.drop = True
        elif fault.kind is Kind.CUT:
            control.cut_after = fault.bytes
        elif fault.kind is Kind.SLOW:
            control.drip = (max(1, fault.bytes), fault.seconds)
        elif fault.kind is Kind.DELAY and fault.stage is Stage.AFTER:
            control.delay += fault.seconds

    def _record(self, watched: _Watched, data: bytes) -> None:
        """Put the exchange into the journal; *data* is the answer as it is sent."""
        request = watched.request
        if not watched.passage.calls and request.path.lower().endswith(_SCENERY):
            return
        environ, passage = watched.environ, watched.passage
        passage.secrets.update(secret_texts(request.values))
        seen = _Seen(
            asked=None if len(passage.calls) == 1 else asked(request),
            line=f"{environ['REQUEST_METHOD']} {request.path[:200]}",
            secret_names=secret_parameters(request),
            passage=passage,
            struck=watched.struck,
            head=environ.get("cpanel_emu.head") or rebuilt_head(environ),
            body=request.body,
            answer=data,
            time=self._emulator.clock.now(),
            seconds=time.perf_counter() - watched.started,
        )
        journal = self._emulator.journal
        if seen.weight <= _LARGE:
            journal.record_later(seen.exchange, seen.weight)
            return
        # Shown, it is cut; kept as it is, it would leave no room for others.
        shown = seen.exchange(0)
        journal.record_later(lambda number: replace(shown, number=number), shown.weight)
