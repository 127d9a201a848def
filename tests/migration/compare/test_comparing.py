"""Pairs of themes that print the same, and pairs that do not (``tags §9``)."""

from __future__ import annotations

import threading
import time

import pytest

from cpanel_emu.accounts.models import AccountError
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.liveapi.pages import CUT_SHORT
from cpanel_emu.migration.compare.differences import Kind
from cpanel_emu.migration.compare.matrix_file import MatrixFile
from cpanel_emu.migration.compare.states import State, Stored
from tests.migration.compare.themes import Pair, states, write
from tests.requirements import require_perl_module, require_program

PAGE = """<h1><cpanel print="$CPDATA{'DNS'}"></h1>
<p><cpanel formprint="$FORM{'q'}"></p>
<cpanelfeature sslmanager><?cp SSL::listkeys([li]%[/li],host) || '[li]None[/li]' ?></cpanelfeature>
"""
TOOLKIT = """<h1>[% CPANEL.CPDATA.DNS %]</h1>
<p>[% RAW_FORM.item('q') | html_attr %]</p>
[% IF CPANEL.feature('sslmanager'); USE Api2; d = Api2.exec('SSL', 'listkeys'); FOREACH r IN d
%]<li>[% r.host %]</li>[% END; IF !d.size %]<li>None</li>[% END; END %]
"""
PHP = """<h1><?php
require '/usr/local/cpanel/php/cpanel.php';
$c = new CPANEL();
echo $c->cpanelprint('$CPDATA{DNS}') ?></h1>
<p><?= htmlspecialchars($_REQUEST['q'] ?? '') ?></p>
<?php if ($c->cpanelfeature('sslmanager')) {
  $d = $c->api2('SSL', 'listkeys')['cpanelresult']['data'] ?? [];
  foreach ($d as $r) { echo '<li>', $r['host'] ?? '', '</li>'; }
  if (!$d) { echo '<li>None</li>'; } } ?>

"""


@pytest.fixture
def toolkit() -> None:
    require_perl_module("Template")


def test_tag_themes_that_are_equal(pair: Pair) -> None:
    pair.both("p.html", PAGE)
    pair.both("part.html", "a")
    comparison = pair.compared()
    assert comparison.differences == ()
    names = {cell.state.name for cell in comparison.cells if cell.page == "p.html"}
    assert names == {
        *(
            f"{stored}, {form} form"
            for stored in (
                "nothing stored",
                "a key",
                "a request",
                "a certificate",
                "an installed certificate",
            )
            for form in ("plausible", "empty", "hostile")
        ),
        "feature sslmanager off",
        "failing SSL::listkeys",
    }
    assert [cell.state.name for cell in comparison.cells if cell.page == "part.html"] == [
        "as seeded"
    ]


@pytest.mark.usefixtures("toolkit")
def test_template_toolkit_that_is_equal(pair: Pair) -> None:
    pair.page(PAGE, TOOLKIT)
    assert pair.differs(states=("a certificate, *", "nothing*", "f*"), jobs=2) == []


def test_php_that_is_equal(pair: Pair) -> None:
    require_program("php")
    pair.page(PAGE, PHP, "p.live.php")
    found = pair.differs(states=("a certificate, *", "nothing*", "f*"), jobs=2)
    # PHP writes &#039; where tags write &#39;.
    assert states(found) == {"a certificate, hostile form", "nothing stored, hostile form"}
    assert all("&#039;" in "".join(one.lines) for one in found)


def test_one_byte(pair: Pair) -> None:
    write(pair.old, "p.html", b"ab\ncd\xff\n")
    write(pair.new, "p.html", b"ab\ncD\xff\n")
    (found,) = pair.differs()
    assert (found.kind, found.offset) == (Kind.BYTES, 4)
    assert found.summary == "first at byte 0x4 (line 2, column 2); 7 bytes became 7"
    assert found.lines == ("@@ -1,2 +1,2 @@", " ab", "-cd\\xff", "+cD\\xff")


