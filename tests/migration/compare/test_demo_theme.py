"""The demo theme, converted both ways, prints what it printed.

A part of the pages and states; ``scripts/compare_demo.py`` does all of them.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from cpanel_emu import resources
from cpanel_emu.migration.compare.comparing import Comparer
from cpanel_emu.migration.compare.wanted import Wanted
from cpanel_emu.migration.convert import TARGETS, make_plan, write
from cpanel_emu.migration.pages import walk
from tests.requirements import require_perl_module, require_program
from tests.theme.conftest import STUBS

OLD = resources.templates() / "x3"
PAGES = ("index.html", "liveapi/gencsr.html", "ssl/gencsr.html", "ssl/keys.html", "ssl/items.json")
STATES = ("as seeded", "a certificate, plausible form", "nothing stored, hostile form", "all f*")


@pytest.mark.parametrize("target", sorted(TARGETS))
def test_converted_pages_print_what_they_printed(target: str, tmp_path: Path) -> None:
    require_program("php")
    require_perl_module("Template")
    new = tmp_path / "new"
    write(make_plan(TARGETS[target], walk(OLD)).files.values(), new)
    options = {"stubs": STUBS}
    wanted = Wanted(OLD, new, pages=PAGES, states=STATES, jobs=2, options=options)
    comparison = Comparer(wanted).run()
    assert comparison.differences == ()
    assert comparison.pages == sorted(PAGES)
    assert len(comparison.cells) == 12
