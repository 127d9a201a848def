"""Pages in Template Toolkit, processed by the real one (``tags §9.2``)."""

from __future__ import annotations

import http.client
import os
import shutil
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpanel_emu import Emulator
from cpanel_emu.accounts.models import Account
from cpanel_emu.call import Data
from cpanel_emu.frontend import PageRequest
from cpanel_emu.liveapi.commands import InterpreterError
from cpanel_emu.liveapi.pages import CUT_SHORT
from cpanel_emu.liveapi.process import ProcessLimits
from cpanel_emu.pages import Pages
from cpanel_emu.tags import MissingPage, RenderedPage, StrictPageError, escapes
from tests.requirements import require_perl_module

pytestmark = pytest.mark.usefixtures("toolkit")

USE = "[% USE Api1; USE Api2 %]"


@pytest.fixture(scope="module")
def toolkit() -> None:
    require_perl_module("Template")


class Place:
    """A theme called ``mine``, and a server over it."""

    def __init__(self, folder: Path, stubs: Path | None = None) -> None:
        self.folder = folder / "mine"
        self.folder.mkdir()
        self.file(
            "lang/english", 'HELLO=<i>Hi</i>\nCALL=<cpanel setvar="seen=1"><cpanel print="$user">\n'
        )
        self.emulator = Emulator(
            theme=str(self.folder), clock="2026-01-05T09:00:00Z", random_seed="1", stubs=stubs
        )

    def file(self, path: str, text: str | bytes) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    @property
    def account(self) -> Account:
        account = self.emulator.accounts.get("user")
        assert account is not None
        return account

    def page(
        self,
        text: str | bytes,
        form: dict[str, str] | None = None,
        limits: ProcessLimits | None = None,
    ) -> RenderedPage:
        self.file("sub/p.html.tt", text)
        pages = Pages(self.emulator, limits) if limits is not None else self.emulator.pages
        return pages.render(PageRequest(self.account, "sub/p.html", form or {}))

    def prints(self, text: str, **form: str) -> str:
        page = self.page(text, form)
        assert page.warnings == ()
        return page.body.decode()

    def fails(self, text: str, **form: str) -> str:
        """Return the one warning of a page that has an error."""
        page = self.page(text, form)
        assert b"<h1>This page has an error</h1>" in page.body
        (warning,) = page.warnings
        return warning.message


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    place = Place(tmp_path)
    with place.emulator:
        yield place


def test_names_that_are_not_ascii(tmp_path: Path) -> None:
    """Folder and files of a theme may have any name; over JSON they come as characters."""
    (tmp_path / "thème").mkdir()
    place = Place(tmp_path / "thème")
    place.file("sub/über.html.tt", "[% Theme.files('sub/*.tt').0 %]")
    with place.emulator:
        page = place.emulator.pages.render(PageRequest(place.account, "sub/über.html", {}))
        include = "[% Theme.relinclude(Theme.files('sub/ü*').0.replace('.tt', '')) %]"
        assert page.body.decode() == "sub/über.html.tt"
        assert place.page(include).body.decode() == "sub/p.html.tt"


def test_a_byte_order_mark_is_sent(place: Place) -> None:
    assert place.page(b"\xef\xbb\xbf\xc3\xa9[% CPANEL.user %]").body == b"\xef\xbb\xbf\xc3\xa9user"


def test_variables(place: Place) -> None:
    text = (
        "[% CPANEL.CPDATA.DNS %] [% CPANEL.CPDATA.item('RS') %] [% CPANEL.ENV.REMOTE_USER %]"
        " [% CPANEL.user %] [% CPANEL.homedir %] [% CPANEL.basedir %] [% CPANEL.basefile %]"
        " [% CPANEL.appname %] [% CPANEL.hasdedicatedip %] [% CPANEL.nix %][% CPANEL.CPDATA.nix %]"
        "[% CPANEL.feature('nobody.lists.it') %][% CPANEL.feature('version-11.40') %]"
        " [% CPANEL.LANG.item('HELLO') %] [% CPANEL.BRLANG.item('X') %]"
    )
    assert place.prints(text) == (
        "example.com x3 user user /home/user sub sub/p cpanel 1 11 <i>Hi</i> X"
    )


