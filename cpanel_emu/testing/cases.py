"""Golden cases: what they are.

A suite is a folder with a ``suite.toml``, a folder ``heads`` of expected response heads, and any
number of ``*.toml`` case files with their answer files beside them. ``fixtures/README.rst``
describes the format for people, ``case.schema.json`` and ``suite.schema.json`` for programs.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cpanel_emu.errors import ConfigurationError

SUITE_FILE = "suite.toml"
HEADS_FOLDER = "heads"
TARGETS = ("app", "socket")
"""In-process through the WSGI application, and over a real socket."""


class CaseError(ConfigurationError):
    """A suite or a case file cannot be read; the text names the file and the fault."""


@dataclass(frozen=True, slots=True)
class Setup:
    """The server that a case starts from; every member is an option of the emulator."""

    seed: Path | None = None
    key_pool: Path | None = None
    clock: str | None = None
    random_seed: int | None = None
    options: tuple[tuple[str, Any], ...] = ()
    blocked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionCall:
    """One function call, still without a door, a format and a method."""

    module: str | None
    func: str | None
    apiversion: str | None
    arguments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One HTTP request as written in a case.

    *door* None is the variant's; *login* None is the door's own.
    """

    line: str
    door: str | None = None
    http: str = "1.1"
    login: str | None = None
    headers: tuple[str, ...] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    body: str | None = None
    file: Path | None = None
    """Holds the body's bytes, instead of *body*."""


@dataclass(frozen=True, slots=True)
class RawRequest:
    """Bytes to send as they are; *tail* goes out only when the answer has come."""

    parts: tuple[Path, ...]
    tail: Path | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What must come back: exact bytes from a file, or a status and words."""

    files: Mapping[str, Path]
    """Exact answers by format, ``""`` for any."""
    head: str | None = None
    status: int = 200
    headers: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    any_order: bool = False
    """Whether members of the body's JSON objects and XML elements may come in any order."""

    def file_for(self, tongue: str | None) -> Path | None:
        """Return the file with the exact answer in *tongue*, None if only words are expected."""
        return self.files.get(tongue or "", self.files.get(""))


@dataclass(frozen=True, slots=True)
class Step:
    """One exchange; without an expectation it need only answer 200."""

    request: FunctionCall | HttpRequest | RawRequest
    expectation: Expectation | None
    values: Mapping[str, str] = field(default_factory=dict)
    """Values that change with this step and stay so."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A known gap: the case must fail until it is closed."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Case:
    """One golden case."""

    id: str
    title: str
    file: Path
    rules: tuple[str, ...]
    provenance: str
    notes: str
    releases: tuple[str, ...]
    doors: tuple[str, ...]
    tongues: tuple[str | None, ...]
    methods: tuple[str, ...]
    targets: tuple[str, ...]
    kept: bool
    values: Mapping[str, str]
    value_files: Mapping[str, Path]
    volatile: Mapping[str, str]
    setup: Setup
    steps: tuple[Step, ...]
    gap: Gap | None


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to run a case."""

    case: Case
    release: str
    door: str
    tongue: str | None
    method: str
    target: str

    @property
    def id(self) -> str:
        """The case's id and how it is run, as it appears in reports."""
        how = (self.release, self.door, self.tongue, self.method, self.target)
        return f"{self.case.id}[{' '.join(word for word in how if word)}]"


@dataclass(frozen=True, slots=True)
class Door:
    """How cases log in at a port, and the account they name there."""

    login: str
    user: str | None


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """What a suite knows of a release."""

    tongues: tuple[str, ...]
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Suite:
    """A folder of golden cases, read and checked."""

    folder: Path
    doors: Mapping[str, Door]
    releases: Mapping[str, ReleaseRow]
    cases: tuple[Case, ...]
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Stand-ins for secrets, by name; another server has its own."""
    is_sequence: bool = False
    """Whether the cases run one after the other on one server, as they were recorded."""

    def variants(self) -> Iterator[Variant]:
        """Yield every way to run every case, in the order of the files."""
        for case in self.cases:
            yield from self.variants_of(case)

    def variants_of(self, case: Case) -> Iterator[Variant]:
        """Yield every way to run *case*: releases, doors, formats, methods, targets."""
        for release in case.releases:
            ways = itertools.product(case.doors, case.tongues, case.methods, case.targets)
            for door, tongue, method, target in ways:
                if tongue is None or tongue in self.releases[release].tongues:
                    yield Variant(case, release, door, tongue, method, target)

    def head_file(self, name: str) -> Path:
        """Return the file of the expected head called *name*."""
        return self.folder / HEADS_FOLDER / f"{name}.head"

    def orphans(self) -> list[Path]:
        """Return the files that no case uses, sorted."""
        used = {self.folder / SUITE_FILE, *self._used_files()}
        return sorted(
            path
            for path in self.folder.rglob("*")
            if path.is_file()
            and path not in used
            and not path.name.startswith("README")
            and "__pycache__" not in path.parts
        )

    def _used_files(self) -> Iterator[Path]:
        for case in self.cases:
            yield case.file
            yield from (path for path in (case.setup.seed,) if path)
            yield from case.value_files.values()
            if case.setup.key_pool:
                yield from case.setup.key_pool.rglob("*")
            for step in case.steps:
                yield from self.files_of_step(step)

    def files_of_step(self, step: Step) -> Iterator[Path]:
        """Yield the files that *step* names."""
        if isinstance(step.request, RawRequest):
            yield from step.request.parts
            yield from (path for path in (step.request.tail,) if path)
        elif isinstance(step.request, HttpRequest) and step.request.file:
            yield step.request.file
        expectation = step.expectation
        if expectation is not None:
            yield from expectation.files.values()
            names = {head_name(expectation, path) for path in expectation.files.values()}
            yield from (self.head_file(name) for name in names if name)


def head_name(expectation: Expectation, path: Path) -> str | None:
    """Return the name of the head that goes before the body in *path*.

    None if the file holds a whole answer (``.http``). A body's head is named by the
    expectation, or else by the kind of the file: ``.json`` takes ``heads/json.head``.
    """
    if path.suffix == ".http":
        return None
    return expectation.head or path.suffix.removeprefix(".")
