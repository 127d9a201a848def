"""Read a folder of golden cases and check it against its schemas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.testing.cases import (
    SUITE_FILE,
    TARGETS,
    Case,
    CaseError,
    Door,
    Expectation,
    FunctionCall,
    Gap,
    HttpRequest,
    RawRequest,
    ReleaseRow,
    Setup,
    Step,
    Suite,
)
from cpanel_emu.testing.schema import load_schema, violations
from cpanel_emu.toml_file import read_toml

_FOLDERS = frozenset({"stubs", "theme"})
"""Options of a set-up whose values are paths."""
_NO_OPTIONS: Mapping[str, str] = {
    **dict.fromkeys(("clock", "key_pool", "random_seed", "seed"), "write it into setup itself"),
    "emulate_version": "name it under releases",
    "root": "each server has a new one",
}
"""What cannot stand among the options of a set-up, and why."""
_LONGEST_REPEATED = 1 << 26
"""Characters."""


def load_suite(folder: Path) -> Suite:
    """Read and check the suite in *folder*.

    Raises:
        CaseError: a file is missing, does not fit its schema, or two cases share an id.
    """
    folder = folder.resolve()
    table = _read(folder / SUITE_FILE, "suite.schema.json")
    doors = {name: Door(door["login"], door.get("user")) for name, door in table["doors"].items()}
    releases = {
        name: ReleaseRow(tuple(row["tongues"]), row.get("values", {}))
        for name, row in table["releases"].items()
    }
    reader = _CaseReader(
        folder,
        table.get("setup", {}),
        tuple(doors),
        tuple(releases),
        is_sequence=table.get("sequence", False),
    )
    files = sorted(path for path in folder.rglob("*.toml") if reader.is_case_file(path))
    cases = tuple(case for path in files for case in reader.read(path))
    _check_ids(cases)
    suite = Suite(folder, doors, releases, cases, table.get("secrets", {}), reader.is_sequence)
    _check_files(suite)
    if suite.is_sequence:
        _check_sequence(suite)
    return suite


def _check_ids(cases: tuple[Case, ...]) -> None:
    seen: dict[str, Path] = {}
    for case in cases:
        if case.id in seen:
            raise CaseError(f"{case.file}: the id {case.id} is taken by {seen[case.id]}")
        seen[case.id] = case.file


def _check_files(suite: Suite) -> None:
    for case in suite.cases:
        named = [*case.value_files.values(), *(path for path in (case.setup.seed,) if path)]
        for step in case.steps:
            named += suite.files_of_step(step)
        for path in named:
            if not path.is_file():
                raise CaseError(f"{case.file}: {case.id} names {path.name}, which is missing")


def _check_sequence(suite: Suite) -> None:
    """One server goes through all cases, so each must be run once, on the same server."""
    for case in suite.cases:
        if case.setup != suite.cases[0].setup:
            raise CaseError(f"{case.file}: {case.id}: all cases of a sequence have one setup")
        ways = (case.doors, case.tongues, case.methods, case.targets)
        if any(len(way) > 1 for way in ways):
            raise CaseError(
                f"{case.file}: {case.id} can be run in several ways; in a sequence name one door, "
                "method, target and format"
            )


def _read(path: Path, schema: str) -> dict[str, Any]:
    if path.name == SUITE_FILE and not path.is_file():
        raise CaseError(f"There is no {path}; name a folder of golden cases.")
    try:
        table = read_toml(path)
    except ConfigurationError as error:
        raise CaseError(str(error)) from error
    faults = violations(table, load_schema(schema))
    if faults:
        raise CaseError(f"{path}: {'; '.join(faults)}")
    return table


@dataclass(frozen=True, slots=True)
class _CaseReader:
    """Turns checked tables into cases."""

    folder: Path
    setup: Mapping[str, Any]
    doors: tuple[str, ...]
    releases: tuple[str, ...]
    is_sequence: bool

    def is_case_file(self, path: Path) -> bool:
        """Seeds are TOML too; they lie in folders of that name."""
        return path.name != SUITE_FILE and path.parent.name != "seeds"

    def read(self, path: Path) -> Iterator[Case]:
        table = _read(path, "case.schema.json")
        defaults = table.get("defaults", {})
        for row in table["case"]:
            setup = {**self.setup, **defaults.get("setup", {}), **row.get("setup", {})}
            usual = {"usual_call": defaults["call"]} if "call" in defaults else {}
            yield self._case(path, {**_without_call(defaults), **row, **usual, "setup": setup})

    def _case(self, path: Path, row: dict[str, Any]) -> Case:
        if "provenance" not in row:
            raise CaseError(f"{path}: {row['id']} has no provenance")
        steps = tuple(self._step(path, row, step) for step in row.get("step", [row]))
        calls = any(isinstance(step.request, FunctionCall) for step in steps)
        return Case(
            id=row["id"],
            title=row["title"],
            file=path,
            rules=tuple(row.get("rules", ())),
            provenance=row["provenance"],
            notes=row.get("notes", ""),
            releases=self._known(path, row, "releases", self.releases),
            doors=self._known(path, row, "doors", self.doors, _usual_doors(calls, self.doors)),
            tongues=tuple(row.get("tongues", ())) or _tongues(steps, calls),
            methods=tuple(row.get("methods", ("GET",))),
            targets=self._targets(row, steps),
            kept=row.get("kept", False),
            values={**row.get("values", {}), **dict(_repeated(path, row))},
            value_files={
                name: self._path(path, file) for name, file in row.get("files", {}).items()
            },
            volatile=_patterns(path, row),
            setup=self._setup(path, row["setup"]),
            steps=steps,
            gap=Gap(**row["gap"]) if "gap" in row else None,
        )

    def _known(
        self,
        path: Path,
        row: dict[str, Any],
        member: str,
        known: tuple[str, ...],
        default: tuple[str, ...] | None = None,
    ) -> tuple[str, ...]:
        names = tuple(row.get(member, default or known))
        for name in names:
            if name not in known:
                raise CaseError(f"{path}: {row['id']}: {member}: {SUITE_FILE} has no {name}")
        return names

    def _targets(self, row: dict[str, Any], steps: tuple[Step, ...]) -> tuple[str, ...]:
        # Raw bytes and connections are nothing that a WSGI application ever sees.
        socket_only = (
            self.is_sequence
            or row.get("kept", False)
            or any(isinstance(step.request, RawRequest) for step in steps)
        )
        return tuple(row.get("targets", ("socket",) if socket_only else TARGETS))

    def _setup(self, path: Path, table: dict[str, Any]) -> Setup:
        return Setup(
            seed=self._path(path, table["seed"]) if "seed" in table else None,
            key_pool=self._path(path, table["key_pool"]) if "key_pool" in table else None,
            clock=table.get("clock"),
            random_seed=table.get("random_seed"),
            options=tuple(sorted(self._options(path, table.get("options", {})))),
            blocked=tuple(table.get("blocked", ())),
        )

    def _options(self, path: Path, options: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        for name, value in options.items():
            if name in _NO_OPTIONS:
                raise CaseError(f"{path}: setup.options.{name}: {_NO_OPTIONS[name]}")
            is_path = name in _FOLDERS and isinstance(value, str)
            yield name, self._path(path, value) if is_path else value

    def _step(self, path: Path, case: dict[str, Any], row: dict[str, Any]) -> Step:
        answer = row.get("answer")
        return Step(
            request=self._request(path, case, row),
            expectation=None if answer is None else self._expectation(path, answer),
            values=row.get("values", {}),
        )

    def _request(
        self, path: Path, case: dict[str, Any], row: dict[str, Any]
    ) -> FunctionCall | HttpRequest | RawRequest:
        if "call" in row:
            return _call(case.get("usual_call", {}), row["call"])
        if "raw" in row:
            raw = row["raw"]
            parts = tuple(self._path(path, part) for part in raw["parts"])
            return RawRequest(parts, self._path(path, raw["tail"]) if "tail" in raw else None)
        request = dict(row["request"])
        if "door" in request:
            self._known(path, {"id": case["id"], "door": [request["door"]]}, "door", self.doors)
        request["headers"] = tuple(request.get("headers", ()))
        if "file" in request:
            request["file"] = self._path(path, request["file"])
        return HttpRequest(**request)

    def _expectation(self, path: Path, row: dict[str, Any]) -> Expectation:
        files = {
            tongue: self._path(path, row[member])
            for member, tongue in (("json", "json"), ("xml", "xml"), ("file", ""))
            if member in row
        }
        return Expectation(
            files=files,
            head=row.get("head"),
            status=row.get("status", 200),
            headers=tuple(row.get("headers", ())),
            contains=tuple(row.get("contains", ())),
            lacks=tuple(row.get("lacks", ())),
            any_order=row.get("order") == "any",
        )

    def _path(self, case_file: Path, name: str) -> Path:
        """Return the file *name*, given beside the case file or, with ``/``, from the suite."""
        if name.startswith("/"):
            return (self.folder / name.removeprefix("/")).resolve()
        return (case_file.parent / name).resolve()


def _repeated(path: Path, row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, item in row.get("repeat", {}).items():
        if len(item["text"]) * item["times"] > _LONGEST_REPEATED:
            raise CaseError(f"{path}: {row['id']}: repeat.{name} is too long")
        yield name, item["text"] * item["times"]


def _patterns(path: Path, row: dict[str, Any]) -> Mapping[str, str]:
    patterns: Mapping[str, str] = row.get("volatile", {})
    for name, pattern in patterns.items():
        try:
            re.compile(pattern.encode())
        except (re.error, OverflowError, RecursionError) as error:
            raise CaseError(
                f"{path}: {row['id']}: volatile.{name} is no pattern: {error}"
            ) from error
    return patterns


def _without_call(defaults: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in defaults.items() if name != "call"}


def _call(usual: dict[str, Any], call: dict[str, Any]) -> FunctionCall:
    """Return the call, completed from the file's usual one.

    A call of another function takes nothing from it but the module.
    """
    func = call.get("func", usual.get("func"))
    arguments: dict[str, str] = {}
    if func == usual.get("func"):
        left_out = call.get("without", ())
        arguments = {k: v for k, v in usual.get("arguments", {}).items() if k not in left_out}
    return FunctionCall(
        module=call.get("module", usual.get("module")),
        func=func,
        apiversion=call.get("apiversion", usual.get("apiversion", "2")),
        arguments={**arguments, **call.get("arguments", {})},
    )


def _usual_doors(calls: bool, doors: tuple[str, ...]) -> tuple[str, ...]:
    if calls:
        return tuple(door for door in ("cpanel", "whm") if door in doors)
    return doors[:1]


def _tongues(steps: tuple[Step, ...], calls: bool) -> tuple[str | None, ...]:
    if not calls:
        return (None,)
    named = {
        tongue for step in steps if step.expectation for tongue in step.expectation.files if tongue
    }
    return tuple(tongue for tongue in ("json", "xml") if tongue in named) or ("json", "xml")