def test_random_is_that_of_tag_pages(place: Place) -> None:
    first = place.prints("[% CPANEL.random %]")
    place.emulator.random.seed(1)
    place.file("sub/q.html", '<cpanel print="$random">')
    assert place.emulator.render("sub/q.html", user="user").decode() == first
    assert len(first) == 10


def test_a_form(place: Place) -> None:
    text = (
        "[% FORM.q %] [% FORM.item('q') %] [% RAW_FORM.q %] [% RAW_FORM.item('q') %]"
        " [% RAW_FORM.item('item') %] [% FORM.exists('none') %][% FORM.none %]"
        " [% FORM.item('can') %]"
        " [% FORM.keys.join(',') %] [% RAW_FORM.all.q %]\n[% CPANEL.formdump %]"
        "[% CPANEL.raw_formdump %]"
    )
    form = {"q": "a&b'\"", "item": "csr", "can": "no", "_x": "é"}
    assert place.prints(text, **form) == (
        "a&amp;b'&quot; a&amp;b'&quot; a&b'\" a&b'\" csr 0 no _x,can,item,q a&b'\"\n"
        "_x=é\ncan=no\nitem=csr\nq=a&amp;b'&quot;\n_x=é\ncan=no\nitem=csr\nq=a&b'\"\n"
    )


def test_escapes_are_those_of_tag_pages(place: Place) -> None:
    every = "".join(map(chr, range(1, 0x80))) + "äß\u2028\u2029€😀"
    filters = ("html", "html_attr", "url", "js", "js_literal", "css")
    text = "\0".join(f"[% RAW_FORM.v | {name} %]" for name in filters)
    expected = (
        escapes.form,
        escapes.attribute,
        escapes.uri,
        escapes.js,
        escapes.js_literal,
        escapes.css,
    )
    printed = place.prints(text, v=every).split("\0")
    assert printed == [escape(every) for escape in expected]


def test_numbers_are_those_of_tag_pages(place: Place) -> None:
    """``tags §4`` rule 4.5: text counts as its leading number, else 0."""
    texts = {"info": "0", "nancy": "0", " \t-3kg": "-3", "1e3": "1000", ".5": "0.5", "0x10": "0"}
    for text, number in texts.items():
        assert place.prints("[% RAW_FORM.v.number %]", v=text) == number
    assert place.prints("[% 'few' IF RAW_FORM.v.number < 5 %]", v="infinity") == "few"


def test_to_trim_a_value_leaves_the_variable(place: Place) -> None:
    text = "[% 'any' IF CPANEL.formdump.trim %] [% CPANEL.formdump %]|"
    assert place.prints(text, a="1", b="2") == "any a=1\nb=2\n|"


def test_phrases(place: Place) -> None:
    assert place.prints(
        "[% locale.maketext('HELLO') %] [% locale.maketext('Hi [_1]', 'Jo') %]"
        " [% locale.maketext('[quant,_1,row,rows] [boolean,_2,on,off]', 2, 0) %]"
        " [% locale.maketext('[list,or,_*] [numf,_1]', 1500, 'b', 'c') %]"
        " [% locale.maketext('~[[output,class,_1,w]~]', 'k') %] [% locale.phrase('HELLO') %]"
        " [% locale.maketext('$user [_1]', '[_1]') %]"
    ) == (
        '<i>Hi</i> Hi Jo 2 rows off 1500, b, or c 1,500 [<span class="w">k</span>] HELLO $user [_1]'
    )
    missing = place.page("[% locale.langprint('NO[_1]PE') %]")
    assert missing.body == b"NO[_1]PE"
    assert [warning.message for warning in missing.warnings] == [
        'the language file has no "NO[_1]PE"'
    ]


