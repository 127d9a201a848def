"""What pages need of other files: includes, branding files, texts (``tags §2.2``, ``§2.3``)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.migration.check.themes import checked, found

INCLUDE_H = '<cpanel include="h.html">'

# Files of a theme, and all findings.
CASES: dict[str, tuple[dict[str, str], list[str]]] = {
    "include starts from the page's folder": (
        {"demo/p.html": INCLUDE_H, "demo/h.html": "x", "q.html": INCLUDE_H},
        ["q.html:1:1 missing-include"],
    ),
    "also within an included file": (
        {
            "demo/p.html": '<cpanel relinclude="parts/a.html">',
            "parts/a.html": INCLUDE_H,
            "parts/h.html": "x",
        },
        ["parts/a.html:1:1 missing-include"],
    ),
    "and for every folder that reaches it": (
        {
            "demo/p.html": '<cpanel relinclude="parts/a.html">',
            "demo/h.html": "x",
            "other/p.html": '<cpanel relinclude="parts/a.html">',
            "parts/a.html": INCLUDE_H,
        },
        ["parts/a.html:1:1 missing-include"],
    ),
    "found for every folder that reaches it": (
        {
            "demo/p.html": '<cpanel relinclude="parts/a.html">',
            "demo/h.html": "x",
            "parts/a.html": INCLUDE_H,
        },
        [],
    ),
    "relinclude starts from the theme": (
        {"demo/p.html": '<cpanel relinclude="css/a.css"><cpanel relrawinclude="css/b.css">',
         "css/a.css": "x"},
        ["demo/p.html:1:32 missing-include"],
    ),
    "computed names are not looked for": (
        {"a.html": "<cpanel include=\"parts/$FORM{'x'}.html\">"},
        [],
    ),
    "blanks round a path": ({"a.html": '<cpanel include=" h.html ">', "h.html": "x"}, []),
    "a text that includes a file, which the conversion replaces": (
        {"lang/english": 'A=x\nB=a<cpanel include="h.html">\n', "h.html": '<cpanel print="$user">'},
        ["lang/english:2:4 include-in-language-file"],
    ),
    "the source of a page with tags": (
        {"a/p.html": '<cpanel rawinclude="q.html">', "a/q.html": '<cpanel print="$user">'},
        ["a/p.html:1:1 raw-include-of-page"],
    ),
    "the source of a page without": (
        {"a/p.html": '<cpanel relrawinclude="a/q.html">', "a/q.html": "x"},
        [],
    ),
    "raw includes are there too, and their tags are none of ours": (
        {"a.html": '<cpanel rawinclude="t.txt">', "t.txt": "<cpanelnif>"},
        [],
    ),
    "the tags of a file that is included parsed are": (
        {"a.html": '<cpanel include="t.inc">', "t.inc": '<cpanelnif><cpanel include="u.inc">',
         "u.inc": "<cpanelnif>"},
        ["t.inc:1:1 unknown-tag", "u.inc:1:1 unknown-tag"],
    ),
    "a path that leads out": (
        {"a.html": '<cpanel include="../../etc/passwd"><cpanel relinclude="/etc/passwd">'},
        ["a.html:1:1 path-outside-theme", "a.html:1:36 path-outside-theme"],
    ),
    "dynamicinclude": (
        {"a.html": '<cpanel dynamicinclude="d/*.html"><cpanel dynamicinclude="d/*.txt">',
         "d/1.html": "<cpanelnif>"},
        ["a.html:1:35 no-match", "d/1.html:1:1 unknown-tag"],
    ),
    "a file that includes itself": ({"a.html": '<cpanel include="a.html">'},
                                    ["a.html:1:1 endless-include"]),
    "a circle of files": (
        {"a.html": '<cpanel include="b.html">', "b.html": 'x<cpanel include="c.html">',
         "c.html": 'xy<cpanel include="b.html">'},
        ["c.html:1:3 endless-include"],
    ),
    "a file that is included twice": (
        {"a.html": '<cpanel include="b.html"><cpanel include="b.html">', "b.html": "x"},
        [],
    ),
    "Branding looks in packages, in branding, in the theme": (
        {"a.html": "".join(f'<cpanel Branding="include({name}.html)">\n' for name in "pbrx"),
         "branding/one/p.html": "", "branding/b.html": "", "r.html": ""},
        ["a.html:4:1 missing-branding-file"],
    ),
    "Branding files and pictures are not looked for in the theme": (
        {"a.html": '<cpanel Branding="image(mail)">\n<cpanel Branding="image(pic,1)">\n'
                   '<cpanel Branding="file(a.css)">\n<cpanel Branding="text(t)">\n'
                   '<cpanel Branding="text(t.txt)">',
         "branding/mail.jpg": "", "pic.gif": "", "a.css": "", "branding/t.txt": ""},
        ["a.html:2:1 missing-branding-file", "a.html:3:1 missing-branding-file",
         "a.html:5:1 missing-branding-file"],
    ),
    "the index of a package is the theme's": (
        {"branding/one/index.html": '<cpanel include="stds/a.html">', "stds/a.html": ""},
        [],
    ),
    "the template of a cptt": (
        {"a.html": "<?cptt SSL::listkeys(t.tmpl) ?>\n<?cptt u.tmpl ?>", "t.tmpl": ""},
        ["a.html:1:1 cptt", "a.html:2:1 cptt", "a.html:2:1 missing-template"],
    ),
    "language keys": (
        {"a.html": "<cpanel langprint=\"HELLO\">\n<cpanel langprint=\"NOPE\">\n"
                   "<cpanel print=\"$LANG{'HELLO'}$LANG{'GONE'}\">\n"
                   "<?cp SSL::listkeys(%,host) || '$LANG{'LOST'}' ?>",
         "lang/english": "HELLO=x\n#NOPE=y\n"},
        ["a.html:2:1 missing-language-key", "a.html:3:1 missing-language-key",
         "a.html:4:1 missing-language-key"],
    ),
    "computed language keys": (
        {"a.html": "<cpanel langprint=\"K$FORM{'x'}\">", "lang/english": "HELLO=x\n"},
        [],
    ),
    "keys in the values of keys": (
        {"a.html": '<cpanel langprint="A">', "lang/english": 'A=<cpanel langprint="B">\n'},
        ["lang/english:1:3 missing-language-key"],
    ),
    "english counts": (
        {"a.html": '<cpanel langprint="A">', "lang/english": "A=x\n", "lang/danish": "B=x\n"},
        ["lang/danish:1:1 incomplete-language"],
    ),
    "another language counts if it is the only one": (
        {"a.html": '<cpanel langprint="A">', "lang/german": "B=x\n"},
        ["a.html:1:1 missing-language-key"],
    ),
    "keys of branding packages": (
        {"a.html": "<cpanel print=\"$BRLANG{'A'}\">\n<cpanel print=\"$BRLANG{'B'}\">",
         "branding/one/lang/english": "A=x\n", "branding/two/lang/english": "A=x\nB=x\n"},
        ["a.html:2:1 missing-language-key"],
    ),
    "no language file": (
        {"a.html": '<cpanel langprint="A"><cpanel langprint="B">'},
        ["lang/english:1:1 no-language-file"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_theme(tmp_path: Path, name: str) -> None:
    files, expected = CASES[name]
    assert found(checked(tmp_path, files)) == expected


def test_where_a_file_is_missed(tmp_path: Path) -> None:
    parts = {f"d{number}/p.html": '<cpanel relinclude="parts/a.html">' for number in range(3)}
    report = checked(tmp_path, {**parts, "parts/a.html": INCLUDE_H, "d1/h.html": ""})
    [finding] = report.findings
    assert finding.message == 'there is no file "d0/h.html", for pages of "d0" and 1 more'


def test_a_file_that_is_named_from_the_theme_is_missed_once(tmp_path: Path) -> None:
    part = '<cpanel relinclude="gone.html"><cpanel Branding="image(x)">'
    files = {"d/p.html": '<cpanel relinclude="parts/a.html">', "parts/a.html": part}
    told = [finding.message for finding in checked(tmp_path, files).findings]
    assert told == [
        'there is no file "gone.html"',
        'there is no branding file "x" (.gif .png .jpg)',
    ]


def test_a_key_that_is_nearly_there(tmp_path: Path) -> None:
    files = {"a.html": '<cpanel langprint="SIGNIGN">', "lang/english": "SIGNING=x\n"}
    [finding] = checked(tmp_path, files).findings
    assert finding.mend == 'Did you mean "SIGNING"?'


def test_what_is_included_is_listed(tmp_path: Path) -> None:
    files = {
        "a.html": "<cpanel include=\"h.html\"><cpanel include=\"$user.html\">",
        "b.html": '<cpanel include="h.html"><cpanel include="no.html">',
        "h.html": "",
    }  # fmt: skip
    listed = [tuple(one) for one in checked(tmp_path, files).inclusions]
    assert listed == [
        ("include", "h.html", 2, 2, True),
        ("include", "no.html", 1, 1, False),
        ("include", None, 1, 1, None),
    ]


def test_a_long_chain_of_includes(tmp_path: Path) -> None:
    files = {f"{n}.html": f'<cpanel include="{n + 1}.html">' for n in range(1500)}
    assert found(checked(tmp_path, {**files, "1500.html": ""})) == []