def test_bytes_that_are_no_difference_in_html(pair: Pair) -> None:
    write(pair.old, "p.html", "<p class=a id='b'>x &eacute;  y\n<br>z</p>\n")
    write(pair.new, "p.html", '<P id="b"\n class="a">x é y <br />z</P>')
    assert [one.kind for one in pair.differs()] == [Kind.BYTES]
    assert pair.differs(as_html=True) == []
    write(pair.new, "p.html", '<p id="b" class="a">x é y<br>Z</p>')
    (found,) = pair.differs(as_html=True)
    assert found.kind is Kind.DOCUMENT
    assert ("-z" in found.lines, "+Z" in found.lines) == (True, True)


def test_one_state_only(pair: Pair) -> None:
    """The new page forgot the feature and the form's escape."""
    write(pair.old, "p.html", PAGE)
    new = PAGE.replace("<cpanelfeature sslmanager>", "").replace("</cpanelfeature>", "")
    write(pair.new, "p.html", new)
    few = ("a key, *", "f*")
    assert states(pair.differs(states=few)) == {"feature sslmanager off"}
    write(pair.new, "p.html", PAGE.replace("formprint", "unsafeprint"))
    assert states(pair.differs(states=few)) == {"a key, hostile form"}


def test_a_page_that_is_missing(pair: Pair) -> None:
    pair.both("both.html", "a")
    write(pair.old, "gone.html", "a")
    write(pair.new, "added.html.tt", "a")
    found = pair.differs()
    assert [(one.cell.page, one.kind, one.summary) for one in found] == [
        ("added.html", Kind.MISSING, "the old theme has no such page"),
        ("gone.html", Kind.MISSING, "the new theme has no such page"),
    ]


def test_what_is_stored(pair: Pair) -> None:
    """The new page asks for another company: it prints the same, the request is another."""
    call = (
        '<cpanel SSL="gencsr(example.com,US,Texas,Houston,{},Docs,user@example.com,12345luggage)">'
    )
    write(pair.old, "p.html", f"<!-- {call.format('One')} -->".replace("-->", "--!>"))
    write(pair.new, "p.html", f"<!-- {call.format('Two')} -->".replace("-->", "--!>"))
    found = pair.differs(states=("a key",))
    assert Kind.STORED in {one.kind for one in found}
    assert any("csrs/" in one.summary for one in found if one.kind is Kind.STORED)


def test_what_is_stored_does_not_stay(pair: Pair) -> None:
    """Each page sees the account as its state has it, whatever pages did before."""
    change = '<cpanel SSL="deletekey(example.com)">'
    look = "<?cp SSL::listkeys(%,host) || 'none' ?>"
    pair.both("a.html", look + change + look)
    pair.both("b.html", look)
    pair.both("c.html", change)
    comparison = pair.compared(states=("a key",), jobs=1)
    assert len(comparison.cells) == 3
    assert comparison.differences == ()
    write(pair.new, "b.html", "example.com")
    assert pair.differs(states=("a key",)) == []


def test_page_variables(pair: Pair) -> None:
    write(pair.old, "p.html", '<cpanel setvar="v=1"><cpanel setvar="w=2">')
    write(pair.new, "p.html", '<cpanel setvar="v=1"><cpanel setvar="w=3">')
    (found,) = pair.differs()
    assert (found.kind, found.summary) == (Kind.VARIABLES, "w")
    assert found.lines == ("-w = 2", "+w = 3")


def test_new_warnings(pair: Pair) -> None:
    write(pair.old, "p.html", '<cpanel include="nix.html">')
    write(pair.new, "p.html", '<cpanel include="nox.html">')
    (found,) = pair.differs()
    assert (found.kind, found.lines) == (Kind.WARNINGS, ('+there is no file "nox.html"',))
    write(pair.new, "p.html", "")
    assert pair.differs() == []