def test_page_variables(place: Place) -> None:
    assert (
        place.prints(
            "[% USE Api1; USE Api2 %]"
            "[% SET CPANEL.CPVAR.v = 'a>1 $b {c}'; CPANEL.CPVAR.v %] [% CPANEL.CPVAR.none %]"
            "[% CPANEL.CPVAR.item('x-y', 'é'); CPANEL.CPVAR.item('x-y') %]"
            " [% Api2.exec('StatsBar', 'rowcounter').0.rowcounter %]"
            "[% Api2.exec('StatsBar', 'rowcounter').0.rowcounter %]"
            " [% Api2.exec('Email', 'listmaildomains').size; CPANEL.CPVAR.maildomainscount %]"
            " [% Api1.exec('SSL', 'installedhost'); CPANEL.CPVAR.sslhost %]"
            " [% locale.maketext('CALL'); CPANEL.CPVAR.seen %]"
        )
        == "a>1 $b {c} é 12 11 example.com user1"
    )


def test_calls_see_page_variables(place: Place) -> None:
    assert place.prints(
        USE + "[% CPANEL.CPVAR.rowcounter = 41; CALL Api2.exec('StatsBar', 'rowcounter') %]"
        "[% CPANEL.CPVAR.keys.join(',') %]"
    ) in {"StatsBar::rowcounter,rowcounter", "rowcounter"}


def test_calls(place: Place) -> None:
    """API 1 prints, API 2 gives rows, UAPI its result object; errors are kept by module."""
    assert place.prints(
        USE + "[% Api1.exec('SSL', 'showcsr', 'no.example') %]<[% CPANEL.CPERROR.item('ssl') %]>"
        "[% FOREACH r IN Api2.exec('SSL', 'gencsr', { host = 'x' }) %]"
        "[% r.result; ' '; r.output; END %]"
        "<[% CPANEL.CPERROR.ssl %]>[% Api2.exec('SSL', 'listcsrs').size %]"
        "[% keys = execute('SSL', 'list_keys', {}); keys.status; keys.data.0.friendly_name %]"
        "[% bad = execute('SSL', 'generate_csr', { domains = 'x' }); bad.status; bad.errors.size %]"
    ) == (
        '<No CSR is stored for "no.example".>0 "city" is a required argument.'
        '<"city" is a required argument.>01example.com01'
    )


def test_what_a_call_stores_stays(place: Place) -> None:
    named = "host='example.com', country='US', state='Texas', city='Houston', company='Ä & Co'"
    printed = place.prints(USE + f"[% Api2.exec('SSL', 'gencsr', {{ {named} }}).0.result %]")
    assert printed == "1"
    rows = place.emulator.call("SSL", "listcsrs", user="user").outcome
    assert "example.com" in str(rows)


def test_an_unknown_function_is_told(place: Place) -> None:
    page = place.page(USE + "[% Api2.exec('No', 'no').size %][% Api1.exec('No', 'no') %]")
    assert page.body == b"0"
    assert [(one.rule, one.message) for one in page.warnings] == [
        ("tags §1.10", "Could not find function 'no' in module 'No'")
    ] * 2


def test_values_of_rows(tmp_path: Path) -> None:
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    (stubs / "Demo__rows.json").write_text(
        '[{"_n": 1, "item": "i", "t": true, "f": false, "none": null, "d": 1.5, "u": "ä<&>",'
        ' "in": [{"n": 1}, {"n": 2}]}, {"in": []}]'
    )
    place = Place(tmp_path, stubs)
    with place.emulator:
        assert (
            place.prints(
                USE + "[% FOREACH r IN Api2.exec('Demo', 'rows') %][% loop.count %]:[% r._n %]"
                " [% r.item %]"
                " [% r.t %] [% r.f %] [% r.none %] [% r.d %] [% r.u | html %]"
                "[% FOREACH i IN r.in; i.n; END %];[% END %]"
            )
            == "1:1 i 1 0  1.5 ä&lt;&amp;&gt;12;2:      ;"
        )


