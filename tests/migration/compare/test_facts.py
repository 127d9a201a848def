"""What pages can see, and the states that follow from it."""

from __future__ import annotations

from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.migration.compare.facts import Facts, ThemeFacts
from cpanel_emu.migration.compare.matrix import World, built_in_states
from cpanel_emu.migration.compare.theme_pages import files
from tests.migration.compare.themes import Pair, write

WORLD = World(REGISTRY, {"host": "example.com"})


def names(facts: Facts) -> list[str]:
    return [state.name for state in built_in_states(facts, WORLD)]


def facts_of(pair: Pair, page: str) -> Facts:
    return ThemeFacts(files(pair.old)[0]).of(page)


def test_a_page_sees_what_it_includes(pair: Pair) -> None:
    write(pair.old, "a/p.html", '<cpanel include="x/h.html"><cpanel Branding="include(b.html)">')
    write(pair.old, "a/x/h.html", "<cpanel include=\"i-$FORM{'kind'}.html\">")
    write(pair.old, "a/i-1.html", "<cpanelfeature one>1</cpanelfeature>")
    write(pair.old, "a/x/i-2.html", "<cpanelfeature two>2</cpanelfeature>")
    write(pair.old, "branding/b.html", "<cpanel print=\"$CPDATA{'FEATURE-THREE'}\">")
    theme = ThemeFacts(files(pair.old)[0])
    facts = theme.of("a/p.html")
    assert facts.features == {"one", "three"}
    assert facts.fields == {"kind"}
    assert theme.included() == {"a/x/h.html", "a/i-1.html", "branding/b.html"}


def test_texts_may_hold_tags(pair: Pair) -> None:
    write(pair.old, "lang/english", "K=<cpanelfeature inlang>x</cpanelfeature>\n")
    write(pair.old, "p.html", '<cpanel langprint="K">')
    write(pair.old, "q.html", "none")
    assert facts_of(pair, "p.html").features == {"inlang"}
    assert facts_of(pair, "q.html") == Facts()


def test_programs_are_searched(pair: Pair) -> None:
    write(pair.old, "p.live.php", "<?php $c->api2('SSL', 'listkeys'); $_POST['host'];")
    write(pair.old, "t.html.tt", "[% Api1.exec('SSL', 'showkey'); FORM.q; RAW_FORM.item('r') %]")
    write(pair.old, "u.live.pl", "$c->cpanelfeature('f'); $c->uapi('SSL', 'list_keys')")
    php, toolkit, perl = (facts_of(pair, page) for page in ("p.live.php", "t.html.tt", "u.live.pl"))
    assert {(use.api.value, use.function) for use in php.functions} == {("2", "listkeys")}
    assert php.fields == {"host"}
    assert toolkit.fields == {"q", "r"}
    assert {use.function for use in (toolkit | perl).functions} == {"showkey", "list_keys"}
    assert perl.features == {"f"}


def test_states(pair: Pair) -> None:
    assert names(Facts()) == ["as seeded"]
    assert names(Facts(fields=frozenset({"q"}))) == [
        "plausible form",
        "empty form",
        "hostile form",
    ]
    assert names(
        Facts(features=frozenset({"b", "a", "version-11.40"}), reseller=True, demo=True)
    ) == [
        "as seeded",
        "feature a off",
        "feature b off",
        "all features off",
        "demo account",
        "reseller",
    ]
    write(pair.old, "p.html", "<cpanel SSL=\"gencsr($FORM{'host'})\"><?cp Nope::no(%,a) ?>")
    found = names(facts_of(pair, "p.html"))
    assert found[:2] == ["nothing stored, plausible form", "nothing stored, empty form"]
    assert found[15:] == ["feature sslmanager off", "failing SSL::gencsr", "demo account"]
