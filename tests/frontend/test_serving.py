"""Pages and files of a theme over HTTP (``wire §2.2``, ``wire §3.3``, ``tags §1.16``)."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cpanel_emu.call import Answer, Call, Printed
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.journal import WarningEntry
from tests.frontend.conftest import Place
from tests.server.conftest import client_of
from tests.server.wsgi import Client

if TYPE_CHECKING:
    from cpanel_emu import Emulator
    from cpanel_emu.accounts.models import Account

Start = Callable[..., "Emulator"]
AGES = "Thu, 01 Jan 1970 00:00:00 GMT"
EVER = "Fri, 01 Jan 2100 00:00:00 GMT"
NOT_FOUND = (404, b"Not Found\r\n")


@pytest.fixture
def client(place: Place, start: Start) -> Client:
    place.write("p.html", '<cpanel print="$user">')
    place.write("css/a.css", "b{}")
    return client_of(start())


def get(client: Client, path: str, **keywords: str) -> tuple[int, bytes]:
    answer = client.get(path, login="user", **keywords)
    return int(answer.status[:3]), answer.body


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.html", 'text/html; charset="utf-8"'),
        ("a.htmlt", 'text/html; charset="utf-8"'),
        ("a.json", 'application/json; charset="utf-8"'),
        ("a.xml", "text/xml"),
    ],
)
def test_pages_have_their_types(place: Place, client: Client, name: str, kind: str) -> None:
    place.write(f"d/{name}", '["<cpanel print="$user">"]')
    answer = client.get(f"/frontend/mine/d/{name}", login="user")
    assert (answer.status, answer.body) == ("200 OK", b'["user"]')
    assert answer.header("Content-Type") == kind
    assert answer.header("Content-Length") == "8"
    assert "ETag" not in answer.names


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.css", 'text/css; charset="utf-8"'),
        ("a.js", 'text/javascript; charset="utf-8"'),
        ("a.svg", "image/svg+xml"),
        ("a.PNG", "image/png"),
        ("a.gif", "image/gif"),
        ("a.jpg", "image/jpeg"),
        ("a.woff2", "font/woff2"),
        ("a.txt", 'text/plain; charset="utf-8"'),
        ("a.unheard", "application/octet-stream"),
        ("a", "application/octet-stream"),
    ],
)
def test_files_have_their_types_and_keep_their_bytes(
    place: Place, client: Client, name: str, kind: str
) -> None:
    content = b'\xff\0<cpanel print="k">\r\n'
    place.write(f"d/{name}", content)
    answer = client.get(f"/frontend/mine/d/{name}", login="user")
    assert (answer.status, answer.body) == ("200 OK", content)
    assert answer.header("Content-Type") == kind


def test_a_page_by_head(client: Client) -> None:
    answer = client.ask("HEAD", "/frontend/mine/p.html", login="user")
    assert (answer.status, answer.body) == ("200 OK", b"")
    assert answer.header("Content-Length") == "4"


def test_a_file_by_head(client: Client) -> None:
    answer = client.ask("HEAD", "/frontend/mine/css/a.css", login="user")
    assert (answer.status, answer.body) == ("200 OK", b"")
    assert answer.header("Content-Length") == "3"


def test_conditional_requests(place: Place, client: Client) -> None:
    path = "/frontend/mine/css/a.css"
    first = client.get(path, login="user")
    tag, changed = first.header("ETag"), first.header("Last-Modified")
    for headers in (
        {"HTTP_IF_NONE_MATCH": tag},
        {"HTTP_IF_NONE_MATCH": f'"other", W/{tag}'},
        {"HTTP_IF_NONE_MATCH": "*"},
        {"HTTP_IF_MODIFIED_SINCE": changed},
        {"HTTP_IF_MODIFIED_SINCE": EVER},
        {"HTTP_IF_NONE_MATCH": tag, "HTTP_IF_MODIFIED_SINCE": AGES},
    ):
        answer = client.get(path, login="user", **headers)
        assert (answer.status, answer.body) == ("304 Not Modified", b""), headers
        assert answer.header("ETag") == tag
        assert "Content-Type" not in answer.names
    for headers in (
        {"HTTP_IF_NONE_MATCH": '"other"'},
        {"HTTP_IF_NONE_MATCH": tag.strip('"')},
        {"HTTP_IF_NONE_MATCH": '"other"', "HTTP_IF_MODIFIED_SINCE": EVER},
        {"HTTP_IF_MODIFIED_SINCE": AGES},
        {"HTTP_IF_MODIFIED_SINCE": "soon"},
        {"HTTP_IF_MODIFIED_SINCE": "Thu, 01 Jan 99999 00:00:00 GMT"},
    ):
        assert client.get(path, login="user", **headers).body == b"b{}", headers
    place.write("css/a.css", "b{ }")
    answer = client.get(path, login="user", HTTP_IF_NONE_MATCH=tag)
    assert answer.body == b"b{ }"
    assert answer.header("ETag") != tag


def test_pages_need_a_login_and_a_session_its_token(client: Client) -> None:
    for path in ("/frontend/mine/p.html", "/frontend/mine/css/a.css", "/frontend/mine/none"):
        answer = client.get(path)
        assert (answer.status, b'action="/login/"' in answer.body) == ("200 OK", True)
    entered = client.post("/login/", {"user": "user", "pass": "12345luggage"})
    cookie = entered.header("Set-Cookie").partition(";")[0]
    token = re.match(r"/cpsess\d+", entered.header("Location"))
    assert token is not None
    path = f"{token[0]}/frontend/mine/p.html"
    assert client.get(path, HTTP_COOKIE=cookie).body == b"user"
    refused = client.get("/frontend/mine/p.html", HTTP_COOKIE=cookie)
    assert (refused.status, b"Invalid security token" in refused.body) == (
        "401 Unauthorized",
        True,
    )


def test_the_token_reaches_the_page(place: Place, client: Client) -> None:
    place.write("t.html", "<cpanel print=\"$ENV{'cp_security_token'}\">")
    assert get(client, "/cpsess0123456789/frontend/mine/t.html") == (200, b"/cpsess0123456789")
    assert get(client, "/frontend/mine/t.html") == (200, b"")


def test_folders_show_their_index(place: Place, client: Client) -> None:
    place.write("index.html", 'root of <cpanel print="$brandingpkg">')
    place.write("d/index.html", "in d")
    place.write("e/x.html", "")
    assert get(client, "/frontend/mine/") == (200, b"root of ")
    assert get(client, "/frontend/mine/d/") == (200, b"in d")
    assert get(client, "/frontend/mine/e/") == NOT_FOUND
    assert get(client, "/frontend/mine/e") == NOT_FOUND
    for path, location in {
        "/frontend/mine": "/frontend/mine/",
        "/frontend/mine/d": "/frontend/mine/d/",
        "/cpsess7/frontend/mine/d": "/cpsess7/frontend/mine/d/",
    }.items():
        answer = client.get(path, login="user")
        assert answer.status == "302 Found"
        assert answer.header("Location") == location


def test_a_branding_package_has_an_index_of_its_own(place: Place, start: Start) -> None:
    place.write("index.html", "theme's")
    place.write("branding/pack/index.html", '<cpanel include="h.html"> <cpanel print="$basefile">')
    place.write("h.html", "H")
    emulator = start()
    client = client_of(emulator)
    assert get(client, "/frontend/mine/index.html") == (200, b"theme's")
    emulator.call("NVData", "set", user="user", names="brandingpkg", brandingpkg="pack")
    assert get(client, "/frontend/mine/index.html") == (200, b"H index")
    emulator.call("NVData", "set", user="user", names="brandingpkg", brandingpkg="../../secret")
    assert get(client, "/frontend/mine/index.html") == (200, b"theme's")


def test_the_served_theme_stands_in_for_the_accounts_own(client: Client) -> None:
    answer = client.get("/frontend/paper_lantern/p.html", login="other")
    assert (answer.status, answer.body) == ("200 OK", b"other")
    assert get(client, "/frontend/paper_lantern/p.html") == NOT_FOUND
    assert get(client, "/frontend/nosuch/p.html") == NOT_FOUND
    assert get(client, "/frontend/") == NOT_FOUND


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "d/../../secret.txt",
        "link.txt",
        "away/secret.txt",
        ".hidden",
        ".git/config",
        "d/.hidden.css",
        "lib/a.pl",
        "none.css",
        "none.html",
        "d",
        "a\0.css",
        "x" * 5000,
        "%2e%2e/secret.txt",
        "/etc/passwd",
        "\udcff",
    ],
)
def test_what_is_not_shown(place: Place, client: Client, path: str) -> None:
    secret = place.theme.parent / "secret.txt"
    secret.write_text("secret")
    for name in (".hidden", ".git/config", "d/.hidden.css", "lib/a.pl"):
        place.write(name, "secret")
    (place.theme / "link.txt").symlink_to(secret)
    (place.theme / "away").symlink_to(place.theme.parent)
    for prefix in ("/frontend/mine/", "/cPanel_magic_revision_0/frontend/mine/"):
        status, body = get(client, prefix + path)
        assert status == 404
        assert body == b"Not Found\r\n"


def test_magic_revision_leads_to_files_alone(client: Client) -> None:
    path = "/cPanel_magic_revision_1234567890/frontend/mine/"
    assert client.get(f"{path}css/a.css").body == b"b{}"
    assert client.get(f"{path}css/a.css", door="whm").body == b"b{}"
    assert b'action="/login/"' in client.get(f"{path}p.html").body
    assert client.get(f"{path}css/none.css").status[:3] == "404"
    assert b'action="/login/"' in client.get("/cPanel_magic_revision_1/json-api/cpanel").body


def test_magic_revisions_own_urls_work(place: Place, client: Client) -> None:
    place.write("m.html", '<cpanel MagicRevision="uri(css/a.css)">')
    _, url = get(client, "/frontend/mine/m.html")
    assert client.get(url.decode()).body == b"b{}"


def test_release_110_serves_tags_untouched(place: Place, start: Start) -> None:
    place.write("p.html", b'\xe9<cpanel print="k">\r\n')
    emulator = start(emulate_version="110")
    assert get(client_of(emulator), "/frontend/mine/p.html") == (200, b'\xe9<cpanel print="k">\r\n')
    warnings = [one for one in emulator.journal.entries() if isinstance(one, WarningEntry)]
    assert len(warnings) == 1


BAD = '\n <cpanel Nope="f()">x<cpanel include="<none>.html">'


def test_errors_stand_in_the_journal_and_not_in_the_page(place: Place, start: Start) -> None:
    place.write("d/p.html", BAD)
    emulator = start()
    assert get(client_of(emulator), "/frontend/mine/d/p.html") == (200, b'\n x.html">')
    told = [
        (one.user, one.page, one.warning.file, one.warning.line, one.warning.rule)
        for one in emulator.journal.entries()
        if isinstance(one, WarningEntry)
    ]
    assert told == [
        ("user", "d/p.html", "d/p.html", 2, "tags §1.10"),
        ("user", "d/p.html", "d/p.html", 2, "tags §2.2"),
    ]


def test_strict_pages_tell_their_warnings(place: Place, start: Start) -> None:
    place.write("d/p.json", BAD)
    place.write("good.html", "good")
    emulator = start(strict=True)
    client = client_of(emulator)
    answer = client.get("/frontend/mine/d/p.json", login="user")
    assert answer.status == "200 OK"
    assert answer.header("Content-Type") == 'text/html; charset="utf-8"'
    text = answer.body.decode()
    assert "<h1>This page has warnings</h1>" in text
    assert "<code>d/p.json:2:2</code></td><td>Could not find function" in text
    assert "there is no file &quot;d/&lt;none&quot;" in text
    assert get(client, "/frontend/mine/good.html") == (200, b"good")
    assert len([one for one in emulator.journal.entries() if isinstance(one, WarningEntry)]) == 2


MULTIPART = (
    b"--x\r\n"
    b'Content-Disposition: form-data; name="dir"\r\n\r\npublic\r\n'
    b"--x\r\n"
    b'Content-Disposition: form-data; name="first"; filename="C:\\\\d\\\\<cpanel print=1>.txt"\r\n'
    b'Content-Type: text/plain\r\n\r\n\xff<cpanel print="k">\r\n'
    b"--x\r\n"
    b'Content-Disposition: form-data; name="second"; filename="../../b.txt"\r\n\r\nB\r\n'
    b"--x--\r\n"
)


def test_uploads_are_private_files_while_the_page_is_rendered(
    place: Place, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.write("up.html", '<cpanel Fileman="fmpushfile(%FORM)"><cpanel print="$FORM{\'dir\'}">')
    emulator = start()
    seen: dict[str, tuple[str, bytes, int]] = {}
    forms: list[dict[str, str]] = []

    def answer(call: Call, account: Account, *, page: object) -> Answer:
        forms.append(dict(call.arguments.named))
        for name, value in forms[-1].items():
            if name.startswith("file-") and not name.endswith("-key"):
                path = Path(value)
                mode = stat.S_IMODE(path.stat().st_mode)
                folder = stat.S_IMODE(path.parent.stat().st_mode)
                seen[name] = (value, path.read_bytes(), mode)
                assert folder == 0o700
        return Answer(call, Printed("ran "))

    monkeypatch.setattr(emulator.frontend, "_answer", answer)
    client = client_of(emulator)
    done = client.ask(
        "POST",
        "/frontend/mine/up.html",
        MULTIPART,
        login="user",
        CONTENT_TYPE="multipart/form-data; boundary=x",
    )
    assert done.body == b"ran public"
    assert {name: told[1:] for name, told in seen.items()} == {
        "file-<cpanel print=1>.txt": (b'\xff<cpanel print="k">', 0o600),
        "file-b.txt": (b"B", 0o600),
    }
    assert forms[0]["file-b.txt-key"] == "second"
    assert forms[0]["file-<cpanel print=1>.txt-key"] == "first"
    assert all(not Path(told[0]).parent.exists() for told in seen.values())


def test_compiled_pages_are_kept_on_disk(place: Place, start: Start, tmp_path: Path) -> None:
    place.write("p.html", '<cpanel print="$user">')
    cache = tmp_path / "deep" / "cache"
    for _ in range(2):
        client = client_of(start(page_cache=cache))
        assert get(client, "/frontend/mine/p.html") == (200, b"user")
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    [kept] = list(cache.iterdir())
    kept.write_bytes(kept.read_bytes()[:40])
    client = client_of(start(page_cache=cache))
    assert get(client, "/frontend/mine/p.html") == (200, b"user")
    place.write("p.html", '<cpanel print="$homedir">')
    assert get(client, "/frontend/mine/p.html") == (200, b"/home/user")


def test_a_page_cache_that_goes_away_harms_no_page(
    place: Place, start: Start, tmp_path: Path
) -> None:
    place.write("p.html", '<cpanel print="$user">')
    client = client_of(start(page_cache=tmp_path / "cache"))
    (tmp_path / "cache").rmdir()
    assert get(client, "/frontend/mine/p.html") == (200, b"user")


def test_a_page_cache_that_others_can_change_is_refused(start: Start, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    with pytest.raises(ConfigurationError, match="can be changed by others"):
        client_of(start(page_cache=tmp_path / "open"))
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="File exists"):
        client_of(start(page_cache=tmp_path / "file"))


def test_five_megabytes_without_a_tag(place: Place, client: Client) -> None:
    text = (b"<p>{{ \xe9 }} <cpa %FORM $user></p>\r\n" * 160_000)[: 5 * 1024 * 1024]
    place.write("long.html", text)
    answer = client.get("/frontend/mine/long.html", login="user")
    assert answer.header("Content-Length") == str(5 * 1024 * 1024)
    assert answer.body == text
