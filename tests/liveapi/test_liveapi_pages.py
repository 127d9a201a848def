"""LiveAPI pages of a theme, through the whole emulator: served, rendered, and kept apart."""

from __future__ import annotations

import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509

from cpanel_emu import Emulator
from cpanel_emu.journal import Door
from cpanel_emu.liveapi.commands import InterpreterError
from cpanel_emu.liveapi.pages import NEVER_CONNECTED
from cpanel_emu.server.app import Application
from cpanel_emu.tags import MissingPage, StrictPageError
from tests.documentation import ROOT
from tests.requirements import require_perl_module, require_program
from tests.server.wsgi import CLOCK, DATE, Answer, Client

GENERATED = "Certificate Signing Request generated!"

DOCUMENTED_PHP = """<?php
include "/usr/local/cpanel/php/cpanel.php";
$cpanel = new CPANEL(); // Connect to cPanel - only do this once.

$csr = $cpanel->api2(
    'SSL', 'gencsr',
        array(
        'city'                       => 'Houston',
        'company'                    => 'cPanel',
        'companydivision'            => 'Documentation',
        'country'                    => 'US',
        'email'                      => 'user@example.com',
        'host'                       => 'example.com',
        'state'                      => 'Texas',
        'password'                   => '12345luggage',
   )
);
"""
"""The documentation's example with its missing quote; the page around it is ours (`ssl §1.2`)."""

PHP_PAGE = (
    DOCUMENTED_PHP
    + """
print $csr['cpanelresult']['data'][0]['output'] . ' ' . $csr['cpanelresult']['data'][0]['result'];
$cpanel->end();
"""
)

DOCUMENTED_PERL = """use Cpanel::LiveAPI;
my $cpliveapi = Cpanel::LiveAPI->new(); # Connect to cPanel - only do this once.

my $csr = $cpliveapi->api2(
    'SSL', 'gencsr',
    {
        'city'                       => 'Houston',
        'company'                    => 'cPanel',
        'companydivision'            => 'Documentation',
        'country'                    => 'US',
        'email'                      => 'user@example.com',
        'host'                       => 'example.com',
        'state'                      => 'Texas',
        'password'                   => '12345luggage',
    }
);
"""

PERL_PAGE = (
    "#!/usr/local/cpanel/3rdparty/bin/perl\nuse strict;\nuse warnings;\n"
    "use lib '/usr/local/cpanel';\n"
    + DOCUMENTED_PERL
    + """
print "Content-type: text/html\\r\\n\\r\\n";
my $row = $csr->{'cpanelresult'}{'data'}[0];
print "$row->{'output'} $row->{'result'}";
$cpliveapi->end();
"""
)

WHOAMI = """<?php
include '/usr/local/cpanel/php/cpanel.php';
$cpanel = new CPANEL();
$keys = $cpanel->api2('SSL', 'listkeys', array('user' => 'username', 'account' => 'username'));
echo getenv('REMOTE_USER'), ' ', $cpanel->cpanelprint('$user');
foreach ($cpanel->get_result($keys) as $row) {
    echo ' ', $row['host'];
}
$cpanel->end();
"""


class Site:
    """A theme of its own behind an application."""

    def __init__(self, folder: Path, emulator: Emulator) -> None:
        self.folder = folder
        self.emulator = emulator
        self.client = Client(Application(emulator))

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def get(self, target: str, *, login: str = "user", **headers: str) -> Answer:
        return self.client.get(f"/frontend/x3/{target}", login=login, **headers)

    def post(self, target: str, body: bytes, content_type: str) -> Answer:
        place = f"/frontend/x3/{target}"
        return self.client.ask("POST", place, body, login="user", CONTENT_TYPE=content_type)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    folder = tmp_path / "x3"
    folder.mkdir()
    with Emulator(theme=folder, clock=CLOCK) as emulator:
        yield Site(folder, emulator)


@pytest.fixture
def demo() -> Iterator[Site]:
    """The demo theme."""
    with Emulator(clock=CLOCK) as emulator:
        yield Site(Path(), emulator)


def stored_subject(emulator: Emulator, user: str = "user") -> str:
    """Return the subject of the account's only CSR."""
    [path] = (emulator.root.home(user) / "ssl" / "csrs").glob("*.csr")
    return x509.load_pem_x509_csr(path.read_bytes()).subject.rfc4514_string()


SUBJECT = (
    "1.2.840.113549.1.9.1=user@example.com,CN=example.com,OU=Documentation,O=cPanel,"
    "L=Houston,ST=Texas,C=US"
)


