"""The page helpers, as pages and other clients see them (``tags §2.5``, ``tags §7``, ``§8``)."""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from cpanel_emu.accounts.preferences import LONGEST, MOST, Preferences
from cpanel_emu.call import Api, Printed, Row, Rows
from cpanel_emu.errors import Failure
from cpanel_emu.functions.pages import FUNCTIONS
from cpanel_emu.functions.pages.branding import size
from tests.frontend.conftest import Place

if TYPE_CHECKING:
    from cpanel_emu import Emulator

Start = Callable[..., "Emulator"]
DOMAINS = ["example.com", "b.example.net", "a.example.org"]
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", 32, 16)
GIF = b"GIF89a" + struct.pack("<HH", 7, 9)
JPEG = (
    b"\xff\xd8\xff\xe0" + struct.pack(">H", 4) + b"xx"
    b"\xff\xc0" + struct.pack(">HBHH", 8, 8, 20, 30) + b"\0"
)


def rows(emulator: Emulator, module: str, function: str, **named: Any) -> list[Row]:
    """Call API 2 as ``user``; the answer says yes."""
    outcome = emulator.call(module, function, user="user", **named).outcome
    assert isinstance(outcome, Rows)
    assert outcome.error is None
    return [row for row in outcome.rows if isinstance(row, Mapping)]


def refused(emulator: Emulator, module: str, function: str, **named: Any) -> str:
    outcome = emulator.call(module, function, user="user", **named).outcome
    assert isinstance(outcome, Rows)
    assert outcome.error is not None
    return outcome.error


def page(place: Place, emulator: Emulator, source: str, **form: str) -> str:
    place.write("demo/p.html", source)
    return emulator.render("demo/p.html", user="user", form=form, strict=True).decode()


def test_mail_domains_and_their_number(place: Place, start: Start) -> None:
    emulator = start()
    assert [row["domain"] for row in rows(emulator, "Email", "listmaildomains")] == DOMAINS
    listed = rows(emulator, "Email", "listmaildomains", skipmain=1)
    assert [row["domain"] for row in listed] == DOMAINS[1:]
    source = '<?cp Email::listmaildomains(%) ?><cpanel printvar="maildomainscount">'
    assert page(place, emulator, source) == "3"


def test_domain_options(place: Place, start: Start) -> None:
    options = "".join(f'<option value="{name}">{name}</option>' for name in DOMAINS)
    assert page(place, start(), '<cpanel Email="printdomainoptions()">') == options


def test_document_roots(start: Start) -> None:
    emulator = start()
    main = {"domain": DOMAINS[0], "docroot": "/home/user/public_html", "reldocroot": "public_html"}
    second = {
        "domain": DOMAINS[1],
        "docroot": "/home/user/public_html/b.example.net",
        "reldocroot": "public_html/b.example.net",
    }
    assert rows(emulator, "DomainLookup", "getdocroot") == [main]
    assert rows(emulator, "DomainLookup", "getdocroot", domain="Example.com.") == [main]
    assert rows(emulator, "DomainLookup", "getdocroot", domain="b.example.net") == [second]
    assert rows(emulator, "DomainLookup", "getdocroots")[:2] == [main, second]
    assert [row["domain"] for row in rows(emulator, "DomainLookup", "getbasedomains")] == DOMAINS
    told = refused(emulator, "DomainLookup", "getdocroot", domain="other.example")
    assert told == 'This account has no domain "other.example".'


def test_pages_of_a_list_from_the_list_before_them(place: Place, start: Start) -> None:
    source = (
        "<?cp Email::listmaildomains(%,domain) api2_paginate=1, api2_paginate_size=1,"
        " api2_paginate_start=$FORM{'start'} ?>|"
        '<?cp UI::paginate([a href="?start=%"%]%[/a],start,current=1? class="on":,page) ?>|'
        '<cpanel printvar="pages"><cpanel printvar="currentpage">'
    )
    assert page(place, start(), source, start="2") == (
        'b.example.net|<a href="?start=1">1</a><a href="?start=2" class="on">2</a>'
        '<a href="?start=3">3</a>|32'
    )


def test_pages_of_a_list_from_arguments(start: Start) -> None:
    emulator = start()
    for function in ("paginate", "paginate_list"):
        assert rows(emulator, "UI", function) == [{"page": 1, "start": 1, "size": 0, "current": 1}]
        listed = rows(emulator, "UI", function, pages=3, currentpage=9, itemsperpage=10)
        assert [row["start"] for row in listed] == [1, 11, 21]
        assert [row["current"] for row in listed] == [0, 0, 1]
        for hostile in ("-1", "x", "²", "9" * 400):
            assert len(rows(emulator, "UI", function, pages=hostile)) == 1
        assert len(rows(emulator, "UI", function, pages="999999999")) == 1000


