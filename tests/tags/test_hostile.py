"""Bombs end in a bounded answer; what a visitor sends stays what it is."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given

from cpanel_emu.tags import OutsideTheme, Theme
from cpanel_emu.tags.page import MAX_INSERTED, MAX_INSERTIONS, MAX_VARIABLE, MAX_WARNINGS
from tests.tags.pages import page_text
from tests.tags.setting import FATAL, Site

ATTACKS = [
    '<cpanel print="k">',
    '<cpanel Demo="say(pwned)">',
    "<?cp Demo::rows(%,on) ?>",
    "<cpanelif 1>pwned</cpanelif>",
    "</cpanelif><cpanelelse>",
    "{{ 7 * 7 }}{% for a in b %}{# c #}",
    "{{ page.calls }}",
    "<?php echo 1 ?>",
    "$CPDATA{'USER'} $user $FORM{'other'} ${host}",
    "maketext('[_1]',a)",
    "%[b]\\{comma}[[x]]",
    "x,y)z||'w' a=1",
    "==1 || 1 && !",
    "../../../../etc/passwd",
    "a\0b",
    "'\"`;--",
    "\r\nSet-Cookie: a=b",
]

SINKS = [
    "<cpanel {print}=\"$FORM{{'v'}}\">".replace("{print}", word)
    for word in ("unsafeprint", "formprint", "uriprint", "jsprint", "cprint", "dprint", "print")
] + [
    '<cpanel setvar="w=$FORM{{\'v\'}}"><cpanel printvar="w"><cpanel print="$CPVAR{{w}}">',
    "<cpanel setvar=\"$FORM{{'v'}}=1\">",
    "<cpanel printvar=\"$FORM{{'v'}}\">",
    "<cpanel sprint=\"$FORM{{'v'}},$FORM{{'v'}},$FORM{{'v'}}\">",
    "<cpanel langprint=\"$FORM{{'v'}}\">",
    "<cpanel include=\"$FORM{{'v'}}\">",
    "<cpanel dynamicinclude=\"$FORM{{'v'}}/*$FORM{{'v'}}\">",
    "<cpanel relrawinclude=\"a/$FORM{{'v'}}.html\">",
    "<cpanel Branding=\"include($FORM{{'v'}})\">",
    "<cpanel Branding=\"image($FORM{{'v'}})\">",
    "<cpanel MagicRevision=\"uri($FORM{{'v'}})\">",
    "<cpanel Demo=\"echo($FORM{{'v'}},%FORM)\">",
    "<?cp Demo::echo($FORM{{'v'}}%,on) a=$FORM{{'v'}},b=\"$FORM{{'v'}}\" || '$FORM{{'v'}}' ?>",
    "<?cp Demo::echo($LANG{{'a'}}) || maketext('[_1]$FORM{{'v'}}',$FORM{{'v'}}) ?>",
    "<cptext '[output,url,_1,$FORM{{'v'}}]$FORM{{'v'}}',$FORM{{'v'}}>",
    "<cpanelif $FORM{{'v'}}==$FORM{{'v'}} && $FORM{{'v'}}>1</cpanelif>",
    "<cpanelfeature $FORM{{'v'}}>1</cpanelfeature>",
    '<cpanel print="$formdump">',
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("sink", [sink.format() for sink in SINKS])
def test_nothing_a_visitor_sends_is_parsed(site: Site, sink: str, attack: str) -> None:
    form = {"v": attack, attack: "a", "other": "leaked"}
    site.write("lang/english", "")
    outcome = site.page(sink, form=form)
    body = outcome.body.decode()
    assert [call.function for call in outcome.calls] in ([], ["echo"])
    assert "49" not in body
    assert "root:" not in body
    if sink != '<cpanel print="$formdump">':
        assert "leaked" not in body
    assert not any(warning.rule.startswith("tags §1.6") for warning in outcome.warnings)


def test_blocks_nest_32_deep(site: Site) -> None:
    inner = "<?cp Demo::rows(%;,ip:[u]:${n}:[/u]) ?>"
    source = "<cpanelif 1>" * 32 + inner + "</cpanelif>" * 32
    assert site.text(source) == "<u>12</u>;;"
    assert site.text(f"a<cpanelif 1>{source}</cpanelif>b") == f"a{FATAL}b"


def test_include_bomb_ends(site: Site) -> None:
    outcome = site.page('<cpanel include="p.html"><cpanel include="p.html">')
    assert outcome.body.decode().replace(FATAL, "") == ""
    assert len(outcome.warnings) == MAX_WARNINGS
    assert outcome.body.count(FATAL.encode()) <= MAX_INSERTIONS


def test_language_bomb_ends(site: Site) -> None:
    site.write("lang/english", b"A=" + b'<cpanel langprint="A">' * 3 + b"\n")
    outcome = site.page('<cpanel langprint="A">')
    assert outcome.body.decode().replace(FATAL, "") == ""


def test_dynamic_include_bomb_ends(site: Site) -> None:
    for number in range(9):
        site.write(f"demo/d/{number}.html", '<cpanel dynamicinclude="d/*.html">')
    outcome = site.page('<cpanel dynamicinclude="d/*.html">')
    assert outcome.body.decode().replace(FATAL, "") == ""


def test_bomb_of_long_files_ends(site: Site) -> None:
    site.write("demo/long.html", "x" * (1 << 20))
    outcome = site.page('<cpanel include="long.html">' * 200)
    assert outcome.body.count(b"x") == MAX_INSERTED
    assert outcome.body.count(FATAL.encode()) == 1
    assert outcome.rules == ["tags §2.2"]


def test_variable_bomb_ends(site: Site) -> None:
    double = '<cpanel setvar="v=$CPVAR{v}$CPVAR{v}">'
    source = '<cpanel setvar="v=x">' + double * 64 + '<cpanel printvar="v">'
    assert site.text(source) == "x" * MAX_VARIABLE


def test_bomb_does_not_reach_the_next_page(site: Site) -> None:
    site.page('<cpanel include="p.html"><cpanel include="p.html">')
    site.write("demo/h.html", "H")
    assert site.text('<cpanel include="h.html">') == "H"


@pytest.mark.parametrize(
    "source",
    [
        "<cpanelif 1>" * 10_000,
        "</cpanelif>" * 10_000,
        "<cpanelif 1><cpanelfeature a>" * 3_000 + "</cpanelif></cpanelfeature>" * 3_000,
        "<cpanelelse>" * 10_000,
        "<cpanelif " + "1 && " * 2_000 + ">",
        "<cpanelif " + "0 || 1 && " * 2_000 + ">",
        "<cpanelif " + "!" * 50_000 + "1>",
        "<cpanelif " + "'" * 50_000 + ">",
        "<cpanelif " + "a'" * 30_000 + ">",
        '<cpanel print="' + "$a{" * 30_000 + '">',
        '<cpanel print="' + "$" * 50_000 + '">',
        '<cpanel print="' + "$FORM{'x'}" * 2_000 + '">',
        '<cpanel Demo="say(' + "(" * 50_000 + ')">',
        '<cpanel Demo="say(' + "'a\"" * 2_000 + ')">',
        '<cpanel Demo="say(' + "a," * 2_000 + ')">',
        "<cptext '" + "[" * 50_000 + "'>",
        "<cptext '" + "[_1]" * 2_000 + "',a>",
        "<cptext '" + "\\'" * 30_000 + "'>",
        "<?cp Demo::none(" + "(" * 30_000 + ") ?>",
        "<?cp Demo::none(" + "\\{" * 30_000 + ") ?>",
        "<?cp Demo::none(" + "%" * 2_000 + ",on) ?>",
        "<?cp Demo::none() || " + "maketext(" * 10_000 + " ?>",
        "<?cp Demo::none(" + "maketext(" * 2_000 + ")" * 2_000 + ") ?>",
        "<?cp Demo::none() " + "a='" * 2_000 + " ?>",
        "<?cp Demo::none() " + "a=1," * 2_000 + " ?>",
        "<?cp Demo::none(" + "a::" * 2_000 + ") ?>",
        "<?cp " + "a::" * 2_000 + " ?>",
        "<cpanel" * 2_000,
        "<cpanel " * 2_000,
        "<" * 100_000,
        "<cpanel print=" + '" ' * 30_000 + ">",
    ],
    ids=lambda source: source[:30],
)
def test_long_nonsense_takes_no_longer_than_its_length(site: Site, source: str) -> None:
    # Every step is linear in the length: with ten times of it this takes ten times as long.
    body = site.renderer.render_text(source, site.values(), site.calls).body
    assert len(body) <= 2 * len(source) + len(FATAL)


@pytest.mark.parametrize(
    "source",
    [
        "<cpanelif $FORM{'v'}=et=1>a</cpanelif>",
        "<cpanelif $FORM{'v'}=gt=1>a</cpanelif>",
        "<cptext '[numf,_1]',$FORM{'v'}>",
        "<cptext '[quant,_1,a,b]',$FORM{'v'}>",
        "<cpanel sprint=\"$FORM{'v'},1,3\">",
        "<cpanel dynamicinclude=\"$FORM{'v'}\">",
        "<cpanel dynamicinclude=\"$FORM{'v'}*.html\">",
        "<cpanel include=\"$FORM{'v'}\">",
        "<cpanel jsprint=\"$FORM{'v'}\">",
    ],
)
@pytest.mark.parametrize(
    "value", ["1" * 300_000 + "x", "*" * 300_000, "[a-" * 100_000, "a/" * 90_000]
)
def test_long_values_take_no_longer_than_their_length(site: Site, source: str, value: str) -> None:
    # Every step is linear in the length: with ten times of it this takes ten times as long.
    body = site.renderer.render_text(source, site.values(form={"v": value}), site.calls).body
    assert len(body) <= 6 * len(value)


@given(pattern=page_text())
def test_any_pattern_may_be_asked_for(pattern: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "a.html").write_text("")
        theme = Theme(folder, "x3")
        with contextlib.suppress(OutsideTheme):
            assert theme.matches(pattern) in (["a.html"], [])