class TestTheDocumentedExamples:
    def test_php(self, site: Site) -> None:
        require_program("php")
        site.write("csr.live.php", PHP_PAGE)
        answer = site.get("csr.live.php")
        assert answer.status == "200 OK"
        assert answer.body == f"{GENERATED} 1".encode()
        assert answer.header("Content-Type").lower().startswith("text/html")
        assert stored_subject(site.emulator) == SUBJECT

    def test_perl(self, site: Site) -> None:
        require_perl_module("JSON::PP")
        site.write("csr.live.pl", PERL_PAGE)
        answer = site.get("csr.live.pl")
        assert answer.body == f"{GENERATED} 1".encode()
        assert stored_subject(site.emulator) == SUBJECT

    def test_perl_as_cgi(self, site: Site) -> None:
        require_perl_module("JSON::PP")
        site.write("csr.live.cgi", PERL_PAGE)
        assert site.get("csr.live.cgi").body == f"{GENERATED} 1".encode()


@pytest.mark.parametrize("page", ["liveapi/gencsr.live.php", "liveapi/gencsr.live.pl"])
class TestThePluginPagesOfTheDemoTheme:
    @pytest.fixture(autouse=True)
    def _needs(self, page: str) -> None:
        if page.endswith("php"):
            require_program("php")
        else:
            require_perl_module("JSON::PP")

    def test_shows_the_example_in_the_theme(self, demo: Site, page: str) -> None:
        text = demo.emulator.render(page, user="user", strict=True).decode()
        assert text.startswith("<!DOCTYPE html>")
        assert '<input id="city" name="city" value="Houston">' in text
        assert 'href="../ssl/csrs.html" aria-current="page"' in text
        assert "This page runs as user " in text
        assert text.rstrip().endswith("</html>")

    def test_makes_a_request(self, demo: Site, page: str) -> None:
        fields = {
            "host": "example.com",
            "country": "US",
            "state": "Texas",
            "city": "Houston & São Paulo",
            "company": '<b>"cPanel"</b>',
        }
        body = urllib.parse.urlencode(fields).encode()
        answer = demo.post(page, body, "application/x-www-form-urlencoded")
        text = answer.body.decode()
        assert f'<p class="notice notice-good" role="status">{GENERATED}</p>' in text
        assert "-----BEGIN CERTIFICATE REQUEST-----" in text
        assert 'value="&lt;b&gt;&quot;cPanel&quot;&lt;/b&gt;"' in text
        assert 'value="Houston &amp; São Paulo"' in text
        assert "L=Houston & São Paulo," in stored_subject(demo.emulator)

    def test_says_why_not(self, demo: Site, page: str) -> None:
        answer = demo.post(page, b"host=example.com", "application/x-www-form-urlencoded")
        text = answer.body.decode()
        assert 'role="alert" id="details">&quot;city&quot; is a required argument.</p>' in text

    def test_says_that_a_feature_is_off(self, demo: Site, page: str) -> None:
        import dataclasses

        demo.emulator.accounts.update(
            "user", lambda one: dataclasses.replace(one, features={"sslmanager": False})
        )
        answer = demo.post(page, b"host=example.com", "application/x-www-form-urlencoded")
        assert b"You do not have the feature &quot;sslmanager&quot;." in answer.body


