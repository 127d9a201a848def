"""Each row of the mapping (``tags §9.2``) as LivePHP, as a person would write it."""

from __future__ import annotations

import pytest

from cpanel_emu.migration.convert import LIVEPHP
from cpanel_emu.migration.convert.doubts import Doubts
from cpanel_emu.tags import parse

FIRST = "<?php require_once __DIR__ . '/cpanel-emu-tags.php' ?>\n"


def livephp(source: str) -> str:
    """Return what *source* becomes, without the page's first line."""
    document = parse(source, "p.html")
    page = LIVEPHP.page(document, Doubts(document), "\n")
    assert page.startswith(FIRST)
    return page.removeprefix(FIRST)


ROWS = {
    # words
    '<cpanel langprint="K">': "<?= $cpanel->cpanellangprint('K') ?>",
    "<cpanel print=\"$CPDATA{'X'}\">": "<?= $cpanel->cpanelprint(\"\\$CPDATA{'X'}\") ?>",
    '<cpanel print="DNS">': "<?= $cpanel->cpanelprint('DNS') ?>",
    '<cpanel print="two words">': "two words",
    "<cpanel print=\"$FORM{'x'}\">": "<?= htmlspecialchars(form('x'), ENT_COMPAT) ?>",
    "<cpanel print=\"$RAW_FORM{'x'}\">": "<?= form('x') ?>",
    "<cpanel print=\"$URI_ENCODED_FORM{'x'}\">": "<?= rawurlencode(form('x')) ?>",
    '<cpanel print="n$FORM{x}">': "<?= $cpanel->cpanelprint('n$FORM{x}') ?>",
    '<cpanel setvar="v=1">': "<?php $cpanel->exec('<cpanel setvar=\"v=1\">', 1) ?>",
    '<cpanel printvar="v">': "<?= $cpanel->cpanelprint(\"\\$CPVAR{'v'}\") ?>",
    "<cpanel formprint=\"$FORM{'x'}\">": "<?= attribute(form('x')) ?>",
    '<cpanel uriprint="$user">': "<?= rawurlencode($cpanel->cpanelprint('$user')) ?>",
    '<cpanel jsprint="$user">': "<?= '\"' . js($cpanel->cpanelprint('$user')) . '\"' ?>",
    '<cpanel unsafeprint="$FORM{x}">': "<?= form('x') ?>",
    '<cpanel sprint="$version,.,1">': (
        "<?= explode('.', $cpanel->cpanelprint('$version'))[1] ?? '' ?>"
    ),
    '<cpanel getcharset="">': "utf-8",
    '<cpanel hostname="">': "<?= $cpanel->cpanelprint('$hostname') ?>",
    '<cpanel printhelp="x">': "",
    # files
    '<cpanel include="p/h.html">': "<?php insert('p/h.html') ?>",
    '<cpanel include="h-$FORM{x}.html">': "<?php insert('h-' . form('x') . '.html') ?>",
    '<cpanel relinclude="h.html">': "<?php insert_from_theme('h.html') ?>",
    '<cpanel rawinclude="h.css">': "<?php insert_raw('h.css') ?>",
    '<cpanel relrawinclude="h.css">': "<?php insert_raw_from_theme('h.css') ?>",
    '<cpanel dynamicinclude="d/*.html">': "<?php insert_matches('d/*.html') ?>",
    '<cpanel Branding="include(h.html)">': "<?php insert_branding('h.html') ?>",
    '<cpanel Branding="image(k)">': (
        "<?= printed($cpanel->exec('<cpanel Branding=\"image(k)\">')) ?>"
    ),
    "<cpanel MagicRevision=\"uri('a.css')\">": (
        "<?= $cpanel->cpanelprint(\"\\$MAGICREVISION{'a.css'}\") ?>"
    ),
    # phrases
    "<cptext 'Hi [_1]',$user>": "<?= printed($cpanel->exec(\"<cptext 'Hi [_1]',\\$user>\")) ?>",
    # calls
    '<cpanel SSL="showcsr(a, $FORM{x})">': (
        "<?= printed($cpanel->api1('SSL', 'showcsr', array('a', form('x')))) ?>"
    ),
    '<cpanel sSL="f()">': "<?= printed($cpanel->api1('SSL', 'f')) ?>",
    '<cpanel SSL="delete(%FORM)">': (
        "<?= printed($cpanel->exec('<cpanel SSL=\"delete(%FORM)\">')) ?>"
    ),
    "<?cp A::f([b]%[/b],host) a=1, b=$user ?>": (
        "<?php foreach (rows($cpanel->api2('A', 'f', array('a' => '1', 'b' => "
        "$cpanel->cpanelprint('$user')))) as $row): ?>"
        "<b><?= field($row, 'host') ?></b><?php endforeach ?>"
    ),
    "<?cp A::f() ?>": "<?php rows($cpanel->api2('A', 'f')) ?>",
    "<?cp A::f(%,*num) 0=1 || '[i]none[/i]' ?>": (
        "<?php foreach ($rows = rows($cpanel->api2('A', 'f', (object) array('0' => '1'))) "
        "as $number => $row): ?><?= parity($number) ?><?php endforeach; if (!$rows): ?>"
        "<i>none</i><?php endif ?>"
    ),
    "<?cp A::f(%%%%,^a,&b,*c,+d) ?>": (
        "<?php foreach (rows($cpanel->api2('A', 'f')) as $row): ?>"
        "<?= rawurlencode(field($row, 'a')) ?><?= attribute(field($row, 'b')) ?>"
        "<?= js(field($row, 'c')) ?><?= is_true(field($row, 'd')) ? 'checked' : '' ?>"
        "<?php endforeach ?>"
    ),
    "<?cp A::f(%,on=1?up:down) ?>": (
        "<?php foreach (rows($cpanel->api2('A', 'f')) as $row): ?>"
        "<?= field($row, 'on') === '1' ? 'up' : 'down' ?><?php endforeach ?>"
    ),
    "<?cp A::f(%,ip:[u]:[i]${n}[/i]:[/u]) ?>": (
        "<?php foreach (rows($cpanel->api2('A', 'f')) as $row): ?>"
        "<?php if ($elements = elements(member($row, 'ip'))): ?><u>"
        "<?php foreach ($elements as $element): ?><i><?= field($element, 'n') ?></i>"
        "<?php endforeach ?></u><?php endif ?><?php endforeach ?>"
    ),
    "<?cp A::f($MAGICREVISION{'i/%.gif'},img) ?>": (
        "<?php foreach (rows($cpanel->api2('A', 'f')) as $row): ?>"
        "<?= lookup('MAGICREVISION', 'i/' . field($row, 'img') . '.gif') ?><?php endforeach ?>"
    ),
    # blocks
    "<cpanelif $CPVAR{'n'}=gt=0>a<cpanelelse>b</cpanelif>": (
        "<?php if ($cpanel->cpanelif(\"\\$CPVAR{'n'}=gt=0\")): ?>a<?php else: ?>b<?php endif ?>"
    ),
    "<cpanelfeature f>a</cpanelfeature>": (
        "<?php if ($cpanel->cpanelfeature('f')): ?>a<?php endif ?>"
    ),
    "<cpanelfeature !f>a</cpanelfeature>": (
        "<?php if (!$cpanel->cpanelfeature('f')): ?>a<?php endif ?>"
    ),
}


