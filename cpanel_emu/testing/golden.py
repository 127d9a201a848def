"""Run golden cases: send each request, compare every byte that comes back.

`Runner` runs one variant of a case after another, in-process or over a socket, and keeps the
servers it needs; `run_suite` runs a whole folder. The project's tests, the command
``cpanel-emu fixtures verify`` and the users' own tests all go through here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from cpanel_emu.testing.cases import (
    Door,
    FunctionCall,
    HttpRequest,
    RawRequest,
    Setup,
    Step,
    Suite,
    Variant,
)
from cpanel_emu.testing.connection import Connection
from cpanel_emu.testing.messages import Request, Response, build_request, spell_call
from cpanel_emu.testing.placeholders import Names
from cpanel_emu.testing.verdict import judge


class Server(Protocol):
    """A server that cases run against: `servers.EmulatorServer` or `targets.RemoteServer`."""

    is_foreign: bool
    """Whether it runs elsewhere: its clock and the order of its members are its own."""
    is_verified: bool
    """Whether its certificate is checked."""

    def reset(self) -> None:
        """Bring back the state of the seed."""

    def block(self, folder: str) -> None:
        """Make *folder*, below the root, impossible to write until the next reset."""

    def url(self, door: str) -> str:
        """Return where *door* listens, as a URL without a path."""

    def door(self, name: str) -> Door | None:
        """Return how to log in at the port *name* of this server, None as the suite says."""

    def answer(self, request: Request) -> Response:
        """Answer *request* in-process."""

    def close(self) -> None:
        """Stop the server and free what it holds."""


HOST_NAME = "target_host"
"""What stands, in every case, for the host and port that a request went to."""

OpenServer = Callable[[Setup, str], Server]
"""Makes a server from a setup and the name of a release."""


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one variant: *faults* is empty if every byte was right.

    ``passed`` is the verdict: a case with a known gap must have faults.
    """

    variant: Variant
    faults: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether this is as it should be."""
        return bool(self.faults) == (self.variant.case.gap is not None)

    def report(self) -> str:
        """Return the report for people, several lines."""
        case = self.variant.case
        rules = f"rules {', '.join(case.rules)}; " if case.rules else ""
        head = (
            f"{self.variant.id}: {case.title}",
            f"  {rules}provenance {case.provenance}; {case.file}",
        )
        if case.gap is not None and not self.faults:
            closed = f"gap {case.gap.id} is closed ({case.gap.reason}): remove its mark"
            return "\n".join((*head, closed))
        return "\n".join((*head, *self.faults))


@dataclass(slots=True)
class Runner:
    """Runs variants against servers that it opens as needed and keeps, a few at a time.

    *secrets* take the place of the suite's stand-ins.
    """

    suite: Suite
    open_server: OpenServer
    keep: int = 4
    secrets: Mapping[str, str] = field(default_factory=dict)
    _servers: dict[tuple[Setup, str], Server] = field(default_factory=dict)
    _met: dict[str, dict[str, str]] = field(default_factory=dict)
    """What the names of a sequence stand for, by release."""

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every server."""
        while self._servers:
            self._servers.popitem()[1].close()

    def run(self, variant: Variant) -> Result:
        """Run *variant* on a fresh server state, or where the case before it in a sequence ended.

        The first step that goes wrong ends the case: what follows depends on it.
        """
        with self.exchange(variant) as exchange:
            for number, step in enumerate(variant.case.steps, 1):
                faults = exchange.run(step)
                if faults:
                    place = f"step {number}: " if len(variant.case.steps) > 1 else ""
                    return Result(variant, tuple(place + fault for fault in faults))
        return Result(variant, ())

    def exchange(self, variant: Variant) -> CaseExchange:
        """Return what sends the steps of *variant*, to a server that is ready for the first."""
        server = self._server(variant)
        if variant.release not in self._met or self._starts_afresh(variant):
            self._met[variant.release] = {}
            server.reset()
            for folder in variant.case.setup.blocked:
                server.block(folder)
        return CaseExchange(self.suite, variant, server, self._names(variant))

    def _starts_afresh(self, variant: Variant) -> bool:
        return not self.suite.is_sequence or variant.case is self.suite.cases[0]

    def _names(self, variant: Variant) -> Names:
        case = variant.case
        known = self._met[variant.release]
        known |= self.suite.releases[variant.release].values
        known |= {**self.suite.secrets, **self.secrets, **case.values}
        for name, path in case.value_files.items():
            known[name] = path.read_text(encoding="utf-8", errors="surrogateescape")
        return Names(known, case.volatile)

    def _server(self, variant: Variant) -> Server:
        key = (variant.case.setup, variant.release)
        server = self._servers.pop(key, None)
        if server is None:
            while len(self._servers) >= self.keep:
                oldest = next(iter(self._servers))
                self._servers.pop(oldest).close()
            server = self.open_server(*key)
        self._servers[key] = server
        return server