def test_files_of_the_theme(place: Place, tmp_path: Path) -> None:
    place.file("parts/a.tt", "<[% x %][% CPANEL.user %]>")
    place.file("raw.css", b"[% x %]\xff")
    place.file("branding/head.html.tt", "head")
    place.file("branding/notice.txt", "note")
    place.file("branding/mail.gif", b"GIF89a")
    page = place.page(
        "[% x = 1; PROCESS parts/a.tt; INCLUDE $dot; INSERT raw.css; PROCESS 'sub/../parts/a.tt' %]"
        "[% PROCESS $Branding.find('head.html.tt'); Branding.text('notice') %] "
        "[% Branding.image('mail'); Branding.image_url('mail'); Branding.file('notice.txt') %] "
        "[% MagicRevision('/img/a.png') %] [% MagicRevision('a b.png') %] "
        "[% Theme.has('raw.css'); Theme.has('../x'); Theme.has('nix') %] "
        "[% Theme.files('parts/*').join(',') %]".replace("INCLUDE $dot; ", "")
    )
    magic = b"/cPanel_magic_revision_0"
    url = magic + b"/frontend/mine/branding/"
    assert page.body == (
        b"<1user>[% x %]\xff<1user>headnote "
        b'<img src="'
        + url
        + b'mail.gif" />'
        + url
        + b"mail.gif"
        + url
        + b"notice.txt "
        + magic
        + b"/img/a.png "
        + magic
        + b"/frontend/mine/a b.png 100 parts/a.tt"
    )


def test_no_file_outside_the_theme(place: Place, tmp_path: Path) -> None:
    secret = tmp_path / "secret.tt"
    secret.write_text("SECRET")
    (place.folder / "link.tt").symlink_to(secret)
    os.mkfifo(place.folder / "pipe.tt")
    names = ("../secret.tt", str(secret), "sub/../../secret.tt", "link.tt", "pipe.tt", "a\0b", "")
    for name in names:
        for word in ("INSERT", "PROCESS", "INCLUDE"):
            page = place.page(f"[% {word} $RAW_FORM.f %]", {"f": name})
            assert b"This page has an error" in page.body, (word, name)
            assert b"SECRET" not in page.body
    caught = "[% TRY; INSERT $RAW_FORM.f; CATCH file; error.info; END %]"
    assert place.prints(caught, f="../secret.tt") == (
        "../secret.tt: the path leads outside the theme"
    )


@pytest.mark.parametrize(
    "text",
    [
        "[% PERL %] print 1; [% END %]",
        "[% RAWPERL %] $output .= 1; [% END %]",
        "[% '1' | perl %]",
        "[% USE Directory('/') %]",
        "[% USE File('/etc/passwd') %]",
        "[% USE Datafile('/etc/passwd') %]",
        "[% USE d = Template.Plugin.Directory('/') %]",
        "[% USE POSIX %]",
        "[% 'x' | redirect('x') %]",
        "[% FORM.x = 1 %]",
        "[% CPANEL.CPERROR.ssl = 1 %]",
    ],
)
def test_what_a_template_may_not_do(place: Place, text: str) -> None:
    assert "error" in place.fails(text)


def test_nothing_in_a_form_is_a_template(place: Place) -> None:
    hostile = '[% 1 + 1 %]<cpanel print="$user">$user'
    assert place.prints("[% RAW_FORM.v %]", v=hostile) == hostile


def test_an_error_tells_its_place(place: Place) -> None:
    place.file("part.tt", "a\n[% IF %]")
    page = place.page("x\n[% PROCESS part.tt %]<b>")
    (warning,) = page.warnings
    assert (warning.file, warning.line, warning.rule) == ("part.tt", 2, "tags §9.2")
    assert b"part.tt:2" in page.body
    assert b"<b>" not in page.body
    logged = place.emulator.journal.warnings()
    assert [entry.warning for entry in logged] == [warning]
    with pytest.raises(StrictPageError):
        place.emulator.render("sub/p.html", user="user", strict=True)


def test_limits(place: Place) -> None:
    slow = ProcessLimits(seconds=1.0)
    forever = "[% " + "FOREACH i IN [1..30000]; " * 3 + "END; " * 3 + "%]"
    assert place.page(forever, limits=slow).body == CUT_SHORT
    much = ProcessLimits(seconds=20.0, output=1000)
    page = place.page("[% FOREACH i IN [1..30000]; 'x'; END %]", limits=much)
    assert page.body == b"x" * 1000 + CUT_SHORT
    assert "printed too much" in page.warnings[-1].message


