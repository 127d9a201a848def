"""Rewrite the answer files of golden cases from what a server says.

Names in braces are put back wherever their text stands, so that a rewritten file still holds for
every release. A file is rewritten only if all ways of all its cases agree on what it should hold.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cpanel_emu.testing.cases import Case, Expectation, Step, Suite, Variant
from cpanel_emu.testing.golden import CaseExchange, Runner
from cpanel_emu.testing.messages import Response
from cpanel_emu.testing.placeholders import NAME, Names, spellings_of
from cpanel_emu.testing.spellings import spelled
from cpanel_emu.testing.verdict import compare, judge, template

_SHORTEST = 3
"""A shorter text stands for a name by accident too often to be put back."""
_CONTEXTS = (12, 8, 5)
"""Bytes before a name by which it is found in another answer; the most are the surest."""
_LENGTH = re.compile(rb"(?im)^(content-length: )[0-9]+")
_LENGTH_NAME = re.compile(rb"(?im)^content-length: \{\{length\}\}")


@dataclass(frozen=True, slots=True)
class Change:
    """A file, what it holds and what it should hold."""

    path: Path
    old: bytes
    new: bytes


@dataclass(slots=True)
class Update:
    """What a run found: changes to make, and what cannot be changed, one line each."""

    changes: list[Change] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)


def sharing(suite: Suite, cases: Iterable[Case]) -> list[Case]:
    """Return *cases* and all others that use one of their answer files, in the suite's order."""
    files = {path for case in cases for path in answer_files(case)}
    chosen = {case.id for case in cases}
    return [
        case
        for case in suite.cases
        if case.id in chosen or any(path in files for path in answer_files(case))
    ]


def answer_files(case: Case) -> Iterator[Path]:
    """Yield the files of exact answers that *case* names."""
    for step in case.steps:
        if step.expectation is not None:
            yield from step.expectation.files.values()


def find_update(
    runner: Runner,
    variants: Iterable[Variant],
    protected: Collection[Path],
) -> Update:
    """Run *variants* and return what their files should hold.

    Args:
        runner: how to run them.
        variants: all ways of the cases; those in-process are left out where there are others.
        protected: files that stay as they are.
    """
    findings = _Findings(protected)
    for variant in variants:
        if variant.case.gap is not None:
            continue
        if variant.target == "app" and "socket" in variant.case.targets:
            continue
        with runner.exchange(variant) as exchange:
            for step in variant.case.steps:
                if not findings.add_step(exchange, step):
                    break
    return findings.update()


@dataclass(slots=True)
class _Findings:
    protected: Collection[Path]
    wanted: dict[Path, dict[bytes, str]] = field(default_factory=dict)
    """File → content that it should hold → id of a variant that wants it."""
    troubles: list[str] = field(default_factory=list)

    def add_step(self, exchange: CaseExchange, step: Step) -> bool:
        """Send *step*, keep what its file should hold; return whether the case can go on."""
        try:
            answer = exchange.answer(step)
        except OSError as error:
            self._tell(exchange, f"no answer: {error or type(error).__name__}")
            return False
        expectation = step.expectation or Expectation(files={})
        path = expectation.file_for(exchange.variant.tongue)
        if path is not None:
            self._add_answer(exchange, expectation, path, answer)
        elif judge(exchange.suite, exchange.variant, expectation, answer, exchange.names):
            self._tell(exchange, "its answer is told in words; change them by hand")
        return True

    def _add_answer(
        self, exchange: CaseExchange, expectation: Expectation, path: Path, answer: Response
    ) -> None:
        names, variant = exchange.names, exchange.variant
        old = template(exchange.suite, expectation, path)
        _learn(names, old.raw, answer.raw)
        compared = compare(
            exchange.suite,
            variant,
            expectation,
            answer,
            names,
            is_foreign=exchange.server.is_foreign,
        )
        assert compared is not None
        wanted, got = compared
        data = path.read_bytes()
        if wanted.raw != got.raw:
            is_head_right = _without_length(wanted.head) == _without_length(got.head)
            body = _renamed(got.body, old.body, names)
            if path.suffix != ".http":
                data = body
            elif is_head_right:
                data = Response(old.head, body, got.empty_line).raw
            else:
                head = _with_length(_renamed(got.head, old.head, names), old.head)
                data = Response(head, body, got.empty_line).raw
            if path.suffix != ".http" and not is_head_right:
                self._tell(exchange, "the head differs; change its file in heads/ by hand")
        self.wanted.setdefault(path, {}).setdefault(data, variant.id)

    def _tell(self, exchange: CaseExchange, trouble: str) -> None:
        self.troubles.append(f"{exchange.variant.id}: {trouble}")

    def update(self) -> Update:
        update = Update(troubles=list(dict.fromkeys(self.troubles)))
        for path, contents in sorted(self.wanted.items()):
            old = path.read_bytes()
            if set(contents) == {old}:
                continue
            if path in self.protected:
                update.troubles.append(f"{path}: differs, and is protected by its provenance")
            elif len(contents) > 1:
                ways = " and ".join(list(contents.values())[:2])
                update.troubles.append(f"{path}: {ways} answer differently; name a file for each")
            else:
                update.changes.append(Change(path, old, next(iter(contents))))
        return update


def _learn(names: Names, old: bytes, answer: bytes) -> None:
    """Meet the volatile names of *old* also behind a difference, by what stands before them."""
    for found in NAME.finditer(old):
        name = found[1].decode("ascii")
        if name in names.known or name not in names.volatile:
            continue
        for width in _CONTEXTS:
            before = old[max(0, found.start() - width) : found.start()].rpartition(b"}}")[2]
            pattern = re.escape(before) + b"(" + names.volatile[name].encode() + b")"
            met = re.search(pattern, answer)
            if met is not None:
                names.learn(found, met[1])
                break


def _renamed(actual: bytes, old: bytes, names: Names) -> bytes:
    """Return *actual* with the names that *old* has, wherever their text stands."""
    texts: dict[bytes, bytes] = {}
    for found in NAME.finditer(old):
        known = names.known.get(found[1].decode("ascii"))
        if known is not None and len(known) >= _SHORTEST:
            text = spelled(known, spellings_of(found)).encode("utf-8", "surrogateescape")
            texts.setdefault(text, found[0])
    for text in sorted(texts, key=len, reverse=True):
        actual = actual.replace(text, texts[text])
    return actual


def _with_length(head: bytes, old: bytes) -> bytes:
    return _LENGTH.sub(rb"\1{{length}}", head) if _LENGTH_NAME.search(old) else head


def _without_length(head: bytes) -> bytes:
    return _LENGTH.sub(b"", head)