def run_suite(runner: Runner, variants: Iterable[Variant] | None = None) -> Iterator[Result]:
    """Run *variants*, or every variant of the suite, one after the other."""
    for variant in runner.suite.variants() if variants is None else variants:
        yield runner.run(variant)


def orphan_report(suite: Suite) -> list[str]:
    """Return one line for each file that no case uses; a suite must have none."""
    return [f"{path.relative_to(suite.folder)}: no case uses this file" for path in suite.orphans()]


@dataclass(slots=True)
class CaseExchange:
    """The steps of one variant against one server; a context manager."""

    suite: Suite
    variant: Variant
    server: Server
    names: Names
    _connection: Connection | None = None

    def __enter__(self) -> CaseExchange:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._connection is not None:
            self._connection.close()

    def run(self, step: Step) -> list[str]:
        """Send *step* and return what is wrong with its answer."""
        try:
            answer = self.answer(step)
        except OSError as error:
            return [f"no answer: {error or type(error).__name__}"]
        return judge(
            self.suite,
            self.variant,
            step.expectation,
            answer,
            self.names,
            is_foreign=self.server.is_foreign,
        )

    def answer(self, step: Step) -> Response:
        """Send *step* and return its answer.

        Raises:
            OSError: there was none.
        """
        self.names.known.update(step.values)
        if isinstance(step.request, RawRequest):
            return self._send_raw(step.request)
        if self.variant.target == "app":
            return self.server.answer(self._build(step))
        connection = self._open(self._door(step))
        request = self._build(step)
        connection.send(request.to_bytes(connection.host))
        answer = connection.receive(bodiless=request.method == "HEAD")
        self._done(connection)
        return answer

    def _door(self, step: Step) -> str:
        named = step.request.door if isinstance(step.request, HttpRequest) else None
        return named or self.variant.door

    def _build(self, step: Step) -> Request:
        written = step.request
        assert not isinstance(written, RawRequest)
        name = self._door(step)
        door = self.server.door(name) or self.suite.doors[name]
        if isinstance(written, FunctionCall):
            tongue = self.variant.tongue or "json"
            written = spell_call(written, door, tongue, self.variant.method)
        return build_request(written, name, door, self.names)

    def _send_raw(self, raw: RawRequest) -> Response:
        connection = self._open(self.variant.door)
        for part in raw.parts:
            connection.send(self.names.fill_bytes(part.read_bytes()))
        answer = connection.receive()
        if raw.tail is not None:
            connection.send(self.names.fill_bytes(raw.tail.read_bytes()))
        self._done(connection)
        return answer

    def _open(self, door: str) -> Connection:
        if self._connection is None:
            url = self.server.url(door)
            self._connection = Connection(url, is_verified=self.server.is_verified)
        self.names.known[HOST_NAME] = self._connection.host
        return self._connection

    def _done(self, connection: Connection) -> None:
        if not self.variant.case.kept:
            connection.close()
            self._connection = None