def test_memory_is_limited(place: Place) -> None:
    page = place.page("[% x = [1..2000000000] %]")
    assert b"it may need too much memory" in page.body


def test_bytes_that_are_no_text(place: Place) -> None:
    body = bytes(range(128, 256)) + b"\r\n\0 [" + "é".encode("latin-1")
    assert place.page(body).body == body


def test_which_file_answers(place: Place) -> None:
    place.file("a.html.tt", "toolkit [% CPANEL.basefile %]")
    place.file("a.live.php", "<?php echo 'php';")
    place.file(
        "b.live.php",
        "<?php require '/usr/local/cpanel/php/cpanel.php'; $c = new CPANEL();"
        " echo $c->cpanelprint('$basefile'); $c->end();",
    )
    place.file("c.json.tt", "[1]")
    render = place.emulator.render
    assert render("a.html", user="user") == b"toolkit a"
    assert render("a.html.tt", user="user") == b"toolkit a"
    assert render("c.json", user="user") == b"[1]"
    if shutil.which("php-cgi") or shutil.which("php"):
        assert render("b.html", user="user") == b"b"
    place.file("a.html", "tags")
    assert render("a.html", user="user") == b"tags"
    for path in ("nix.html", "../mine/nix.html", "a.css"):
        with pytest.raises(MissingPage):
            render(path, user="user")


def _get(emulator: Emulator, path: str) -> tuple[int, str, bytes]:
    host = emulator.cpanel_url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    credentials = b64encode(b"user:12345luggage").decode()
    connection.request("GET", path, headers={"Authorization": f"Basic {credentials}"})
    answer = connection.getresponse()
    told = answer.status, answer.headers["Content-Type"], answer.read()
    connection.close()
    return told


def test_over_http(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    emulator = place.emulator
    place.file("index.html.tt", "[% RAW_FORM.q %]|[% CPANEL.ENV.HTTP_HOST.length > 0 %]")
    place.file("sub/index.html.tt", "index")
    place.file("data.json.tt", "{}")
    place.file("bad.html.tt", "[% IF %]")
    place.file("part.tt", "secret source")
    html = 'text/html; charset="utf-8"'
    status, kind, body = _get(emulator, "/frontend/mine/?q=%C3%A9")
    assert (status, kind, body) == (200, html, "é|1".encode())
    assert _get(emulator, "/frontend/mine/sub")[0] == 302
    assert _get(emulator, "/frontend/mine/sub/")[2] == b"index"
    assert _get(emulator, "/frontend/mine/data.json")[1] == 'application/json; charset="utf-8"'
    assert _get(emulator, "/frontend/mine/bad.html")[0] == 200
    assert _get(emulator, "/frontend/mine/part.tt")[0] == 404
    assert _get(emulator, "/cPanel_magic_revision_0/frontend/mine/index.html.tt")[0] == 404
    monkeypatch.setenv("PATH", "/nonexistent")
    status, _, body = _get(emulator, "/frontend/mine/")
    assert status == 500
    assert b"apt-get install libtemplate-perl" in body
    with pytest.raises(InterpreterError):
        emulator.render("index.html", user="user")


def test_a_converted_header_is_that_of_liveapi_pages(place: Place) -> None:
    """It sees title and section, the footer what it sets; its own header and footer are plain."""
    own = "[% execute('Chrome', 'get_dom', { page_title = 'own' }).data.footer.length %]"
    place.file(
        "branding/stdheader.html.tt",
        "<h1>[% CPANEL.CPVAR.title %] [% CPANEL.CPVAR.section %][% CPANEL.CPVAR.v = 1 %]</h1>"
        + own,
    )
    place.file("branding/stdfooter.html.tt", "<p>[% CPANEL.CPVAR.v %]</p>")
    answer = place.emulator.call(
        "Chrome", "get_dom", user="user", api=3, page_title="A & B", app_key="csr"
    )
    assert answer.outcome == Data({"header": "<h1>A &amp; B csr</h1>16", "footer": "<p>1</p>"})
