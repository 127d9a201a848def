"""Each row of the mapping (``tags §9.2``) as Template Toolkit, as a person would write it."""

from __future__ import annotations

import pytest

from cpanel_emu.migration.convert import TEMPLATE_TOOLKIT
from cpanel_emu.migration.convert.doubts import Doubts
from cpanel_emu.tags import parse


def toolkit(source: str) -> str:
    """Return what *source* becomes."""
    document = parse(source, "p.html")
    return TEMPLATE_TOOLKIT.page(document, Doubts(document), "\n")


ROWS = {
    # words
    '<cpanel langprint="K">': "[% locale.maketext('K') %]",
    '<cpanel langprint="a [b]">': "[% locale.langprint('a [b]') %]",
    "<cpanel print=\"$CPDATA{'X'}\">": "[% CPANEL.CPDATA.X %]",
    "<cpanel print=\"$CPDATA{'FEATURE-A'}\">": "[% CPANEL.CPDATA.item('FEATURE-A') %]",
    "<cpanel print=\"$CPDATA{'END'}\">": "[% CPANEL.CPDATA.item('END') %]",
    '<cpanel print="DNS">': "[% CPANEL.CPDATA.exists('DNS') ? CPANEL.CPDATA.DNS : 'DNS' %]",
    '<cpanel print="two words">': "two words",
    '<cpanel print="n$user">': "n[% CPANEL.user %]",
    "<cpanel print=\"$FORM{'x'}\">": "[% FORM.x %]",
    "<cpanel print=\"$RAW_FORM{'keys'}\">": "[% RAW_FORM.item('keys') %]",
    "<cpanel print=\"$FORM{'VERSION'}\">": "[% FORM.item('VERSION') %]",
    "<cpanel print=\"$URI_ENCODED_FORM{'x'}\">": "[% RAW_FORM.x | url %]",
    "<cpanel print=\"$CPERROR{'ssl'}\">": "[% CPANEL.CPERROR.item('ssl') %]",
    "<cpanel print=\"$BRANDINGIMG{'key'}\">": "[% Branding.image_url('key') %]",
    '<cpanel setvar="v=a $user">': "[% SET CPANEL.CPVAR.v = 'a ' _ CPANEL.user %]",
    '<cpanel setvar="keys=1">': "[% CALL CPANEL.CPVAR.item('keys', '1') %]",
    '<cpanel printvar="v">': "[% CPANEL.CPVAR.v %]",
    "<cpanel formprint=\"$FORM{'x'}\">": "[% RAW_FORM.x | html_attr %]",
    '<cpanel uriprint="a$user">': "[% 'a' _ CPANEL.user | url %]",
    '<cpanel jsprint="$user">': "[% CPANEL.user | js_literal %]",
    '<cpanel unsafeprint="$FORM{x}">': "[% RAW_FORM.x %]",
    '<cpanel sprint="$version,.,1">': "[% CPANEL.version.split('\\\\.').1 %]",
    '<cpanel sprint="a_b,_,1">': "[% CPANEL.sprint('a_b', '_', '1') %]",
    '<cpanel getcharset="">': "utf-8",
    '<cpanel version="">': "[% CPANEL.version %]",
    '<cpanel printhelp="x">': "",
    # files
    '<cpanel include="h-$FORM{x}.html">': "[% Theme.include('h-' _ RAW_FORM.x _ '.html') %]",
    '<cpanel relinclude="h.html">': "[% Theme.relinclude('h.html') %]",
    '<cpanel rawinclude="h.css">': "[% Theme.rawinclude('h.css') %]",
    '<cpanel relrawinclude="h.css">': "[% Theme.relrawinclude('h.css') %]",
    '<cpanel dynamicinclude="d/*.html">': "[% Theme.dynamicinclude('d/*.html') %]",
    '<cpanel Branding="include(h.html)">': "[% Branding.include('h.html') %]",
    '<cpanel Branding="image(k,1)">': "[% Branding.image('k') %]",
    "<cpanel MagicRevision=\"uri('a.css')\">": "[% MagicRevision('a.css') %]",
    # phrases
    "<cptext 'Hi [_1]',$user>": "[% locale.maketext('Hi [_1]', CPANEL.user) %]",
    "<cpanel Locale=\"maketext('It\\'s [_1]',$FORM{x})\">": (
        "[% locale.maketext('It\\'s [_1]', FORM.x) %]"
    ),
    "<cptext 'HELLO'>": "[% locale.phrase('HELLO') %]",
    "<cptext '$user [quant,_1,a,b]',2>": (
        "[% CPANEL.user %] [% locale.maketext('[quant,_1,_2,_3]', '2', 'a', 'b') %]"
    ),
    # calls
    '<cpanel SSL="showcsr(a, $FORM{x})">': (
        "[% USE Api1 %][% Api1.exec('SSL', 'showcsr', 'a', RAW_FORM.x) %]"
    ),
    '<cpanel SSL="delete(%FORM)">': "[% USE Api1 %][% Api1.exec('SSL', 'delete', RAW_FORM.all) %]",
    "<?cp A::f([b]%[/b],host) a=1, b-c=$user ?>": (
        "[% USE Api2 %][% FOREACH row IN Api2.exec('A', 'f', { a = '1', 'b-c' = CPANEL.user }) %]"
        "<b>[% row.host %]</b>[% END %]"
    ),
    "<?cp A::f() ?>": "[% USE Api2 %][% CALL Api2.exec('A', 'f') %]",
    "<?cp A::f(%,*num) || '[i]none[/i]' ?>": (
        "[% USE Api2 %][% SET rows = Api2.exec('A', 'f') %][% FOREACH row IN rows %]"
        "[% loop.count % 2 ? 'odd' : 'even' %][% END %][% IF !rows.size %]<i>none</i>[% END %]"
    ),
    "<?cp A::f(%%%%%,^a,&b,*c,+d,size) ?>": (
        "[% USE Api2 %][% FOREACH row IN Api2.exec('A', 'f') %][% row.a | url %]"
        "[% row.b | html_attr %][% row.c | js %][% row.d ? 'checked' : '' %]"
        "[% Api2.text(row, 'size') %][% END %]"
    ),
    "<?cp A::f(%,on=1?up:down) ?>": (
        "[% USE Api2 %][% FOREACH row IN Api2.exec('A', 'f') %]"
        "[% row.on == '1' ? 'up' : 'down' %][% END %]"
    ),
    "<?cp A::f(%,ip:[u]:[i]${n}[/i]:[/u]) ?>": (
        "[% USE Api2 %][% FOREACH row IN Api2.exec('A', 'f') %]"
        "[% SET elements = Api2.list(row.ip) %][% IF elements.size %]<u>"
        "[% FOREACH element IN elements %]<i>[% element.n %]</i>[% END %]</u>[% END %][% END %]"
    ),
    "<?cp A::f(%,^ip::${n}:) ?>": (
        "[% USE Api2 %][% FOREACH row IN Api2.exec('A', 'f') %]"
        "[% SET elements = Api2.list(row.ip) %][% IF elements.size %]"
        "[% FOREACH element IN elements %][% element.n %][% END %][% END %][% END %]"
    ),
    "<?cp A::f($MAGICREVISION{'i/%.gif'},img) ?>": (
        "[% USE Api2 %][% FOREACH row IN Api2.exec('A', 'f') %]"
        "[% MagicRevision('i/' _ row.img _ '.gif') %][% END %]"
    ),
}

