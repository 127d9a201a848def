"""``theme convert --uapi``: which calls become UAPI calls, what is written, and that it runs.

What is written stands here as a person would write it by the handbook (``tags §9.2``, ``ssl §8``).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from cpanel_emu import Emulator
from cpanel_emu.cli import theme_convert
from cpanel_emu.cli.common import FAILED
from cpanel_emu.migration.compare.preparing import planned_faults
from cpanel_emu.migration.compare.states import State
from cpanel_emu.migration.convert import TARGETS, Policy, make_plan, write
from cpanel_emu.migration.convert.doubts import Doubts
from cpanel_emu.migration.convert.uapi import UapiCalls
from cpanel_emu.migration.pages import walk
from cpanel_emu.migration.successors import load, successors
from cpanel_emu.tags import parse
from tests.requirements import require_perl_module, require_program
from tests.server.wsgi import CLOCK
from tests.theme import states

# --- What is written ---

PHP = {
    "<?cp SSL::listkeys([li]%[/li],&host) || '[p]None.[/p]' ?>": (
        "<?php foreach ($rows = uapi_rows($cpanel->uapi('SSL', 'list_keys')) as $row): ?>"
        "<li><?= attribute(field($row, 'friendly_name')) ?></li>"
        "<?php endforeach; if (!$rows): ?><p>None.</p><?php endif ?>"
    ),
    "<?cp SSL::listcsrs(%,host=a?[b]b[/b]:c) ?>": (
        "<?php foreach (uapi_rows($cpanel->uapi('SSL', 'list_csrs')) as $row): ?>"
        "<?= field($row, 'commonName') === 'a' ? '<b>b</b>' : 'c' ?><?php endforeach ?>"
    ),
    "<?cp SSL::listsslitems(%%,type,host) domains=$FORM{'d'}, items=key ?>": (
        "<?php foreach (uapi_rows($cpanel->uapi('SSL', 'list_ssl_items', "
        "array('domains' => form('d'), 'item' => 'key'))) as $row): ?>"
        "<?= field($row, 'type') ?><?= field($row, 'host') ?><?php endforeach ?>"
    ),
    "<?cp SSL::getcnname(%,ssldomain) domain=a.b, service=imap ?>": (
        "<?php foreach (uapi_rows($cpanel->uapi('SSL', 'get_cn_name', "
        "array('domain' => 'a.b', 'service' => 'imap'))) as $row): ?>"
        "<?= field($row, 'ssldomain') ?><?php endforeach ?>"
    ),
    '<cpanel SSL="showcsr($FORM{host},0)">': (
        "<?= uapi_text($cpanel->uapi('SSL', 'show_csr', array('friendly_name' => form('host'))), "
        "'data', 'csr') ?>"
    ),
    '<cpanel SSL="deletekey(a.b)">': (
        "<?php $cpanel->uapi('SSL', 'delete_key', array('friendly_name' => 'a.b')) ?>"
    ),
    '<cpanel sSL="delete(a.b)">': (
        "<?= uapi_text($cpanel->uapi('SSL', 'delete_ssl', array('domain' => 'a.b')), "
        "'messages', '0') ?>"
    ),
}

TOOLKIT = {
    "<?cp SSL::listkeys([li]%[/li],&host) || '[p]None.[/p]' ?>": (
        "[% SET rows = execute('SSL', 'list_keys').data || [] %][% FOREACH row IN rows %]"
        "<li>[% row.friendly_name | html_attr %]</li>[% END %]"
        "[% IF !rows.size %]<p>None.</p>[% END %]"
    ),
    "<?cp SSL::listcsrs(%,host=a?[b]b[/b]:c) ?>": (
        "[% FOREACH row IN execute('SSL', 'list_csrs').data %]"
        "[% row.commonName == 'a' ? '<b>b</b>' : 'c' %][% END %]"
    ),
    "<?cp SSL::listsslitems(%%,type,host) domains=$FORM{'d'}, items=key ?>": (
        "[% FOREACH row IN execute('SSL', 'list_ssl_items', "
        "{ domains = RAW_FORM.d, item = 'key' }).data %]"
        "[% row.type %][% row.host %][% END %]"
    ),
    "<?cp SSL::getcnname(%,ssldomain) domain=a.b, service=imap || 'none' ?>": (
        "[% SET answer = execute('SSL', 'get_cn_name', { domain = 'a.b', service = 'imap' });\n"
        "SET rows = answer.status ? [answer.data] : [] %]"
        "[% FOREACH row IN rows %][% row.ssldomain %][% END %]"
        "[% IF !rows.size %]none[% END %]"
    ),
    "<?cp SSL::genkey() host=a.b ?>": (
        "[% CALL execute('SSL', 'generate_key', { friendly_name = 'a.b' }) %]"
    ),
    '<cpanel SSL="showkey($FORM{host})">': (
        "[% execute('SSL', 'show_key', { friendly_name = RAW_FORM.host }).data.details.key %]"
    ),
    '<cpanel SSL="deletecsr(a.b)">': (
        "[% CALL execute('SSL', 'delete_csr', { friendly_name = 'a.b' }) %]"
    ),
    '<cpanel SSL="delete(a.b)">': (
        "[% execute('SSL', 'delete_ssl', { domain = 'a.b' }).messages.0 %]"
    ),
}


def converted(source: str, to: str, policy: Policy = Policy.ALL) -> str:
    """Return what *source* becomes, without the first line of a LivePHP page."""
    document = parse(source, "p.html")
    doubts = Doubts(document)
    page = TARGETS[to].page(document, doubts, "\n", UapiCalls(document, doubts, policy))
    return page.partition("?>\n")[2] if to == "livephp" else page


@pytest.mark.parametrize("source", PHP)
def test_livephp(source: str) -> None:
    assert converted(source, "livephp") == PHP[source]


@pytest.mark.parametrize("source", TOOLKIT)
def test_toolkit(source: str) -> None:
    assert converted(source, "tt") == TOOLKIT[source]


# --- Which calls ---

STAYING = {
    "<?cp SSL::gencsr() host=a ?>": "SSL::generate_csr needs key_id",
    "<?cp SSL::genkey(%%,key,output) host=a ?>": (
        "the field output has no place in the data of SSL::generate_key"
    ),
    "<?cp SSL::genkey($CPVAR{'a%'},output) host=a ?>": (
        "the field output has no place in the data of SSL::generate_key"
    ),
    "<?cp SSL::listkeys(%,host) api2_sort=1 ?>": "api2_sort has no place in SSL::list_keys",
    "<?cp SSL::fetchinfo(%,crt) domain=a ?>": "no successor is known",
    "<?cp Nope::f() ?>": "no successor is known",
    "<?cp WebDisk::set_perms() ?>": "there is no successor",
    "<?cp Email::listpops(%,email) ?>": "where Email::list_pops has the output is not known",
    "<?cp SSL::uploadkey(%,id) key=a, host=b ?>": (
        "answers to POST only, which a call of a page is not; no sentence comes with it"
    ),
    '<cpanel SSL="gencsr(a,US,Texas,Houston,B)">': "SSL::generate_csr needs key_id",
    '<cpanel SSL="showkey(a,1)">': "argument 2 has no place in SSL::show_key",
    '<cpanel SSL="showkey(a,$FORM{t})">': "argument 2 has no place in SSL::show_key",
    '<cpanel SSL="delete(%FORM)">': "%FORM hands over every field of the form",
}


@pytest.mark.parametrize("source", STAYING)
def test_a_call_without_a_whole_mapping_stays_and_is_listed(source: str) -> None:
    document = parse(source, "p.html")
    [finding] = UapiCalls(document, Doubts(document), Policy.ALL).findings
    api = "API 2" if source.startswith("<?cp") else "API 1"
    assert finding.message.partition(" stays ")[2] == f"{api}: {STAYING[source]}"
    assert finding.reason.value == "not-uapi"
    for to in TARGETS:
        assert converted(source, to) == converted(source, to, Policy.NONE)


def test_a_changed_call_is_listed_with_how_it_may_differ() -> None:
    source = "\n <?cp SSL::listkeys(%,host) ?><cpanelif $CPERROR{'ssl'}>x</cpanelif>"
    document = parse(source, "p.html")
    [finding] = UapiCalls(document, Doubts(document), Policy.ALL).findings
    assert (finding.line, finding.column, finding.reason.value) == (2, 2, "now-uapi")
    assert finding.message == (
        "SSL::listkeys is now UAPI SSL::list_keys; may differ: one row per key, not per host; "
        "a key has any name; the page reads $CPERROR{'ssl'}, which UAPI does not set"
    )
    assert "theme compare" in finding.mend


@pytest.mark.parametrize(
    "source",
    [
        '<cpanel Branding="image(k)">',
        "<!-- <?cp SSL::listkeys(%,host) ?> -->",
        "<?cp A::f(%,@u) ?>",
    ],
)
def test_parts_of_the_page_and_doubtful_calls_are_no_matter_of_uapi(source: str) -> None:
    document = parse(source, "p.html")
    assert UapiCalls(document, Doubts(document), Policy.ALL).findings == []


ALIKE = load("""
[api2.A.f]
successor = "B::g"
fields = { x = "y" }
data = "rows"
same = true
source = "s"
mark = "CHOICE"
[api2.A.g]
successor = "B::g"
data = "rows"
notes = "n"
source = "s"
mark = "CHOICE"
""")


@pytest.mark.parametrize(
    ("rest", "changes"),
    [
        ("", True),
        ("<cpanelif $CPERROR{'b'}>", True),
        ("<cpanelif $CPERROR{'a'}>", False),
        ('<cpanel print="$CPERROR{A}">', False),
        ("<?cp A::g($CPERROR{'%'},x) ?>", False),
    ],
)
def test_same_changes_what_is_proven_and_no_page_that_reads_its_errors(
    rest: str, changes: bool
) -> None:
    document = parse("<?cp A::f(%,x) ?><?cp A::g() ?><?cp A::f(%,z) ?>" + rest, "p.html")
    calls = UapiCalls(document, Doubts(document), Policy.SAME, ALIKE)
    assert (calls.of(document.nodes[0]) is not None) is changes
    assert [calls.of(node) for node in document.nodes[1:3]] == [None, None]
    assert calls.findings == []


def test_no_successor_is_proven_to_print_the_same() -> None:
    """One that is marked so needs a test over the states of an account, here."""
    assert [row.old_name for row in successors().values() if row.same] == []


# --- The command ---


def test_the_command_lists_every_call_and_changes_none_by_default(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.mkdir()
    (old / "p.html").write_text("<?cp SSL::listkeys(%,host) ?>\n<?cp SSL::gencsr() ?>\n")

    def run(*options: str) -> tuple[int, list[tuple[int, str]], str]:
        out = tmp_path / f"new{'-'.join(options)}"
        arguments = [str(old), "--to", "tt", "--out", str(out), "--json", *options]
        result = CliRunner().invoke(theme_convert.convert, arguments)
        found = json.loads(result.output)["findings"]
        page = (out / "p.html.tt").read_text()
        return result.exit_code, [(one["line"], one["rule"]) for one in found], page

    usual = run()
    assert usual[:2] == (0, [])
    assert run("--uapi", "same") == usual
    assert run("--uapi", "none") == usual
    code, found, page = run("--uapi", "all")
    assert (code, found) == (FAILED, [(1, "now-uapi"), (2, "not-uapi")])
    assert "execute('SSL', 'list_keys').data" in page
    assert "Api2.exec('SSL', 'gencsr')" in page


# --- That it runs ---

LISTS = """\
<?cp SSL::listkeys([li]%[/li],&host) || '[li]None.[/li]' ?>
<?cp SSL::listcsrs([li]%[/li],&host) || '[li]None.[/li]' ?>
<?cp SSL::listsslitems([li]% %[/li],type,host) domains=example.com|a.example.com, items=key|csr ?>
"""
SHOWN = '<cpanel SSL="showcsr(example.com)"><cpanel SSL="showkey($FORM{host},0)">'
DELETED = "<cpanel SSL=\"deletekey(example.com)\"><?cp SSL::listkeys(%,host) || 'None.' ?>\n"


def one_of_each(emulator: Emulator) -> None:
    """Make a request for the key of the seed, and another host with both."""
    states.request(emulator)
    states.api1(emulator, "genkey", "a.example.com")
    states.api1(emulator, "gencsr", "a.example.com", *states.SUBJECT.values(), "x")


def two_keys(emulator: Emulator) -> None:
    """Make a second key for the host of the seed."""
    states.api1(emulator, "genkey", "example.com")


def without_the_feature(emulator: Emulator) -> None:
    """Take the feature of all these functions from the account."""
    emulator.accounts.update("user", lambda one: replace(one, features={"sslmanager": False}))


def failing(emulator: Emulator) -> None:
    """Let the functions of the module fail."""
    emulator.faults.replace([{"kind": "fail", "module": "SSL", "text": "No."}])


def seeded(_: Emulator) -> None:
    """Leave the account as it is."""


def printed(folder: Path, to: str, source: str, prepare: Callable[[Emulator], None]) -> list[str]:
    """Return what a page prints as tags, and with every call changed that can be."""
    require_program("php") if to == "livephp" else require_perl_module("Template")
    old, new = folder / "old", folder / "new"
    old.mkdir()
    (old / "p.html").write_text(source)
    plan = make_plan(TARGETS[to], walk(old), Policy.ALL)
    assert {finding.reason.value for finding in plan.findings} == {"now-uapi"}
    write(plan.files.values(), new)
    texts = []
    for theme in (old, new):
        with Emulator(theme=theme, clock=CLOCK, random_seed=1) as emulator:
            prepare(emulator)
            texts.append(emulator.render("p.html", user="user", form=states.HOST).decode())
    return texts


@pytest.mark.parametrize("to", ["livephp", "tt"])
@pytest.mark.parametrize("prepare", [seeded, states.nothing, one_of_each, without_the_feature])
def test_with_one_item_of_each_host_the_page_prints_the_same(
    prepare: Callable[[Emulator], None], to: str, tmp_path: Path
) -> None:
    old, new = printed(tmp_path, to, LISTS, prepare)
    assert new == old
    if prepare is one_of_each:
        assert "<li>csr a.example.com</li>" in new


@pytest.mark.parametrize("to", ["livephp", "tt"])
def test_items_are_shown_but_for_the_line_end(to: str, tmp_path: Path) -> None:
    old, new = printed(tmp_path, to, SHOWN, states.request)
    assert "-----END CERTIFICATE REQUEST-----\n-----BEGIN RSA PRIVATE KEY-----\n" in old
    assert new == old.replace("-----\n-----BEGIN RSA", "----------BEGIN RSA").rstrip("\n")


@pytest.mark.parametrize("to", ["livephp", "tt"])
def test_what_is_deleted_is_gone(to: str, tmp_path: Path) -> None:
    old, new = printed(tmp_path, to, DELETED, seeded)
    assert (old, new) == ("None.\n", "None.\n")


@pytest.mark.parametrize("to", ["livephp", "tt"])
def test_with_two_keys_of_a_host_it_differs_as_was_told(to: str, tmp_path: Path) -> None:
    """This is why no row is the same: there is one row per key (``ssl §6.2``, ``ssl §8``)."""
    old, new = printed(tmp_path, to, "<?cp SSL::listkeys([li]%[/li],host) ?>", two_keys)
    assert old == "<li>example.com</li>"
    assert new.count("<li>") == 2


@pytest.mark.parametrize("to", ["livephp", "tt"])
def test_a_call_that_fails_has_no_row(to: str, tmp_path: Path) -> None:
    """In API 2 it has one, that tells why (``wire §5.4``)."""
    page = "<?cp SSL::listkeys([li]%[/li],host) || 'None.' ?>"
    assert printed(tmp_path, to, page, failing) == ["<li></li>", "None."]


def test_a_successor_fails_with_the_function_that_it_replaces() -> None:
    planned = planned_faults(State(name="s", failing=("SSL::listkeys",)))
    assert [fault["function"] for fault in planned] == ["listkeys", "list_keys"]
