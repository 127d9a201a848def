"""What pages use, and how often: counted by hand on a small theme."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cpanel_emu import resources
from cpanel_emu.call import Api
from cpanel_emu.functions.stubs import stub_functions
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.migration.check import Known, Report, Use, check_theme
from cpanel_emu.migration.check.effort import Effort, total
from cpanel_emu.migration.check.report import Usage
from tests.migration.check.themes import KNOWN, checked, named

THEME = {
    "a.html": """\
<cpanel langprint="HELLO"><cpanel langprint="HELLO">
<cpanelif $FORM{'x'}==1 && $user><cpanel print="$FORM{'x'}"><cpanelelse>b</cpanelif>
<cpanelfeature !f><?cp SSL::listkeys(%$LANG{'HELLO'},host) ?></cpanelfeature>
<cptext 'Hi [_1]',$user>
""",
    "b.html": """\
<cpanel Locale="maketext('a')"><cpanel SSL="showkey($FORM{'h'})"><cpanel sSL="showkey(b)">
<cpanel langprint="BYE"><?cp Zebra::stripes(%,a) ?><cpanel print="$CPVAR{$nix}">
<cpanel setvar="v=$CPDATA{'DNS'}"><cpanel version="">
""",
    "c/d.xml": "no tags",
    "e.css": "p { }",
    "f.css": 'p { background: url(<cpanel MagicRevision="uri(a.png)">) }',
    "g.txt": '<cpanel langprint="HELLO">',
    "h.live.php": "<?php $c->exec(\"<cpanel print='x'>\");",
    "lang/english": 'HELLO=<cpanel print="$user">\nBYE=b\nUNUSED=c\n',
}
KINDS = {
    "langprint": Usage(3, 2),
    "print": Usage(3, 3),
    "cp": Usage(2, 2),
    "SSL": Usage(2, 1),
    "Locale": Usage(1, 1),
    "MagicRevision": Usage(1, 1),
    "cpanelelse": Usage(1, 1),
    "cpanelfeature": Usage(1, 1),
    "cpanelif": Usage(1, 1),
    "cptext": Usage(1, 1),
    "setvar": Usage(1, 1),
    "version": Usage(1, 1),
}


@pytest.fixture
def report(tmp_path: Path) -> Report:
    return checked(tmp_path, THEME)


def test_files(report: Report) -> None:
    assert report.pages == 4  # a, b, c/d.xml, f.css
    assert [file.path for file in report.files] == [
        "a.html",
        "b.html",
        "c/d.xml",
        "f.css",
        "lang/english",
    ]
    assert (report.live_pages, report.other_files) == (1, 2)


def test_kinds(report: Report) -> None:
    assert dict(report.kinds) == KINDS
    assert report.tags == sum(usage.uses for usage in KINDS.values())
    assert list(report.kinds)[:4] == ["langprint", "print", "SSL", "cp"]


def test_functions(report: Report) -> None:
    told = [
        (one.name.api, str(one.name), one.use, one.usage, one.row.new_name if one.row else None)
        for one in report.functions
    ]
    assert told == [
        (Api.API2, "Zebra::stripes", Use.UNKNOWN, Usage(1, 1), None),
        (Api.API1, "SSL::showkey", Use.SUPPORTED, Usage(2, 1), "SSL::show_key"),
        (Api.API1, "Locale::maketext", Use.SUPPORTED, Usage(1, 1), ""),
        (Api.API1, "MagicRevision::uri", Use.SUPPORTED, Usage(1, 1), ""),
        (Api.API2, "SSL::listkeys", Use.SUPPORTED, Usage(1, 1), "SSL::list_keys"),
    ]


def test_variables_features_and_texts(report: Report) -> None:
    assert dict(report.variables) == {
        ("CPDATA", "DNS"): Usage(1, 1),
        ("FORM", "h"): Usage(1, 1),
        ("FORM", "x"): Usage(2, 1),
        ("LANG", "HELLO"): Usage(1, 1),
        ("CPVAR", "$nix"): Usage(1, 1),  # keys hold no variables
        ("user", ""): Usage(3, 2),
    }
    assert dict(report.features) == {"f": Usage(1, 1)}
    assert dict(report.texts) == {"BYE": Usage(1, 1), "HELLO": Usage(3, 1)}


def test_every_tag_has_a_place_and_a_subject(report: Report) -> None:
    tags = [(tag.line, tag.column, tag.kind, tag.subject) for tag in report.files[1].tags]
    assert tags == [
        (1, 1, "Locale", "a"),
        (1, 32, "SSL", "SSL::showkey"),
        (1, 66, "SSL", "sSL::showkey"),
        (2, 1, "langprint", "BYE"),
        (2, 25, "cp", "Zebra::stripes"),
        (2, 52, "print", "$CPVAR{$nix}"),
        (3, 1, "setvar", "v=$CPDATA{'DNS'}"),
        (3, 35, "version", ""),
    ]


def test_effort(report: Report) -> None:
    # Zebra::stripes is unknown: somebody must look at it.
    assert total(report) == {
        Effort.BY_RULE: report.tags - 4,
        Effort.SUCCESSOR: 3,
        Effort.OLD_CALL: 0,
        Effort.BY_HAND: 1,
    }


def test_stubs_are_known(tmp_path: Path) -> None:
    stubs = named(tmp_path / "stubs", {"Zebra__stripes.json": "[]"})
    known = Known.of(REGISTRY.with_stubs(stub_functions(stubs)))
    report = check_theme(named(tmp_path / "x3", THEME), known)
    first = report.functions[0]
    assert (str(first.name), first.use) == ("Zebra::stripes", Use.STUBBED)
    assert report.findings == ()


def test_excluded_files_count_for_nothing(tmp_path: Path) -> None:
    named(tmp_path, {"a.html": '<cpanel include="old/b.html">', "old/b.html": "<cpanelnif>"})
    report = check_theme(tmp_path, KNOWN, exclude=["old"])
    assert (report.pages, report.findings) == (1, ())


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    named(tmp_path, {"a.html": '<cpanel print="$user">'})
    (tmp_path / "b.html").write_bytes(bytes(range(256)) * 9)
    (tmp_path / "loop.html").symlink_to("loop.html")
    with (tmp_path / "huge.html").open("wb") as huge:
        huge.truncate(1 << 30)
    report = check_theme(tmp_path, KNOWN)
    assert report.pages == 1
    assert [(one.path, one.reason.name) for one in report.skipped] == [
        ("b.html", "BINARY"),
        ("huge.html", "TOO_LARGE"),
        ("loop.html", "LOOP"),
    ]


def test_the_demo_theme_is_clean() -> None:
    report = check_theme(resources.templates() / "x3", KNOWN)
    assert report.findings == ()
    assert report.skipped == ()
    assert report.unknown() == []


def test_a_check_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "x3"
    shutil.copytree(resources.templates() / "x3", folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    check_theme(folder, KNOWN)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