class TestOverHttp:
    def test_the_request_reaches_the_page(self, site: Site) -> None:
        require_program("perl")
        names = (
            "REQUEST_METHOD QUERY_STRING CONTENT_TYPE SCRIPT_NAME REQUEST_URI REMOTE_USER "
            "REMOTE_ADDR SERVER_NAME SERVER_PORT SERVER_SOFTWARE HTTP_HOST HTTP_ACCEPT "
            "HTTP_COOKIE HTTP_AUTHORIZATION"
        )
        site.write(
            "a b.live.pl",
            f'for my $name (qw({names})) {{ print "$name=", $ENV{{$name}} // \'(none)\', "\\n"; }}'
            "read STDIN, my $body, $ENV{CONTENT_LENGTH}; print $body;",
        )
        answer = site.client.ask(
            "POST",
            "/frontend/x3/a b.live.pl?x=%C3%A4&y",
            b"\0raw\xff",
            login="user",
            CONTENT_TYPE="application/octet-stream",
            HTTP_ACCEPT="a/b",
            HTTP_HOST="h.example:2082",
            HTTP_COOKIE="mine=1; cpsession=secret",
            REMOTE_ADDR="127.0.0.7",
        )
        assert answer.body.removesuffix(NEVER_CONNECTED) == (
            b"REQUEST_METHOD=POST\n"
            b"QUERY_STRING=x=%C3%A4&y\n"
            b"CONTENT_TYPE=application/octet-stream\n"
            b"SCRIPT_NAME=/frontend/x3/a%20b.live.pl\n"
            b"REQUEST_URI=/frontend/x3/a%20b.live.pl?x=%C3%A4&y\n"
            b"REMOTE_USER=user\n"
            b"REMOTE_ADDR=127.0.0.7\n"
            b"SERVER_NAME=host.example.com\n"
            b"SERVER_PORT=2082\n"
            b"SERVER_SOFTWARE=cpsrvd\n"
            b"HTTP_HOST=h.example:2082\n"
            b"HTTP_ACCEPT=a/b\n"
            b"HTTP_COOKIE=mine=1\n"
            b"HTTP_AUTHORIZATION=(none)\n"
            b"\0raw\xff"
        )

    def test_the_form_is_a_variable_of_the_connection(self, site: Site) -> None:
        require_perl_module("JSON::PP")
        site.write(
            "p.live.pl",
            "use Cpanel::LiveAPI; my $c = Cpanel::LiveAPI->new();"
            "print $c->cpanelprint(q{$FORM{'q'} $basefile}); $c->end();",
        )
        assert site.get("p.live.pl?q=a%26b").body == b"a&amp;b p.live"

    def test_a_converted_page_answers_at_the_old_address(self, site: Site) -> None:
        require_program("php")
        site.write(
            "a/b.live.php",
            "<?php include '/usr/local/cpanel/php/cpanel.php'; $cpanel = new CPANEL();"
            " echo $cpanel->cpanelprint('$basefile $FORM{x} $FORM{file-k.pem-key}');",
        )
        assert site.get("a/b.html?x=1").body == b"a/b 1 "
        body = (
            b"--B\r\nContent-Disposition: form-data; name=key; filename=k.pem\r\n\r\nK\r\n--B--\r\n"
        )
        posted = site.post("a/b.html", body, "multipart/form-data; boundary=B")
        assert posted.body == b"a/b  key"

    def test_a_tag_page_comes_before_the_page_it_was_converted_to(self, site: Site) -> None:
        site.write("p.html", "old")
        site.write("p.live.php", "new")
        assert site.get("p.html").body == b"old"

    def test_a_folder_shows_its_converted_index(self, site: Site) -> None:
        require_program("php")
        site.write("sub/index.live.php", PHP_PAGE)
        assert dict(site.get("sub").headers)["Location"] == "/frontend/x3/sub/"
        assert site.get("sub/").body.decode().startswith(GENERATED)

    def test_status_and_headers(self, site: Site) -> None:
        require_program("perl")
        site.write(
            "p.live.pl",
            r'print "Status: 404 Not here\r\nContent-Type: text/plain\r\nX-Own: 1\r\n'
            r'Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nDate: never\r\n\r\nbody";',
        )
        answer = site.get("p.live.pl")
        body = b"body" + NEVER_CONNECTED
        assert answer.status == "404 Not here"
        assert answer.headers == [
            ("Server", "cpsrvd"),
            ("Date", DATE),
            ("X-Own", "1"),
            ("Set-Cookie", "a=1"),
            ("Set-Cookie", "b=2"),
            ("Content-Type", "text/plain"),
            ("Content-Length", str(len(body))),
        ]
        assert answer.body == body

    def test_an_answer_that_can_have_no_body_has_none(self, site: Site) -> None:
        require_program("perl")
        site.write("p.live.pl", r'print "Status: 304 Not Modified\r\nETag: x\r\n\r\n";')
        answer = site.get("p.live.pl")
        assert answer.status == "304 Not Modified"
        assert answer.body == b""
        assert "Content-Type" not in answer.names

    def test_an_interpreter_that_is_missing(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        site.write("p.live.php", "<?php")
        monkeypatch.setenv("PATH", str(site.folder))
        answer = site.get("p.live.php")
        assert answer.status == "500 Internal Server Error"
        assert answer.header("Content-Type") == 'text/html; charset="utf-8"'
        text = answer.body.decode()
        assert "<h1>This page cannot run</h1>" in text
        assert "p.live.php needs PHP (php-cgi or php), which is not installed" in text

    @pytest.mark.parametrize("name", ["none.live.php", "../outside.live.pl", "folder.live.pl"])
    def test_a_page_that_is_not_there(self, site: Site, name: str) -> None:
        site.write("../outside.live.pl", "print 'outside'")
        (site.folder / "folder.live.pl").mkdir()
        assert site.get(name).status == "404 Not Found"

    @pytest.mark.parametrize(
        "name", ["p.live.php", "p.livephp", "p.live.pl", "p.livepl", "p.live.cgi"]
    )
    def test_its_source_is_never_shown(self, site: Site, name: str) -> None:
        site.write(name, "print 'secret';")
        answer = site.client.get(f"/cPanel_magic_revision_1/frontend/x3/{name}")
        assert answer.status == "404 Not Found"

    def test_nobody_runs_it_without_credentials(self, site: Site) -> None:
        require_program("perl")
        site.write("p.live.pl", "open my $f, '>', 'ran';")
        assert b"<form" in site.client.get("/frontend/x3/p.live.pl").body
        assert not (site.folder / "ran").exists()

    def test_what_it_complains_about_is_in_the_journal(self, site: Site) -> None:
        require_program("perl")
        site.write("p.live.pl", "warn 'first'; die 'second'")
        assert site.get("p.live.pl").body == NEVER_CONNECTED
        told = [one.warning.message for one in site.emulator.journal.warnings()]
        assert told[0].startswith("first at")
        assert told[1].startswith("second at")
        assert told[2:] == ["the page never connected to its LiveAPI socket"]

    def test_its_calls_are_known_as_such(self, site: Site) -> None:
        require_perl_module("JSON::PP")
        site.write("csr.live.pl", PERL_PAGE)
        site.get("csr.live.pl")
        [call] = site.emulator.journal.calls()
        assert (call.door, call.user, call.function) == (Door.LIVEAPI, "user", "gencsr")
        assert "12345luggage" not in str(call)


class TestAccounts:
    @pytest.fixture(autouse=True)
    def _a_secret(self, site: Site) -> None:
        require_program("php")
        site.write("who.live.php", WHOAMI)
        site.emulator.call("SSL", "genkey", user="username", host="secret.example", keysize=1024)

    def test_a_page_speaks_for_who_asked_for_it(self, site: Site) -> None:
        assert site.get("who.live.php").body == b"user user example.com"
        answer = site.get("who.live.php", login="username")
        assert answer.body == b"username username example.com secret.example"

    def test_several_pages_at_once(self, site: Site) -> None:
        def visit(number: int) -> bytes:
            login = ("user", "username")[number % 2]
            return site.get(
                f"who.live.php?cpanel_jsonapi_user=username&n={number}", login=login
            ).body

        with ThreadPoolExecutor(4) as pool:
            bodies = list(pool.map(visit, range(8)))
        assert bodies[0::2] == [b"user user example.com"] * 4
        assert bodies[1::2] == [b"username username example.com secret.example"] * 4


class TestRendering:
    ECHO = (
        "use Cpanel::LiveAPI; my $c = Cpanel::LiveAPI->new(); read STDIN, my $body, "
        '$ENV{CONTENT_LENGTH} // 0; print "$ENV{REQUEST_METHOD} $ENV{QUERY_STRING} $body ",'
        " $c->cpanelprint(q{$FORM{'a'} $FORM{'b'}}); $c->end();"
    )

    def test_in_process(self, site: Site) -> None:
        require_perl_module("JSON::PP")
        site.write("p.live.pl", self.ECHO)
        body = site.emulator.render("p.live.pl", user="user", form={"a": "1", "b": "ä"})
        assert body == "GET a=1&b=%C3%A4  1 ä".encode()

    def test_errors(self, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(MissingPage):
            site.emulator.render("none.live.php", user="user")
        site.write("p.live.php", "<?php")
        require_program("php")
        with pytest.raises(StrictPageError, match="never connected"):
            site.emulator.render("p.live.php", user="user", strict=True)
        monkeypatch.setenv("PATH", str(site.folder))
        with pytest.raises(InterpreterError):
            site.emulator.render("p.live.php", user="user")

    @pytest.fixture
    def render(self, site: Site) -> Callable[..., subprocess.CompletedProcess[str]]:
        """Run ``cpanel-emu render`` as a program."""

        def run(*arguments: str) -> subprocess.CompletedProcess[str]:
            place = ["--root", str(site.emulator.root.path), "--theme", str(site.folder)]
            return subprocess.run(
                [sys.executable, "-m", "cpanel_emu", "render", *place, *arguments],
                cwd=ROOT,
                capture_output=True,
                text=True,
                check=False,
            )

        return run

    def test_on_the_command_line(
        self, site: Site, render: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        require_perl_module("JSON::PP")
        site.write("p.live.pl", self.ECHO)
        done = render("p.live.pl", "--query", "a=%C3%A4", "--form", "b=x y")
        assert done.stdout == "POST a=%C3%A4 b=x+y ä x y"
        assert (done.returncode, done.stderr) == (0, "")

    def test_errors_on_the_command_line(
        self, site: Site, render: Callable[..., subprocess.CompletedProcess[str]]
    ) -> None:
        require_program("perl")
        done = render("none.live.pl")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == 'cpanel-emu: There is no page "none.live.pl".\n'
        site.write("p.live.cgi", "#!/nonexistent/cobol\n")
        done = render("p.live.cgi")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("cpanel-emu: p.live.cgi needs cobol, which is not installed")
        site.write("p.live.pl", "print 'body'")
        done = render("p.live.pl", "--strict")
        assert done.returncode == 1
        assert done.stdout == "body" + NEVER_CONNECTED.decode()
        assert done.stderr.splitlines()[-1] == (
            "p.live.pl:1:1: the page never connected to its LiveAPI socket [liveapi_cli §1.1]"
        )
