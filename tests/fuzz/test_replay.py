"""Every kept input goes through its target again: what broke it, and what reaches much of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz import corpus
from tests.fuzz.reach import Reach, worth_keeping
from tests.fuzz.target import FOLDER, joined, load, names, parts

_MOST_BYTES = 32 * 1024
"""Of a file of inputs: a repository is no warehouse."""


@pytest.mark.parametrize("name", names())
def test_nothing_breaks(name: str) -> None:
    target = load(name)
    kept = corpus.load(corpus.corpus_file(name)) + corpus.load(corpus.findings_file(name))
    with target.opened() as check:
        for data in (*target.seeds, *kept, b""):
            try:
                check(data)
            except BaseException as error:
                error.add_note(f"the input: {data!r}")
                raise


@pytest.mark.parametrize("name", names())
def test_inputs_are_kept_and_few(name: str) -> None:
    file = corpus.corpus_file(name)
    assert corpus.load(file), f"run: scripts/torture fuzz {name} --keep"
    assert file.stat().st_size <= _MOST_BYTES


def test_every_file_of_inputs_belongs_to_a_target() -> None:
    for folder in ("corpus", "findings"):
        found = (FOLDER / folder).glob("*.txt")
        assert {path.stem for path in found} <= set(names())


@given(st.binary())
def test_an_input_is_kept_as_it_is(data: bytes) -> None:
    line = corpus.spelled(data)
    assert corpus.read(line) == data
    assert line.isascii()
    assert not line.startswith("#")
    assert "\n" not in line


@given(st.lists(st.binary().filter(lambda part: b"\xff" not in part), min_size=1))
def test_parts_come_apart_as_they_were_joined(pieces: list[bytes]) -> None:
    assert parts(joined(*pieces), len(pieces)) == pieces


def test_what_reaches_nothing_new_is_not_kept() -> None:
    target = load("xmlin")
    reach = Reach(target.covers)
    with target.opened() as check:
        kept, steps = worth_keeping(reach, check, [b"<a/>", b"<b/>", b"<a", target.seeds[0]])
    assert kept == [b"<a", b"<a/>", target.seeds[0]]
    reached, lines = reach.lines(steps)
    assert 20 < reached <= lines


def test_an_input_that_breaks_is_told() -> None:
    reach = Reach(())
    assert worth_keeping(reach, _broken, [b"a"]) == ([], set())


def _broken(_data: bytes) -> None:
    raise ValueError
