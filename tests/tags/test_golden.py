"""Every numbered rule of the handbook's ``tags`` §1 to §5 as golden pages."""

from __future__ import annotations

import random

import pytest

from tests.tags.golden_cases import FOLDER, Case, read_cases
from tests.tags.setting import VALUES, Site

FORM = {
    **VALUES.form,
    "t": '<cpanel print="k">',
    "comma": "a,b",
    "a,b": "comma",
    "syntax": "),%||'",
    "bracket": "[_2]",
    "equals": "a==b",
    "html": '<a href="x">&\'',
    "uri": "-_.~/ é",
    "js": "\\\"\n\r\t\0\x7f'<>&\u2028\u2029",
}

PAGES = [
    *(case for file in sorted(FOLDER.glob("*.txt")) for case in read_cases(file.stem)),
    Case("1.5", '<cpanel\tprint="k">', "k"),
    Case("1.5", '<cpanel\r\nprint="k">', "k"),
    Case("2.1.2", '<cpanel Demo="say( a ,\tb )">', "a/b"),
]
CONDITIONS = read_cases("conditions")
PAGES = [case for case in PAGES if case not in CONDITIONS]

NUMBERED = {
    *(f"1.{number}" for number in range(1, 17)),
    *(f"2.1.{number}" for number in range(1, 12)),
    *(f"3.2.{number}" for number in range(1, 9)),
    *(f"3.3.{number}" for number in range(1, 6)),
    *(f"3.7.{number}" for number in range(1, 7)),
    *(f"3.8.{number}" for number in range(1, 5)),
    *(f"4.{number}" for number in range(1, 13)),
}
ELSEWHERE = {
    "1.14": "test_tracing",
    "1.16": "test_files",
    "2.1.6": "test_arguments",
    "3.7.1": "test_arguments",
    "3.7.2": "test_arguments",
    "3.7.3": "test_arguments",
    "3.7.4": "test_arguments",
    "3.7.5": "test_arguments",
}
"""Rules whose examples are no single page."""


def name(case: Case) -> str:
    return f"{case.rule}: {case.source}"


@pytest.mark.parametrize("case", PAGES, ids=name)
def test_page_prints_what_the_handbook_says(site: Site, case: Case) -> None:
    form = VALUES.form if "formdump" in case.source else FORM
    outcome = site.page(
        case.source,
        form=form,
        configuration={"a": "cv"},
        preferences={"b": "nv"},
        build_flags={"c": "fl"},
        modules={"D": "1"},
    )
    assert outcome.body.decode() == case.printed
    assert tuple(outcome.rules) == case.warned


@pytest.mark.parametrize("case", CONDITIONS, ids=name)
def test_condition_is_what_the_handbook_says(site: Site, case: Case) -> None:
    source = f"<cpanelif {case.source}>yes<cpanelelse>no</cpanelif>"
    outcome = site.page(source, form=FORM)
    assert outcome.body.decode() == case.printed
    assert tuple(outcome.rules) == case.warned


@pytest.mark.parametrize("case", CONDITIONS, ids=name)
def test_condition_means_the_same_without_a_page(site: Site, case: Case) -> None:
    page = site.renderer.open("", site.values(form=FORM), site.calls)
    assert page.condition(case.source) is (case.printed == "yes")


def test_every_numbered_rule_has_an_example() -> None:
    shown = {case.rule.split()[0] for case in (*PAGES, *CONDITIONS)}
    assert NUMBERED - shown == set(ELSEWHERE)


def test_random_is_ten_digits_of_the_seeded_generator(site: Site) -> None:
    expected = f"{random.Random(7).randrange(10**10):010d}"
    assert site.text('<cpanel print="$random">', random=random.Random(7)) == expected
    assert len(expected) == 10
