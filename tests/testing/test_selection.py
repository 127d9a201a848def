from __future__ import annotations

from pathlib import Path

import pytest

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.testing.selection import Selection

from .suites import CASE, SUITE, small_suite

ANOTHER = CASE.replace("about =", "another =").partition("\n[[case]]")[2]
TWO = {"cases.toml": CASE + "[[case]]" + ANOTHER.replace('"one"', '"other.two"')}
SEQUENCE = "sequence = true\n" + SUITE.replace('tongues = ["json", "xml"]', 'tongues = ["json"]')
ONE_WAY = 'doors = ["cpanel"]\n'


def ids(folder: Path, selection: Selection, **files: str) -> list[str]:
    return [variant.id for variant in selection.variants(small_suite(folder, {**TWO, **files}))]


@pytest.mark.parametrize(
    ("selection", "count"),
    [
        (Selection(), 16),
        (Selection(cases=("one",)), 8),
        (Selection(cases=("o*",)), 16),
        (Selection(cases=("other.?wo", "one")), 16),
        (Selection(cases=("one[old whm json GET socket]",)), 1),
        (Selection(releases=("old",)), 8),
        (Selection(doors=("whm",), targets=("socket",)), 4),
        (Selection(tongues=("json",)), 16),
    ],
)
def test_selections(tmp_path: Path, selection: Selection, count: int) -> None:
    assert len(ids(tmp_path, selection)) == count


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (
            Selection(cases=("other.too",)),
            'No case is called "other.too"; did you mean "other.two"',
        ),
        (Selection(cases=("zzz",)), 'No case is called "zzz".'),
        (Selection(releases=("older",)), 'no release "older"; only: old, new.'),
        (Selection(doors=("cpanel-tls",)), 'no door "cpanel-tls"; only: cpanel, whm.'),
        (Selection(tongues=("xml",)), "No case is left"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, selection: Selection, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ids(tmp_path, selection)
    assert message in str(caught.value)


def test_a_sequence_is_run_from_its_beginning(tmp_path: Path) -> None:
    text = CASE + ONE_WAY + "[[case]]" + ANOTHER.replace('"one"', '"two"') + ONE_WAY
    files = {"suite.toml": SEQUENCE, "cases.toml": text}
    chosen = ids(tmp_path, Selection(cases=("two",), releases=("old",)), **files)
    assert chosen == ["one[old cpanel json GET socket]", "two[old cpanel json GET socket]"]
