"""Includes, branding, language files, kinds of pages (1.15, 1.16, ``tags §2.2``, ``tags §2.3``)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cpanel_emu.tags import MissingPage, Renderer, StrictPageError, processes_tags
from tests.tags.setting import FATAL, Site


def test_include_reads_from_the_requested_pages_folder(site: Site) -> None:
    site.write("demo/h.html", "H")
    site.write("h.html", "root")
    assert site.text('[<cpanel include="h.html">]') == "[H]"


def test_nested_include_keeps_the_requested_pages_folder(site: Site) -> None:
    site.write("css/a.html", '<cpanel include="h.html">')
    site.write("css/h.html", "css")
    site.write("demo/h.html", "demo")
    assert site.text('<cpanel include="../css/a.html">') == "demo"


def test_relinclude_reads_from_the_theme_root_and_shares_variables(site: Site) -> None:
    site.write("css/a.css", '/* <cpanel printvar="v"> */<cpanel setvar="w=2">')
    source = '<cpanel setvar="v=1"><cpanel relinclude="css/a.css"><cpanel printvar="w">'
    assert site.text(source) == "/* 1 */2"


@pytest.mark.parametrize("word", ["rawinclude", "relrawinclude"])
def test_raw_includes_are_not_parsed(site: Site, word: str) -> None:
    site.write("demo/a.js" if word == "rawinclude" else "a.js", '<cpanel print="k">')
    assert site.text(f'<cpanel {word}="a.js">') == '<cpanel print="k">'


def test_raw_include_keeps_bytes(site: Site) -> None:
    site.write("demo/a.js", b"\xe9\xff\r\n\0")
    assert site.page('<cpanel rawinclude="a.js">').body == b"\xe9\xff\r\n\0"


def test_dynamicinclude_brings_every_match_by_name(site: Site) -> None:
    site.write("demo/d/2.html", "B")
    site.write("demo/d/1.html", "A<cpanel print='k'>")
    site.write("demo/d/.html", "hidden")
    site.write("demo/d/1.txt", "no")
    (site.folder / "demo/d/3.html").mkdir()
    assert site.text('<cpanel dynamicinclude="d/*.html">') == "AkB"
    assert site.text('<cpanel dynamicinclude="none/*.html">') == ""


def test_include_name_may_be_computed(site: Site) -> None:
    site.write("demo/tabs/1.html", "one")
    assert site.text("<cpanel include=\"tabs/$FORM{'x'}.html\">") == "one"


@pytest.mark.parametrize("word", ["include", "relinclude", "rawinclude", "relrawinclude"])
def test_missing_include_prints_nothing_and_the_page_goes_on(site: Site, word: str) -> None:
    outcome = site.page(f'a\n b<cpanel {word}="none.html">c')
    assert outcome.body == b"a\n bc"
    (warning,) = outcome.warnings
    assert (warning.file, warning.line, warning.column) == ("demo/p.html", 2, 3)
    assert warning.rule == "tags §2.2"


def test_warning_names_the_included_file(site: Site) -> None:
    site.write("demo/h.html", "\n<cpanel Nope='f()'>")
    (warning,) = site.page("\n\n<cpanel include='h.html'>").warnings
    assert (warning.file, warning.line, warning.column) == ("demo/h.html", 2, 1)


def test_unclosed_block_ends_with_its_file(site: Site) -> None:
    site.write("demo/h.html", "<cpanelif 0>hidden")
    site.write("demo/f.html", "</cpanelif>foot")
    source = '<cpanel include="h.html">body<cpanel include="f.html">'
    outcome = site.page(source)
    assert outcome.body == b"bodyfoot"
    assert outcome.rules == ["tags §1.12"] * 2


def test_branding_include_searches_package_theme_root(site: Site) -> None:
    tag = '<cpanel Branding="include(h.html,1,1)">'
    site.write("h.html", "root")
    assert site.text(tag, branding_package="blue") == "root"
    site.write("branding/h.html", "theme <cpanel print='k'>")
    assert site.text(tag, branding_package="blue") == "theme k"
    site.write("branding/blue/h.html", "package")
    assert site.text(tag, branding_package="blue") == "package"
    assert site.text(tag) == "theme k"


def test_branding_image_searches_the_package_before_the_theme(site: Site) -> None:
    tag = '<cpanel Branding="image(mail,1,2)">'
    start = '<img src="/cPanel_magic_revision_0/frontend/x3/branding/'
    assert site.page(tag).body == b""
    assert site.page(tag).rules == ["tags §2.3"]
    site.write("branding/mail.jpg", "")
    assert site.text(tag) == f'{start}mail.jpg" />'
    site.write("branding/mail.gif", "")
    assert site.text(tag, branding_package="blue") == f'{start}mail.gif" />'
    site.write("branding/blue/mail.png", "")
    assert site.text(tag, branding_package="blue") == f'{start}blue/mail.png" />'


def test_branding_image_and_uri_as_hashes(site: Site) -> None:
    site.write("branding/mail.gif", "")
    start = "/cPanel_magic_revision_17/frontend/x3/"
    source = "<cpanel print=\"$BRANDINGIMG{'mail'} $MAGICREVISION{'a/b.png'}\">"
    assert site.text(source, epoch=17) == f"{start}branding/mail.gif {start}a/b.png"
    assert site.text("<?cp Demo::one([[$BRANDINGIMG{'nope'}]]) ?>") == "()"


def test_branding_package_has_its_own_index_page(site: Site) -> None:
    site.write("h.html", "head")
    site.write(
        "branding/blue/index.html", 'blue <cpanel include="h.html"> <cpanel print="$basefile">'
    )
    assert site.text("theme", path="index.html", branding_package="blue") == "blue head index"
    assert site.text("theme", path="index.html") == "theme"
    assert site.text("page", path="demo/index.html", branding_package="blue") == "page"
    assert site.text("theme", path="index.html", branding_package="../..") == "theme"


def test_branding_file_and_text(site: Site) -> None:
    site.write("branding/a.css", "")
    site.write("branding/f.txt", "T<cpanel print='k'>")
    url = "/cPanel_magic_revision_0/frontend/x3/branding/a.css"
    assert site.text('<cpanel Branding="file(a.css)">') == url
    assert site.text('<cpanel branding="text(f)">') == "T<cpanel print='k'>"
    assert site.text('[<cpanel Branding="text(g)"><cpanel Branding="file(g)">]') == "[]"


def test_branding_language(site: Site) -> None:
    site.write("branding/blue/lang/english", "NAME=Blue\n")
    source = "<cpanel print=\"$BRLANG{'NAME'}$BRLANG{'NOPE'}\">"
    assert site.text(source, branding_package="blue") == "BlueNOPE"


def test_language_file_follows_the_language_and_its_changes(site: Site) -> None:
    site.write(
        "lang/german", "HELLO=Gr\N{LATIN SMALL LETTER U WITH DIAERESIS}zi=a\r\n#X=1\nKEY = v \n"
    )
    source = '<cpanel langprint="HELLO"><cpanel langprint="KEY"><cpanel print="$lang">'
    assert site.text(source, language="german") == "Grüzi=a v german"
    site.write("lang/german", "HELLO=neu\n")
    assert site.text('<cpanel langprint="HELLO">', language="german") == "neu"


def test_language_value_may_call_and_nest(site: Site) -> None:
    site.write("lang/english", b'A=<cpanel langprint="B">!\nB=<?cp Demo::rows(%,on) ?>\n')
    assert site.text('<cpanel langprint="A">') == "10!"


def test_includes_nest_32_deep(site: Site) -> None:
    for number in range(1, 33):
        site.write(f"demo/{number}.html", f'<cpanel include="{number + 1}.html">')
    site.write("demo/33.html", "deep")
    outcome = site.page('<cpanel include="1.html">')
    assert outcome.body.decode() == FATAL
    assert outcome.rules == ["tags §2.2"]
    site.write("demo/32.html", "deep")
    assert site.text('<cpanel include="1.html">') == "deep"


def test_page_that_includes_itself_ends(site: Site) -> None:
    assert site.text('a<cpanel include="p.html">b') == "a" * 33 + FATAL + "b" * 33


def test_page_kinds(site: Site) -> None:
    kinds = ["html", "xml", "json", "tmpl", "htmlt", "php", "cpphp", "phpcp"]
    assert all(processes_tags(f"a.{kind}") for kind in kinds)
    assert not any(processes_tags(path) for path in ("a.live.php", "a.live.pl", "a.css", "a.gif"))


def test_json_page(site: Site) -> None:
    source = '{"u":"<cpanel print="$CPDATA{\'USER\'}">"}'
    assert site.page(source, path="a.json").body == b'{"u":"user"}'


def test_live_page_is_copied(site: Site) -> None:
    source = '<cpanel print="k"><?php 1 ?>'
    outcome = site.page(source, path="a.live.php")
    assert (outcome.body, outcome.warnings) == (source.encode(), ())


def test_release_without_tags_copies_pages_with_a_warning(site: Site) -> None:
    site.write("demo/p.html", b'\xe9<cpanel print="k">')
    renderer = Renderer(site.theme, tags=False)
    page = renderer.render("demo/p.html", site.values(), site.calls)
    assert page.body == b'\xe9<cpanel print="k">'
    assert [warning.rule for warning in page.warnings] == ["tags"]


def test_strict_page_raises_with_the_place(site: Site) -> None:
    with pytest.raises(StrictPageError) as error:
        site.page('\n <cpanel Nope="f()"><cpanelnif a>', strict=True)
    assert str(error.value).startswith("demo/p.html:2:21: ")
    assert "(and 1 more)" in str(error.value)
    assert error.value.page.body == b"\n <cpanelnif a>"
    assert site.page("clean", strict=True).body == b"clean"


@pytest.mark.parametrize("path", ["none.html", "../x.html", "demo", "", "a\0b.html", "x" * 5000])
def test_page_that_is_none(site: Site, path: str) -> None:
    site.write("demo/p.html", "p")
    with pytest.raises(MissingPage):
        site.renderer.render(path, site.values(), site.calls)


def test_page_changes_when_its_file_changes(site: Site) -> None:
    assert site.text('<cpanel print="a">') == "a"
    assert site.text('<cpanel print="bc">') == "bc"
    Path(site.folder / "demo/p.html").unlink()
    with pytest.raises(MissingPage):
        site.renderer.render("demo/p.html", site.values(), site.calls)


ESCAPES = [
    "../../secret.html",
    "../../../../../../../../etc/passwd",
    "/etc/passwd",
    "link.html",
    "folder/secret.html",
    "a/../../../secret.html",
]


@pytest.mark.parametrize("path", ESCAPES)
@pytest.mark.parametrize("word", ["include", "rawinclude", "dynamicinclude"])
def test_path_outside_the_theme_prints_nothing(site: Site, word: str, path: str) -> None:
    _secret(site)
    outcome = site.page(f"[<cpanel {word}=\"$FORM{{'p'}}\">]", form={"p": path})
    assert outcome.body == b"[]"
    assert outcome.rules == ["tags §2.2"]


@pytest.mark.parametrize("path", ["../secret.html", "/etc/passwd", "demo/link.html"])
@pytest.mark.parametrize(
    "tag", ['relinclude="{}"', 'relrawinclude="{}"', 'Branding="include({})"', 'langprint="{}"']
)
def test_path_outside_the_theme_from_its_root(site: Site, tag: str, path: str) -> None:
    _secret(site)
    outcome = site.page(f"<cpanel {tag.format(path)}>")
    assert b"secret" not in outcome.body.replace(path.encode(), b"")
    assert len(outcome.warnings) == 1


@pytest.mark.parametrize("name", ["../../secret", "../../../secret", "link"])
def test_branding_names_stay_in_the_theme(site: Site, name: str) -> None:
    secret = _secret(site)
    for suffix in (".gif", ".txt"):
        (secret.parent / f"secret{suffix}").write_text("secret")
    (site.write("branding/a", "").parent / "link.gif").symlink_to(secret)
    (site.folder / "branding/link.txt").symlink_to(secret)
    for function in ("image", "file", "text"):
        assert site.text(f'[<cpanel Branding="{function}({name})">]') == "[]"
        assert (
            site.text(f'[<cpanel Branding="{function}({name})">]', branding_package="../..") == "[]"
        )


@pytest.mark.parametrize("language", ["../../lang", "/etc/passwd", "a\0b"])
def test_language_stays_in_the_theme(site: Site, language: str) -> None:
    (site.folder.parent / "lang").write_text("HELLO=secret\n")
    assert site.text('<cpanel langprint="HELLO">', language=language) == "HELLO"


@pytest.mark.parametrize("path", ["a\0b", "\ud800", "x" * 5000, "a/" * 3000, "", "."])
def test_what_no_file_is_called_prints_nothing(site: Site, path: str) -> None:
    outcome = site.page("[<cpanel include=\"$FORM{'p'}\">]", form={"p": path})
    assert outcome.body == b"[]"
    assert outcome.rules == ["tags §2.2"]


def test_what_is_no_regular_file_is_missing(site: Site) -> None:
    site.write("demo/a", "")
    os.mkfifo(site.folder / "demo/pipe")
    (site.folder / "demo/loop").symlink_to("loop")
    for name in ("pipe", "loop", "."):
        assert site.text(f'[<cpanel include="{name}">]') == "[]"


def test_links_inside_the_theme_work(site: Site) -> None:
    site.write("demo/a.html", "A")
    (site.folder / "demo/b.html").symlink_to("a.html")
    assert site.text('<cpanel include="b.html">') == "A"


def test_link_that_turns_outside_is_noticed(site: Site) -> None:
    secret = _secret(site)
    site.write("demo/a.html", "A")
    link = site.folder / "demo/b.html"
    link.symlink_to("a.html")
    assert site.text('<cpanel include="b.html">') == "A"
    link.unlink()
    link.symlink_to(secret)
    assert site.text('<cpanel include="b.html">') == ""


def test_theme_may_itself_be_a_link(site: Site, tmp_path: Path) -> None:
    site.write("demo/p.html", '<cpanel print="k">')
    (tmp_path / "linked").symlink_to(site.folder)
    linked = Site(tmp_path / "linked")
    assert linked.text('<cpanel print="k">') == "k"


def _secret(site: Site) -> Path:
    """Put a file outside the theme, and links to it and its folder inside."""
    secret = site.folder.parent / "secret.html"
    secret.write_text("secret")
    site.write("demo/a/b", "")
    (site.folder / "demo/link.html").symlink_to(secret)
    (site.folder / "demo/folder").symlink_to(secret.parent)
    return secret


def test_unreadable_file_is_missing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.write("demo/a.html", "A")
    monkeypatch.setattr("cpanel_emu.tags.theme.open", _refuse, raising=False)
    assert site.theme.find("demo/a.html") is not None
    assert site.theme.read("demo/a.html") is None


def test_more_files_than_are_remembered(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cpanel_emu.tags.theme._MAX_VERIFIED", 2)
    for number in range(5):
        site.write(f"demo/{number}.html", str(number))
    source = "".join(f'<cpanel include="{number}.html">' for number in range(5))
    assert site.text(source + source) == "0123401234"


def _refuse(*_: object) -> None:
    raise PermissionError