def test_rows_are_counted_through_a_page(place: Place, start: Start) -> None:
    emulator = start()
    count = "<?cp StatsBar::rowcounter(%% ,rowcounter,rowtype) ?>"
    last = "<?cp StatsBar::getrowcounter(%;,rowcounter) ?>"
    assert page(place, emulator, last + count + last + count) == "0;1odd1;2even"
    assert page(place, emulator, count) == "1odd"


def test_figures(place: Place, start: Start) -> None:
    emulator = start()
    source = (
        "<?cp StatsBar::stat(%=%;,name,value) display=hostname|nosuch|theme ?>"
        "<?cp StatsBar::stat(%:%/%;,item,count,max) display=ftpaccounts ?>"
        '<cpanel printvar="statsbar_ftpaccounts_maxed">'
    ).replace(":%/", "\\{colon}%/")
    assert page(place, emulator, source) == (
        "hostname=host.example.com;theme=x3;FTP Accounts:0/unlimited;0"
    )
    assert len(rows(emulator, "StatsBar", "stat")) > 10


def test_small_facts(start: Start) -> None:
    emulator = start()
    assert rows(emulator, "SourceIPCheck", "getaccount") == [{"account": "user"}]
    assert rows(emulator, "PasswdStrength", "get_required_strength", app="pop") == [
        {"app": "pop", "strength": 0}
    ]
    assert rows(emulator, "LangMods", "getprefix", lang="perl") == [{"prefix": "/home/user/perl"}]
    assert rows(emulator, "LangMods", "getprefix", lang="cobol") == []
    assert rows(emulator, "LangMods", "getkey", lang="perl", key="name") == [
        {"key": "name", "value": "Perl Modules"}
    ]
    assert rows(emulator, "LangMods", "getkey", lang="perl", key="x") == []


@pytest.mark.parametrize(
    "function",
    [one for one in FUNCTIONS if one.run.__name__ in {"prints_nothing", "no_rows", "isenabled"}],
    ids=lambda one: f"{one.api.value}-{one.module}-{one.name}",
)
def test_silent_functions_print_nothing(place: Place, start: Start, function: object) -> None:
    api = getattr(function, "api")  # noqa: B009  (parametrized as object)
    name = f"{getattr(function, 'module')}"  # noqa: B009
    called = getattr(function, "name")  # noqa: B009
    tag = f'<cpanel {name}="{called}(a)">' if api is Api.API1 else f"<?cp {name}::{called}(x) ?>"
    assert page(place, start(), f"[{tag}]<cpanel print=\"$CPERROR{{'{name.lower()}'}}\">") == "[]"


def test_contact_form_is_off(place: Place, start: Start) -> None:
    source = '<cpanel Contactus="isenabled()"><cpanel print="$CPVAR{\'Contactus::isenabled\'}">'
    assert page(place, start(), source) == "0"


def test_sprites(place: Place, start: Start) -> None:
    for name, content in {"a.png": PNG, "b c.gif": GIF, "d.jpg": JPEG, "e.svg": b"<svg/>"}.items():
        place.write(f"branding/{name}", content)
    place.write("branding/pack/a.gif", GIF)
    emulator = start()
    listed = rows(emulator, "Branding", "spritelist")
    sizes = {row["img"]: (row["width"], row["height"]) for row in listed}
    assert sizes == {"a": (32, 16), "b c": (7, 9), "d": (30, 20)}
    [row] = rows(emulator, "Branding", "spritelist", img="nosuch|../../etc/x|b c|a\0")
    assert row["url"] == "/cPanel_magic_revision_0/frontend/mine/branding/b%20c.gif"
    Preferences(emulator.root, "user").save("brandingpkg", "pack")
    [row] = rows(emulator, "Branding", "spritelist", img="a")
    assert (row["file"], row["width"]) == ("a.gif", 7)
    assert page(place, emulator, "<?cp Branding::getbrandingpkg(%,brandingpkg) ?>") == "pack"
    assert page(place, emulator, '<cpanel print="$brandingpkg">') == "pack"


@pytest.mark.parametrize("content", [PNG, GIF, JPEG])
def test_cut_images_have_no_size(content: bytes) -> None:
    assert size(content) != (0, 0)
    for length in range(len(content) - 1):
        assert size(content[:length]) == (0, 0)


