from __future__ import annotations

from pathlib import Path

import pytest

from cpanel_emu.testing.cases import CaseError, FunctionCall, HttpRequest
from cpanel_emu.testing.loading import load_suite

from .suites import CASE, SUITE, small_suite, write_suite


def test_a_case_takes_what_the_suite_knows(tmp_path: Path) -> None:
    (case,) = small_suite(tmp_path).cases
    assert case.releases == ("old", "new")
    assert case.doors == ("cpanel", "whm")
    assert case.tongues == ("json",)
    assert case.methods == ("GET",)
    assert case.targets == ("app", "socket")
    (step,) = case.steps
    assert step.request == FunctionCall("SSL", "listkeys", "2", {"a": "b c"})


def test_variants(tmp_path: Path) -> None:
    suite = small_suite(
        tmp_path,
        {
            "cases.toml": CASE.replace('json = "one.json"', 'json = "one.json", xml = "one.xml"'),
            "one.xml": "<a/>",
            "heads/xml.head": "",
        },
    )
    assert [variant.id for variant in suite.variants() if variant.target == "app"] == [
        "one[old cpanel json GET app]",
        "one[old cpanel xml GET app]",
        "one[old whm json GET app]",
        "one[old whm xml GET app]",
        # The newer release has no XML.
        "one[new cpanel json GET app]",
        "one[new whm json GET app]",
    ]


def test_defaults_and_the_usual_call(tmp_path: Path) -> None:
    suite = small_suite(
        tmp_path,
        {
            "cases.toml": """
about = "Defaults."
[defaults]
rules = ["wire §1"]
provenance = "choice"
doors = ["whm"]
setup.clock = "2022-01-01T00:00:00Z"
call = { module = "SSL", func = "gencsr", arguments = { a = "1", b = "2" } }
[[case]]
id = "steps"
title = "Steps"
setup.random_seed = 7
[[case.step]]
call = { without = ["a"], arguments = { b = "3", c = "4" } }
answer = { json = "one.json" }
[[case.step]]
call = { func = "listcsrs" }
[[case.step]]
request = { line = "GET /x", login = "" }
answer = { status = 404 }
""",
        },
    )
    (case,) = suite.cases
    assert case.doors == ("whm",)
    assert (case.setup.clock, case.setup.random_seed) == ("2022-01-01T00:00:00Z", 7)
    first, second, third = (step.request for step in case.steps)
    assert first == FunctionCall("SSL", "gencsr", "2", {"b": "3", "c": "4"})
    assert second == FunctionCall("SSL", "listcsrs", "2", {})
    assert isinstance(third, HttpRequest)
    assert third.login == ""
    assert case.steps[1].expectation is None


@pytest.mark.parametrize(
    ("files", "fault"),
    [
        ({"suite.toml": "format = 2"}, 'lacks "doors"'),
        ({"suite.toml": SUITE.replace("format = 1", "format = 2")}, "format: must be one of 1"),
        ({"cases.toml": "about = "}, "cases.toml is no TOML file: Invalid value"),
        ({"cases.toml": CASE.replace("title", "titel")}, 'unknown member "titel"'),
        ({"cases.toml": CASE.replace('provenance = "choice"', "")}, "one has no provenance"),
        ({"cases.toml": CASE.replace("wire §5.1", "")}, "'' does not match"),
        ({"cases.toml": CASE.replace("one.json", "two.json")}, "names two.json, which is missing"),
        ({"cases.toml": CASE + 'releases = ["x"]'}, "releases: suite.toml has no x"),
        ({"cases.toml": CASE + 'doors = ["cpanel-tls"]'}, "doors: suite.toml has no cpanel-tls"),
        ({"more.toml": CASE}, "the id one is taken by"),
        ({"cases.toml": CASE + 'setup = { seed = "s.toml" }'}, "names s.toml, which is missing"),
        ({"cases.toml": CASE + 'volatile = { t = "(" }'}, "volatile.t is no pattern: missing )"),
        ({"cases.toml": CASE + 'volatile = { t = "a{9999999999}" }'}, "volatile.t is no pattern"),
        ({"cases.toml": CASE + 'repeat = { r = { text = "xy", times = 999999999 } }'}, "repeat.r"),
        ({"cases.toml": CASE + 'setup.options = { seed = "s" }'}, "write it into setup itself"),
        ({"cases.toml": CASE + 'setup.options = { root = "/" }'}, "each server has a new one"),
        ({"cases.toml": CASE + 'setup.blocked = ["home/../../x"]'}, "blocked[0]: 'home/../../x'"),
        ({"cases.toml": CASE + 'setup.blocked = ["/home"]'}, "blocked[0]: '/home' does not match"),
        ({"suite.toml": SUITE + '[setup]\nblocked = [".."]'}, "setup.blocked[0]: '..' does not"),
        ({"one.json": b"", "cases.toml": b"\xff"}, "cases.toml is no TOML file: 'utf-8' codec"),
    ],
)
def test_faults_are_told(tmp_path: Path, files: dict[str, str], fault: str) -> None:
    write_suite(tmp_path, files)
    with pytest.raises(CaseError, match=r"suite|cases") as caught:
        load_suite(tmp_path)
    assert fault in str(caught.value)
    assert str(tmp_path) in str(caught.value)


def test_a_folder_without_suite(tmp_path: Path) -> None:
    with pytest.raises(CaseError, match=r"suite\.toml"):
        load_suite(tmp_path)


def test_a_head_that_is_missing(tmp_path: Path) -> None:
    write_suite(tmp_path)
    (tmp_path / "heads" / "json.head").unlink()
    with pytest.raises(CaseError, match=r"json\.head, which is missing"):
        load_suite(tmp_path)


def test_seeds_are_no_cases(tmp_path: Path) -> None:
    case = CASE + 'setup = { seed = "seeds/small.toml" }'
    suite = small_suite(tmp_path, {"seeds/small.toml": "[accounts]", "cases.toml": case})
    assert suite.orphans() == []
    assert suite.cases[0].setup.seed == tmp_path.resolve() / "seeds" / "small.toml"


def test_orphans(tmp_path: Path) -> None:
    suite = small_suite(
        tmp_path,
        {"heads/unused.head": "", "left/over.json": "", "README.rst": "", "left/README": ""},
    )
    assert [path.relative_to(suite.folder) for path in suite.orphans()] == [
        Path("heads/unused.head"),
        Path("left/over.json"),
    ]
