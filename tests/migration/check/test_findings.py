"""What is wrong with one page: each case is written from the rule that it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpanel_emu.migration.check import RULES
from cpanel_emu.migration.check.reading import read_language, read_page
from cpanel_emu.migration.pages import FileKind
from tests.migration.check.themes import KNOWN, checked

# A page, and its findings as line:column rule. The language keys of the pages are not looked at.
CASES = [
    # §1.3: a call inside an HTML comment runs.
    ('<!-- <cpanel SSL="installedhost()"> -->', ["1:6 call-in-comment"]),
    ("<!--\n<?cp SSL::listkeys(%,host) ?>\n-->", ["2:1 call-in-comment"]),
    ('<!-- <cpanel print="$user"> <cpanel MagicRevision="uri(a)"> -->', []),
    ('<script><!--\nv="<cpanel Email="printdomainoptions()">";\n//--></script>', []),
    ('<!--[if IE]><cpanel SSL="installedhost()"><![endif]-->', []),
    ('<!-- a --><cpanel SSL="installedhost()"><!-- b -->', []),
    # §1.4: a tag ends at the first >.
    ('a <cpanel print="a>b"> c', ["1:3 early-end"]),
    ("<cpanelif $CPVAR{'n'} > 3>x</cpanelif>", ["1:1 early-end"]),
    ("<cpanelif $CPVAR{'n'} >= $CPVAR{'m'}>x</cpanelif>", ["1:1 early-end"]),
    ("<cpanelif $CPVAR{'n'}=gt=3>x</cpanelif>", []),
    ("<option<cpanelif $FORM{'x'}> selected</cpanelif>>", []),
    ("<?cp SSL::listkeys([b]%</b>,host) ?>", ["1:1 swallowed-text"]),
    ("<?cp SSL::listkeys(%->,host) ?>", ["1:1 early-end"]),
    ("<?cp SSL::listkeys(%,host) || 'a->b' ?>", ["1:1 early-end"]),
    ('<cpanel print="$user"\n<td class="x">', ["1:1 swallowed-text"]),
    ("<cptext 'a <b>bold</b> word'>", ["1:1 swallowed-text"]),
    ("<a title='<cpanel print=\"$user\">'>", []),
    # §1.6, §1.7
    ("<cpanelnif $FORM{'x'}>a", ["1:1 unknown-tag"]),
    ("a\n <cpanellive x>", ["2:2 unknown-tag"]),
    ('<CPANEL print="k">', []),
    ('a <cpanel print="k"', ["1:3 unclosed-tag"]),
    # §1.10
    ('<cpanel Nope="f()">', ["1:1 unknown-function"]),
    ("<?cp Nope::f(%,a) ?>", ["1:1 unknown-function"]),
    ('<cpanel Email="listmaildomains()">', ["1:1 unknown-function"]),  # it is API 2's
    ('<cpanel Branding="nope()">', ["1:1 unknown-function"]),
    ('<cpanel sSL="installedhost()">', []),  # §1.13
    ('<cpanel MagicRevision="uri(a.png)">', []),
    ("<cpanelif 0><cpanel Nope=\"f()\"></cpanelif>", ["1:13 unknown-function"]),
    # §1.12
    ("a<cpanelif $FORM{'x'}>b", ["1:2 unclosed-block"]),
    ("</cpanelif>", ["1:1 stray-end"]),
    ("<cpanelelse>", ["1:1 stray-end"]),
    ("<cpanelif 1><cpanelelse>a<cpanelelse></cpanelif>", ["1:26 stray-end"]),
    ("<cpanelif 1><cpanelfeature f>a</cpanelif></cpanelfeature>",
     ["1:31 crossed-blocks", "1:42 stray-end"]),
    # §1.15
    ("<?php $a = '<cpanel print=\"$user\">'; ?>", ["1:13 tag-in-php"]),
    ("<?php $a = '<?cp SSL::listkeys(%,host) ?>' . '<cpanel print=\"$user\">'; ?><cpanel version>",
     ["1:13 tag-in-php", "1:47 tag-in-php"]),
    ('<?php a(); ?><cpanel print="$user">', []),
    # §2.1
    ("<cpanel =x>", ["1:1 broken-tag"]),
    ('<cpanel print="$user>', ["1:1 missing-quote"]),
    ('<cpanel SSL = showkey(a)">', ["1:1 missing-quote"]),
    ("<cpanel print=\"$FORM{x'}\">", ["1:1 missing-quote"]),
    ('<cpanel print="$FORM{x}">', []),
    ("<cpanel SSL=\"showkey('a)\">", ["1:1 open-quote"]),
    ("<cptext 'a>", ["1:1 open-quote"]),
    ("<cptext \"a\",'b'>", []),
    ('<cpanel SSL="installedhost()">b</cpanel>', ["1:32 stray-cpanel-end"]),
    # §2.2
    ('<cpanel setvar="v">', ["1:1 broken-word"]),
    ('<cpanel sprint="a_b">', ["1:1 broken-word"]),
    ('<cpanel dprint="$user">', ["1:1 unclear-escape"]),
    ("<cpanel unsafeprint=\"$FORM{'x'}\">", ["1:1 unescaped-input"]),
    ("<cpanel unsafeprint=\"$CPVAR{'x'}\">", []),
    ("<cpanel print=\"$RAW_FORM{'x'}\">", ["1:1 unescaped-input"]),
    ("<cpanel formprint=\"$RAW_FORM{'x'}\">", []),
    ("<?cp SSL::listkeys(%,host) a=$RAW_FORM{'x'} ?>", []),
    ("<?cp SSL::listkeys(%,host) || '$RAW_FORM{'x'}' ?>", ["1:1 unescaped-input"]),
    # §2.4
    ("<cptext '[nope,_1]',a>", ["1:1 broken-phrase"]),
    # §3
    ('<?cp print="k" ?>', ["1:1 broken-call"]),
    ("<?cp SSL::listkeys(%,host|x) ?>", ["1:1 broken-field"]),
    ("<?cp SSL::listkeys(\\{x}%,host) ?>", ["1:1 unknown-escape"]),
    ('<?cp SSL::listkeys(%,host) a="1" b="2" ?>', ["1:1 dropped-parameter"]),
    ('<?cp SSL::listkeys(%,host) a="1 ?>', ["1:1 open-quote"]),
    ("<?cp SSL::listkeys(%,host) || 'none ?>", ["1:1 missing-quote"]),
    ("<?cp SSL::listkeys(%,host) || ''[i]no[/i]' ?>", []),
    ("<?cp SSL::listkeys(url[[%]],@host) ?>", ["1:1 unclear-escape"]),
    ("<?cp SSL::listkeys($header_from:%;,host) ?>", ["1:1 dollar-text"]),  # §3.6
    ("<?cptt SSL::listkeys(t.tmpl) ?>", ["1:1 cptt"]),  # §3.9
    # §4.8
    ("<cpanelif !$FORM{'a'} $FORM{'b'}>x</cpanelif>", ["1:1 juxtaposed-values"]),
    ("<cpanelif $FORM{'a'}!=1>x</cpanelif>", ["1:1 no-operator"]),
    # §5.1
    ('<cpanel print="$nix">', ["1:1 unknown-variable"]),
    ("<cpanel print=\"$FROM{'x'}\">", ["1:1 unknown-variable"]),
    ("<cpanelif $nix>x</cpanelif>", ["1:1 unknown-variable"]),
    ("<cptext 'a [_1] [_1]',$nix>", ["1:1 unknown-variable"]),
    ('$nix <cpanel print="a $ b 5$">', []),
    # §9.2: what is never converted silently
    ('<cpanel print="caf\udce9">', ["1:1 not-utf-8"]),
    ("<cpanelif $user==\udce9>\udce9</cpanelif>", ["1:1 not-utf-8"]),
    ("\udce9<cpanelnif \udce9>", ["1:2 unknown-tag"]),
    ('<cpanel SSL="showkey(%FORM,a)">', ["1:1 form-beside-arguments"]),
    ('<cpanel SSL="showkey(%FORM)">', []),
    # Places: lines end with LF, CR LF or CR; columns count characters.
    ("é\r\n\té<cpanelnif>", ["2:3 unknown-tag"]),
    ("\r<cpanelnif>", ["2:1 unknown-tag"]),
]  # fmt: skip


@pytest.mark.parametrize(("page", "expected"), CASES, ids=[case[0] for case in CASES])
def test_page(page: str, expected: list[str]) -> None:
    facts = read_page("a.html", FileKind.PAGE, page.encode("utf-8", "surrogateescape"), KNOWN)
    found = sorted((one.line, one.column, one.rule.name) for one in facts.findings)
    assert [f"{line}:{column} {rule}" for line, column, rule in found] == expected


def test_blocks_that_are_nested_too_deep() -> None:
    page = "<cpanelif 1>" * 33 + "</cpanelif>" * 33
    facts = read_page("a.html", FileKind.PAGE, page.encode(), KNOWN)
    assert [(one.rule.name, one.column) for one in facts.findings] == [("too-deep", 32 * 12 + 1)]


def test_every_rule_is_found_by_a_case(tmp_path: Path) -> None:
    """The rules that need more than one file have their cases in test_linking."""
    linked = {"missing-include", "missing-branding-file", "missing-template", "no-match"}
    linked |= {"path-outside-theme", "endless-include", "missing-language-key"}
    linked |= {"no-language-file", "incomplete-language", "too-deep"}
    linked |= {"include-in-language-file", "raw-include-of-page"}
    told = {entry.split()[1] for _, expected in CASES for entry in expected}
    assert told | linked == set(RULES)
    assert not told & linked


MENDS = [
    ("<cpanelnif x>", "Negate with !: write <cpanelif !…>."),
    ("<cpanelfeatures x>", "Did you mean <cpanelfeature>?"),
    ('<cpanel print="$usr">', "Did you mean $user?"),
    ("<cpanel print=\"$FROM{'x'}\">", "Did you mean $FORM{…}?"),
    ('<cpanel print="$FORM">', "Write $FORM{'key'}."),
    ("<?cp SSL::listkey(%,host) ?>", "Did you mean SSL::listkeys?"),
    ('<cpanel Email="listmaildomains()">', "write <?cp Module::function(…) ?>"),
    ("<?cp Zebra::stripes(%,a) ?>", "Zebra__stripes.json"),
    ("<cpanelif $FORM{'a'} > 3>x</cpanelif>", "Write =gt= for the comparison."),
    ("<cpanelif $FORM{'a'} >= 3>x</cpanelif>", "Write =gtet= for the comparison."),
    ('<cpanel print="$user"\n<td>', 'Write ">" before "<td>".'),
    ("<?cp SSL::listkeys(<b>%</b>,host) ?>", "Write [ and ] for < and > inside the tag."),
    ('<cpanel setvar="a=<b>x</b>">', "Write &lt; and &gt; inside the value"),
]


@pytest.mark.parametrize(("page", "mend"), MENDS, ids=[case[0] for case in MENDS])
def test_mend(page: str, mend: str) -> None:
    facts = read_page("a.html", FileKind.PAGE, page.encode(), KNOWN)
    assert any(mend in one.mend for one in facts.findings), facts.findings


def test_a_language_file_is_read_where_its_values_stand() -> None:
    # tags §2.2: values are processed as page text.
    text = '# <cpanelnif>\nA=x\nHELLO=a <cpanel print="$nix">\r\nB=<cpanel langprint="A">\n'
    facts = read_language("lang/english", text.encode(), KNOWN)
    assert [(one.line, one.column, one.rule.name) for one in facts.findings] == [
        (3, 9, "unknown-variable")
    ]
    assert [(tag.line, tag.column, tag.kind) for tag in facts.tags] == [
        (3, 9, "print"),
        (4, 3, "langprint"),
    ]


def test_a_language_file_with_other_bytes_is_told_once() -> None:
    text = b"# caf\xe9\nA=x\nB=caf\xe9\nC=\xfc\n"
    facts = read_language("lang/english", text, KNOWN)
    assert [(one.line, one.column, one.rule.name) for one in facts.findings] == [
        (3, 1, "not-utf-8")
    ]


def test_ignored_rules(tmp_path: Path) -> None:
    report = checked(
        tmp_path, {"a.html": '<cpanelnif><cpanel print="$nix">'}, ignore=("unknown-tag",)
    )
    assert [one.rule.name for one in report.findings] == ["unknown-variable"]