TESTS = {
    "$CPERROR{'ssl'}": "CPANEL.CPERROR.item('ssl')",
    "!$CPERROR{'ssl'}": "!CPANEL.CPERROR.item('ssl')",
    "$FORM{'x'}": "RAW_FORM.x.trim",
    "$appname==webmail": "CPANEL.appname == 'webmail'",
    "!$FORM{x}==": "RAW_FORM.x.trim != ''",
    "$CPVAR{'n'}=gt=0": "CPANEL.CPVAR.n.number > 0",
    "!$CPVAR{n}=ltet=1.5": "!(CPANEL.CPVAR.n.number <= '1.5')",
    "'$user'=lt=info": "CPANEL.user.number < 0",
    "'$FORM{trim}'=lt=1": "RAW_FORM.trim.number < 1",
    "$nix=gtet= 2kg": "0 >= 2",
    "$user=et=a": "CPANEL.user == 'a'",
    "$user=et=1": "CPANEL.cpanelif('$user=et=1')",
    "$isreseller && !$ip": "CPANEL.isreseller && (!CPANEL.ip)",
    "$ip==1 || $user && 1": "(CPANEL.ip == '1') || (CPANEL.user && '1')",
    "version-11.40": "CPANEL.feature('version-11.40')",
    "n$FORM{'x'}==n1": "CPANEL.cpanelif('n$FORM{\\'x\\'}==n1')",
    "$nix": "''",
    "0": "'0'",
}


@pytest.mark.parametrize("source", ROWS)
def test_row(source: str) -> None:
    assert toolkit(source) == ROWS[source]


@pytest.mark.parametrize("test", TESTS)
def test_condition(test: str) -> None:
    assert toolkit(f"<cpanelif {test}>a<cpanelelse>b</cpanelif>") == (
        f"[% IF {TESTS[test]} %]a[% ELSE %]b[% END %]"
    )


def test_features() -> None:
    assert toolkit("<cpanelfeature f>a</cpanelfeature>") == "[% IF CPANEL.feature('f') %]a[% END %]"
    assert toolkit("<cpanelfeature ! f>a</cpanelfeature>") == (
        "[% IF !CPANEL.feature('f') %]a[% END %]"
    )


def test_text_keeps_its_bytes() -> None:
    source = '<?php %] \r\n<cpanel print="$user">\n{{ [% x %] }}\r'
    assert toolkit(source) == "<?php %] \r\n[% CPANEL.user %]\n{{ [% '[%' %] x %] }}\r"


def test_a_string_does_not_end_its_directive() -> None:
    assert toolkit('<cpanel setvar="v=50%]">') == "[% SET CPANEL.CPVAR.v = ('50%' _ ']') %]"


def test_statements_side_by_side_are_one_directive() -> None:
    assert toolkit('<cpanel setvar="a=1"><cpanel setvar="b=2">') == (
        "[% SET CPANEL.CPVAR.a = '1';\nSET CPANEL.CPVAR.b = '2' %]"
    )


def test_what_is_in_doubt_stays_beside_a_comment() -> None:
    assert toolkit('a<cpanel cprint="k">b') == (
        "a[%# cpanel-emu: no source tells what cprint escapes, or that it decodes; write print, "
        'formprint or unsafeprint, whichever is meant. %]<cpanel cprint="k">b'
    )