def test_content_type_and_status(pair: Pair) -> None:
    require_program("php")
    connect = "require '/usr/local/cpanel/php/cpanel.php'; (new CPANEL())->end();"
    write(pair.old, "p.json", "[]")
    write(pair.new, "p.json.live.php", f"<?php {connect} header('HTTP/1.1 404 Gone'); ?>[]")
    kinds = [(one.kind, one.summary) for one in pair.differs()]
    assert kinds == [
        (Kind.STATUS, "200 became 404"),
        (Kind.TYPE, "application/json became text/html"),
    ]


@pytest.mark.usefixtures("toolkit")
def test_pages_without_end(pair: Pair) -> None:
    require_program("php")
    pair.page("a", "[% " + "FOREACH i IN [1..30000]; " * 3 + "END; " * 3 + "%]")
    write(pair.old, "q.html", "a")
    write(pair.new, "q.live.php", "<?php while (true) { echo str_repeat('x', 65536); }")
    write(pair.old, "r.html", "a")
    write(pair.new, "r.live.php", "<?php while (true) { }")
    comparison = pair.compared(seconds=1.0, jobs=2)
    bodies = {one.cell.page for one in comparison.differences if one.kind is Kind.BYTES}
    assert bodies == {"p.html", "q.html", "r.html"}
    warned = [one for one in comparison.differences if one.kind is Kind.WARNINGS]
    assert len(warned) == 3
    assert all("the page was stopped" in "".join(one.lines) for one in warned)
    assert CUT_SHORT.decode() in "".join("".join(one.lines) for one in comparison.differences)


def test_the_first_difference_can_be_enough(pair: Pair) -> None:
    for number in range(30):
        write(pair.old, f"{number}.html", "a")
        write(pair.new, f"{number}.html", "b")
    comparison = pair.compared(fail_fast=True)
    assert 1 <= len(comparison.cells) < 30
    assert comparison.left == 30 - len(comparison.cells)


def test_states_of_ones_own(pair: Pair) -> None:
    pair.both("p.html", "<cpanel print=\"$CPDATA{'USER'} $FORM{'x'} $brandingpkg\">")
    own = State(
        "mine",
        Stored.KEY,
        {"x": "1"},
        user="username",
        preferences={"brandingpkg": "harbour"},
        pages=("p*",),
    )
    other = State("for others", pages=("q.html",))
    matrix = MatrixFile(built_in=False, states=(own, other))
    comparison = pair.compared(matrix=matrix)
    assert [cell.state.name for cell in comparison.cells] == ["mine"]
    write(pair.new, "p.html", "username 1 harbour")
    assert pair.differs(matrix=matrix) == []


def test_what_nobody_can_compare(pair: Pair) -> None:
    pair.both("p.html", "a")
    with pytest.raises(ConfigurationError, match="no page of the two themes fits"):
        pair.comparer(pages=("nix.html",))
    with pytest.raises(ConfigurationError, match="--list shows them"):
        pair.comparer(states=("nix",))
    with pytest.raises(ConfigurationError, match="no state of the file is for these pages; add"):
        pair.comparer(matrix=MatrixFile(built_in=False))
    with pytest.raises(AccountError, match="no account 'nobody'"):
        pair.comparer(user="nobody")


def test_a_missing_program_is_named(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.page("a", "a")
    comparer = pair.comparer()
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(ConfigurationError, match="apt-get install libtemplate-perl"):
        comparer.run()
    write(pair.new, "p.live.php", "a")
    (pair.new / "p.html.tt").unlink()
    with pytest.raises(ConfigurationError, match="apt-get install php-cgi"):
        pair.compared()


def test_an_interrupt_ends_pages_at_once(pair: Pair) -> None:
    require_program("php")
    pair.page("a", "<?php sleep(500);", "p.live.php")

    def interrupt() -> None:
        raise KeyboardInterrupt

    write(pair.old, "a.html", "a")
    write(pair.new, "a.html", "a")
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        pair.comparer(seconds=500, jobs=1).run(interrupt)
    assert time.monotonic() - started < 200
    assert not [thread for thread in threading.enumerate() if thread.name == "compare"]
