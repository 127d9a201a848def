"""Converted pages print what the tag pages printed, byte for byte: over the whole grammar."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cpanel_emu.migration.convert.doubts import Doubts
from cpanel_emu.migration.convert.findings import Reason
from cpanel_emu.tags import parse
from tests.migration.both_ways import BothWays
from tests.migration.page_grammar import pages
from tests.requirements import require_program
from tests.tags.pages import page_text

MOST = 150
"""Pages of each kind; they all run in one process of each language."""


def batch(strategy: st.SearchStrategy[str]) -> Sequence[str]:
    """Return pages of a strategy; a page that is no UTF-8 keeps its bytes only as tags."""
    found: list[str] = []

    @settings(
        max_examples=MOST,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(source: str) -> None:
        doubts = Doubts(parse(source, "p.html"))
        if all(finding.reason is not Reason.NOT_UTF8 for finding in doubts.findings):
            found.append(source)

    collect()
    return found


@pytest.fixture(scope="module")
def both_ways() -> Iterator[BothWays]:
    with tempfile.TemporaryDirectory() as folder:
        yield BothWays(Path(folder))


@pytest.mark.parametrize("strategy", [pages(), page_text()], ids=["well-formed", "broken"])
def test_livephp(both_ways: BothWays, strategy: st.SearchStrategy[str]) -> None:
    require_program("php")
    _compare(batch(strategy), both_ways.as_tags, both_ways.as_livephp)


def _compare(
    sources: Sequence[str],
    old: Callable[[Sequence[str]], list[bytes]],
    new: Callable[[Sequence[str]], list[bytes]],
) -> None:
    printed = zip(sources, old(sources), new(sources), strict=True)
    differing = [(source, before, after) for source, before, after in printed if before != after]
    for source, before, after in sorted(differing, key=lambda found: len(found[0]))[:1]:
        assert after == before, (
            f"{len(differing)} of {len(sources)} pages; the shortest: {source!r}"
        )