@pytest.mark.parametrize("source", ROWS)
def test_row(source: str) -> None:
    assert livephp(source) == ROWS[source]


def test_text_keeps_its_line_ends() -> None:
    """PHP drops the line end behind ``?>``, so it is printed."""
    source = '<cpanel print="$user">\r\n<cpanelif 1>\na</cpanelif>\r<cpanel setvar="v=1">\n'
    assert livephp(source) == (
        "<?= $cpanel->cpanelprint('$user'), \"\\r\\n\" ?>\r\n"
        '<?php if ($cpanel->cpanelif(\'1\')): echo "\\n" ?>\na<?php endif; echo "\\r" ?>\r'
        '<?php $cpanel->exec(\'<cpanel setvar="v=1">\', 1); echo "\\n" ?>\n'
    )


def test_php_in_text_stays_text() -> None:
    assert livephp("<?xml version='1.0'?>\n<?\n") == (
        "<?= '<?' ?>xml version='1.0'?>\n<?= '<?', \"\\n\" ?>\n"
    )


def test_statements_side_by_side_are_one_island() -> None:
    assert livephp('<cpanel setvar="v=1"><cpanel include="h.html">') == (
        "<?php $cpanel->exec('<cpanel setvar=\"v=1\">', 1);\ninsert('h.html') ?>"
    )


