"""Converted pages print what the tag pages printed, byte for byte: over the whole grammar."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cpanel_emu.migration.convert.doubts import Doubts
from cpanel_emu.migration.convert.findings import Reason
from cpanel_emu.tags import parse
from cpanel_emu.tags.tree import walk
from tests.migration.both_ways import BothWays, Printed
from tests.migration.page_grammar import pages
from tests.requirements import require_perl_module, require_program
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


KINDS = pytest.mark.parametrize("strategy", [pages(), page_text()], ids=["well-formed", "broken"])


@KINDS
def test_livephp(both_ways: BothWays, strategy: st.SearchStrategy[str]) -> None:
    require_program("php")
    compare(sources := batch(strategy), both_ways.livephp(sources))


@KINDS
def test_toolkit(both_ways: BothWays, strategy: st.SearchStrategy[str]) -> None:
    """What stays as tags is printed as it is; a dying API 2 call prints nothing."""
    require_perl_module("Template")
    sources = [source for source in batch(strategy) if is_whole(source)]
    compare(sources, both_ways.toolkit(sources))


def test_patterns_without_a_name(both_ways: BothWays) -> None:
    """``dynamicinclude`` of a computed name that is empty: nothing, and PHP has nothing to say."""
    require_program("php")
    sources = ['<cpanel dynamicinclude="">', "<cpanel dynamicinclude=\"sub/$FORM{'none'}\">"]
    assert both_ways.livephp(sources) == [(b"", b""), (b"", b"")]


def test_a_name_without_its_suffix_is_another_file(both_ways: BothWays) -> None:
    """Pages name files that are not there (``tags §2.2``); both x and x.html become x.live.php."""
    require_program("php")
    sources = [
        f'<cpanel include="{name}">'
        for name in ("sub/i", "h", "whole.html", "whole", "style.css.html")
    ] + ['<cpanel relinclude="h">', '<cpanel Branding="include(b)">']
    printed = both_ways.livephp(sources)
    assert [old for old, _ in printed] == [b"", b"", b"", b"user", b"", b"", b""]
    compare(sources, printed)


def is_whole(source: str) -> bool:
    """Whether nothing of the page stays as tags."""
    document = parse(source, "p.html")
    doubts = Doubts(document)
    return "crash" not in source and not any(map(doubts.stay, walk(document.nodes)))


def compare(sources: Sequence[str], printed: Printed) -> None:
    found = zip(sources, printed, strict=True)
    differing = [(source, *both) for source, both in found if both[0] != both[1]]
    for source, before, after in sorted(differing, key=lambda one: len(one[0]))[:1]:
        assert after == before, f"{len(differing)} of {len(sources)}; the shortest: {source!r}"