def test_sizes_of_nonsense() -> None:
    assert size(b"\xff\xd8" + b"\xff\xe0\0\0" * 1000) == (0, 0)
    assert size(b"\x89PNG\r\n\x1a\n" + b"\xff" * 16) == (0, 0)
    assert size(b"") == (0, 0)


def test_preferences_are_kept_for_the_account(place: Place, start: Start) -> None:
    emulator = start()
    saved = rows(emulator, "NVData", "set", names="a|b.c", **{"a": "1", "b.c": "<é>"})
    assert saved == [{"name": "a", "value": "1"}, {"name": "b.c", "value": "<é>"}]
    assert rows(emulator, "NVData", "get") == saved
    assert rows(emulator, "NVData", "get", names="b.c|none") == [
        {"name": "b.c", "value": "<é>"},
        {"name": "none", "value": ""},
    ]
    assert page(place, emulator, "<cpanel print=\"$NVDATA{'b.c'}$NVDATA{'none'}\">") == "<é>"
    outcome = emulator.call("NVData", "get", user="other").outcome
    assert isinstance(outcome, Rows)
    assert outcome.rows == []


@pytest.mark.parametrize("name", ["../a", "a/b", ".a", "a\0", "é", "x" * 65, "-a"])
def test_what_is_no_preferences_name(start: Start, name: str) -> None:
    emulator = start()
    assert "cannot be the name" in refused(emulator, "NVData", "set", names=name)
    assert rows(emulator, "NVData", "get", names=name) == [{"name": name, "value": ""}]
    assert rows(emulator, "NVData", "get") == []


def test_preferences_are_bounded(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    preferences = Preferences(start().root, "user")
    preferences.save("long", "x" * LONGEST)
    with pytest.raises(Failure):
        preferences.save("long", "x" * (LONGEST + 1))
    assert MOST == 1000
    monkeypatch.setattr("cpanel_emu.accounts.preferences.MOST", 2)
    preferences.save("second", "")
    preferences.save("second", "again")
    with pytest.raises(Failure):
        preferences.save("third", "")
    assert dict(preferences) == {"long": "x" * LONGEST, "second": "again"}


def test_files_of_the_home_directory(start: Start) -> None:
    emulator = start()
    home = emulator.root.home("user")
    (home / "public_html").mkdir(mode=0o700)
    (home / "b.txt").write_text("x" * 1536)
    (home / "b.txt").chmod(0o640)
    (home / ".hidden").write_text("")
    (home / "link").symlink_to("/etc/passwd")
    os.mkfifo(home / "pipe")
    os.utime(home / "b.txt", (1000, 1000))
    listed = rows(emulator, "Fileman", "listfiles", types="dir|file")
    assert [row["file"] for row in listed if row["file"] != "ssl"] == ["b.txt", "public_html"]
    [told] = [row for row in listed if row["file"] == "b.txt"]
    assert told == {
        "file": "b.txt",
        "fullpath": "/home/user/b.txt",
        "humansize": "1.5 KB",
        "mode": 0o100640,
        "mtime": 1000,
        "nicemode": "0640",
        "path": "/home/user",
        "size": 1536,
        "type": "file",
    }
    names = [row["file"] for row in rows(emulator, "Fileman", "listfiles", showdotfiles=1)]
    assert ".hidden" in names
    assert rows(emulator, "Fileman", "listfiles", dir="public_html") == []
    assert rows(emulator, "Fileman", "listfiles", dir="/home/user/public_html/") == []


@pytest.mark.parametrize(
    "folder",
    [
        "..",
        "../other",
        "/home/other",
        "/",
        "/etc",
        "out",
        "out/..",
        "b.txt",
        "none",
        "a\0",
        "x" * 9999,
    ],
)
def test_files_beyond_the_home_directory(start: Start, folder: str) -> None:
    emulator = start()
    home = emulator.root.home("user")
    (home / "out").symlink_to("/etc")
    (home / "b.txt").write_text("")
    if folder == "out/..":  # is the home directory by name
        assert rows(emulator, "Fileman", "listfiles", dir=folder) != []
        return
    told = refused(emulator, "Fileman", "listfiles", dir=folder)
    assert told == "There is no such folder in the home directory."


def test_api1_helpers_answer_api1_clients(start: Start) -> None:
    outcome = start().call("Email", "printdomainoptions", user="user", api=1).outcome
    assert isinstance(outcome, Printed)
    assert outcome.text.count("<option") == 3