def test_rows_over_several_lines_stay_so() -> None:
    assert livephp("<?cp A::f(\n[li]%[/li]\n,host) || 'none' ?>\n") == (
        "<?php foreach ($rows = rows($cpanel->api2('A', 'f')) as $row): ?>\n"
        "<li><?= field($row, 'host') ?></li><?php endforeach; if (!$rows): ?>\n"
        'none<?php endif; echo "\\n" ?>\n'
    )


def test_a_page_in_a_folder_finds_the_helper() -> None:
    document = parse("", "a/b/p.html")
    page = LIVEPHP.page(document, Doubts(document), "\r\n")
    assert page == "<?php require_once __DIR__ . '/../../cpanel-emu-tags.php' ?>\r\n"


DOUBTS = {
    '<cpanel cprint="k">': "undocumented-word",
    '<cpanel dprint="k">': "undocumented-word",
    "<?cp A::f(%,@url) ?>": "css-field",
    "<?cptt A::f(t.tmpl) ?>": "template-toolkit-tag",
    '<!-- <cpanel A="f()"> -->': "call-in-comment",
    "<!-- <?cp A::f() ?> -->": "call-in-comment",
    '<cpanel A="f(%FORM,a)">': "form-beside-arguments",
    "<cpanelif !$user $ip>a</cpanelif>": "juxtaposed-values",
    "<cpanelif $user!=a>a</cpanelif>": "juxtaposed-values",
    "<cpanelif 1>a": "unbalanced-block",
    "</cpanelfeature>": "unbalanced-block",
    "<cpanelelse>": "unbalanced-block",
    "<cpanelnif x>": "unknown-tag",
    '<cpanel print="k': "unknown-tag",
    "<?cp nonsense ?>": "broken-tag",
    '<cpanel print="\udce9">': "not-utf-8",
}


@pytest.mark.parametrize("source", DOUBTS)
def test_what_is_in_doubt_is_listed_and_marked(source: str) -> None:
    document = parse("\n " + source, "p.html")
    [finding] = Doubts(document).findings
    assert finding.reason.value == DOUBTS[source]
    assert finding.line == 2
    assert finding.column == 2 + source.replace("<!--", "    ").index("<")
    assert finding.message
    assert finding.mend
    assert "/* cpanel-emu: " in livephp(source)


@pytest.mark.parametrize(
    "source",
    [
        '<!-- <cpanel print="k"> --><cpanel A="f()">',
        '<!-- <cpanel Branding="image(k)"> -->',
        '<script><!-- <cpanel A="f()"> //--></script>',
        "<STYLE>\n<!-- <?cp A::f(%,b) ?> -->",
        '<!--[if IE]><cpanel A="f()"><![endif]-->',
        "<cpanel A='f()'></cpanel>",
        "<cpanelif $user==a b>c</cpanelif>",
        "text",
    ],
)
def test_what_is_clear_is_not_listed(source: str) -> None:
    assert Doubts(parse(source, "p.html")).findings == []


def test_what_stays_is_run_as_it_is() -> None:
    assert livephp('<cpanel cprint="k">').endswith(
        "<?= printed($cpanel->exec('<cpanel cprint=\"k\">')) ?>"
    )
