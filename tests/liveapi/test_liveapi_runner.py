"""Pages run by real interpreters (``liveapi_cli §1.1``)."""

from __future__ import annotations

import os
import stat
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cpanel_emu.liveapi.commands import InterpreterError
from cpanel_emu.liveapi.installation import install_classes
from cpanel_emu.liveapi.messages import Message
from cpanel_emu.liveapi.pages import CUT_SHORT, NEVER_CONNECTED, CgiRequest, PageAnswer
from cpanel_emu.liveapi.process import ProcessLimits
from cpanel_emu.liveapi.runner import PageRunner
from cpanel_emu.root import Root
from tests.liveapi.clients import PATIENCE
from tests.liveapi.echo import EchoSession
from tests.requirements import require_perl_module, require_program

PHP_TESTS = Path(__file__).parent / "php"

PHP_PAGE = """<?php
include("/usr/local/cpanel/php/cpanel.php");  // the line of the documentation, as printed
$cpanel = new CPANEL();
$answer = $cpanel->api2('Echo', 'all', array('host' => 'example.com'));
print $answer['cpanelresult']['data'][0]['account'];
print ' ' . $answer['cpanelresult']['data'][0]['host'];
$cpanel->end();
"""

PERL_PAGE = """#!/usr/local/cpanel/3rdparty/bin/perl -w
use strict;
use lib '/usr/local/cpanel';
use Cpanel::LiveAPI;

my $cpliveapi = Cpanel::LiveAPI->new();
print "Content-type: text/html\\r\\n\\r\\n";
my $answer = $cpliveapi->api2('Echo', 'all', { 'host' => 'example.com' });
print "$answer->{cpanelresult}{data}[0]{account} $answer->{cpanelresult}{data}[0]{host}";
$cpliveapi->end();
"""

BARE_SHUTDOWN_PAGE = """<?php
$socket = stream_socket_client('unix://' . getenv('CPANEL_PHPCONNECT_SOCKET'));
fwrite($socket, '<cpanelxml shutdown="1" />');
fclose($socket);
echo 'quiet';
"""


class Place:
    """A folder with pages, a root with the classes, and a runner over both."""

    def __init__(self, folder: Path) -> None:
        self.pages = folder / "pages"
        self.pages.mkdir()
        self.home = folder / "home"
        self.home.mkdir()
        root = Root.create(folder / "the root's place")
        install_classes(root)
        self.local_cpanel = root.local_cpanel
        self.runner = PageRunner(root.local_cpanel, EchoSession)

    def page(self, name: str, text: str) -> Path:
        path = self.pages / name
        path.write_text(text)
        return path

    def run(self, name: str, text: str, limits: ProcessLimits | None = None) -> PageAnswer:
        return self.ask(self.request(self.page(name, text)), limits)

    def ask(self, request: CgiRequest, limits: ProcessLimits | None = None) -> PageAnswer:
        runner = PageRunner(self.local_cpanel, EchoSession, limits)
        return runner.run(request)

    def request(self, page: Path, account: str = "user") -> CgiRequest:
        script_name = f"/cpsess1234567890/frontend/x3/{page.name}"
        return CgiRequest(page, account, self.home, script_name)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture(params=["php-cgi", "php"])
def php(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make one of the two programs the only PHP there is."""
    name = str(request.param)
    folder = tmp_path / "only"
    folder.mkdir()
    (folder / name).symlink_to(require_program(name))
    monkeypatch.setenv("PATH", str(folder))
    return name


def test_a_php_page(place: Place, php: str) -> None:
    answer = place.run("p.live.php", PHP_PAGE)
    assert answer.body == b"user example.com"
    assert answer.status == 200
    assert answer.connected
    assert answer.completed
    assert dict(answer.headers)[{"php-cgi": "Content-type", "php": "Content-Type"}[php]]
    assert answer.messages == ""


def test_the_other_spelling_of_a_php_page(place: Place, php: str) -> None:
    assert place.run("p.livephp", PHP_PAGE).body == b"user example.com"


def test_php_files_work_as_ever(place: Place, php: str) -> None:
    request = place.request(PHP_TESTS / "file_map.live.php")
    lines = place.ask(request).body.removesuffix(NEVER_CONNECTED).decode().splitlines()
    assert lines[-1].startswith("1..")
    assert [line for line in lines[:-1] if not line.startswith("ok ")] == []


def test_a_php_page_gets_the_request(place: Place, php: str) -> None:
    page = place.page(
        "p.live.php",
        "<?php echo json_encode([$_GET, $_POST, $_COOKIE, $_REQUEST['q'], $_REQUEST['p'],"
        " $_SERVER['REQUEST_METHOD'], $_SERVER['REMOTE_USER'], getenv('REMOTE_USER')]);",
    )
    request = CgiRequest(
        page,
        "user",
        place.home,
        "/p.live.php",
        method="POST",
        query="q=%C3%A4&l[]=1",
        body=b"p=a+b%26",
        content_type="application/x-www-form-urlencoded; charset=utf-8",
        headers={"Cookie": "cpsession=secret; mine=x%20y"},
    )
    assert place.ask(request).body == (
        rb'[{"q":"\u00e4","l":["1"]},{"p":"a b&"},{"mine":"x y"},"\u00e4","a b&","POST","user",'
        rb'"user"]' + NEVER_CONNECTED
    )


def test_a_query_is_no_option_of_php(place: Place, php: str) -> None:
    page = place.page("p.live.php", "<?php echo $_SERVER['QUERY_STRING'];")
    request = CgiRequest(page, "user", place.home, "/p.live.php", query="-s")
    assert place.ask(request).body == b"-s" + NEVER_CONNECTED


def test_headers_of_a_php_page(place: Place) -> None:
    require_program("php-cgi")
    answer = place.run(
        "p.live.php", "<?php http_response_code(404); header('X-A: b'); setcookie('c', '1');"
    )
    assert (answer.status, answer.reason) == (404, "Not Found")
    headers = dict(answer.headers)
    assert headers["X-A"] == "b"
    assert headers["Set-Cookie"].startswith("c=1")
    assert "X-Powered-By" not in headers


@pytest.mark.parametrize("name", ["p.live.pl", "p.livepl", "p.live.cgi"])
def test_a_perl_page(place: Place, name: str) -> None:
    require_perl_module("JSON::PP")
    answer = place.run(name, PERL_PAGE)
    assert answer.messages == ""
    assert answer.body == b"user example.com"
    assert answer.headers == (("Content-type", "text/html"),)


def test_a_perl_page_in_taint_mode(place: Place) -> None:
    require_perl_module("JSON::PP")
    page = PERL_PAGE.replace("perl -w", "perl -T")
    # Taint mode keeps variables from being used as paths unseen; the socket's is trusted.
    page = page.replace(
        "my $cpliveapi",
        "($ENV{CPANEL_CONNECT_SOCKET}) = $ENV{CPANEL_CONNECT_SOCKET} =~ /(.*)/;\nmy $cpliveapi",
        1,
    )
    assert place.run("p.live.pl", page).body == b"user example.com"


def test_a_page_behind_a_wrapper(place: Place) -> None:
    """Other languages come through CGI wrappers; the classes work behind one, too."""
    require_perl_module("JSON::PP")
    place.page("inner.pl", PERL_PAGE)
    answer = place.run("p.live.cgi", "#!/bin/sh\nexec perl ./inner.pl\n")
    assert answer.body == b"user example.com"


def test_php_behind_a_cgi_page(place: Place, php: str) -> None:
    answer = place.run("p.live.cgi", "#!/usr/bin/php-cgi -q\n" + PHP_PAGE)
    assert answer.body == b"user example.com"


def test_a_page_in_another_language(place: Place) -> None:
    page = f"#!/usr/bin/env {sys.executable}\nprint('Status: 201 Made\\n\\nhello', end='')\n"
    answer = place.run("p.live.cgi", page)
    assert (answer.status, answer.reason) == (201, "Made")
    assert answer.body == b"hello" + NEVER_CONNECTED


def variables(answer: PageAnswer) -> dict[str, str]:
    text = answer.body.removesuffix(NEVER_CONNECTED).decode("utf-8", "surrogateescape")
    return dict(line.split("=", 1) for line in text.rstrip("\0").split("\0"))


PRINT_ENVIRONMENT = "#!/bin/sh\nprintf 'Content-Type: x/y\\n\\n'\nexec env -0\n"


def test_the_environment_is_the_documented_one(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CPANEL_EMU_SECRET", "hidden")
    monkeypatch.setenv("GITHUB_TOKEN", "hidden")
    page = place.page("p.live.cgi", PRINT_ENVIRONMENT)
    request = CgiRequest(
        page,
        "user",
        place.home,
        "/cpsess1234567890/frontend/x3/p.live.cgi",
        method="POST",
        query="a=1&b=\xc3\xa4\0",
        body=b"abc",
        content_type="text/plain",
        headers={
            "Host": "example.com:2083",
            "Authorization": "Basic hidden",
            "X-CPANEL-OTP": "hidden",
            "Proxy": "hidden",
            "Cookie": "a=1; cpsession=hidden; whostmgrsession=hidden;b=2",
            "X_Spoofed": "hidden",
            "Accept-Language": "de",
        },
        server_name="host.example.com",
        server_port=2083,
        remote_address="192.0.2.1",
        tls=True,
        security_token="/cpsess1234567890",
    )
    found = variables(place.ask(request))
    socket = found.pop("CPANEL_PHPCONNECT_SOCKET")
    assert Path(socket).is_absolute()
    assert found.pop("CPANEL_CONNECT_SOCKET") == socket
    assert found.pop("PHP_INI_SCAN_DIR") == f":{Path(socket).parent}"
    for name in ("_", "PWD", "OLDPWD", "SHLVL"):  # set by the shell itself
        found.pop(name, None)
    assert found == {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(place.home),
        "USER": "user",
        "LOGNAME": "user",
        "PERL5LIB": str(place.local_cpanel),
        "CPANEL_EMU_LOCAL_CPANEL": str(place.local_cpanel),
        "SCRIPT_FILENAME": str(page),
        "GATEWAY_INTERFACE": "CGI/1.1",
        "REDIRECT_STATUS": "200",
        "REMOTE_ADDR": "192.0.2.1",
        "REMOTE_USER": "user",
        "REQUEST_METHOD": "POST",
        "REQUEST_URI": "/cpsess1234567890/frontend/x3/p.live.cgi?a=1&b=ä",
        "QUERY_STRING": "a=1&b=ä",
        "SCRIPT_NAME": "/cpsess1234567890/frontend/x3/p.live.cgi",
        "SERVER_NAME": "host.example.com",
        "SERVER_PORT": "2083",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_SOFTWARE": "cpsrvd",
        "cp_security_token": "/cpsess1234567890",
        "HTTPS": "on",
        "CONTENT_LENGTH": "3",
        "CONTENT_TYPE": "text/plain",
        "HTTP_HOST": "example.com:2083",
        "HTTP_COOKIE": "a=1; b=2",
        "HTTP_ACCEPT_LANGUAGE": "de",
    }


def test_nothing_is_left_of_a_page(place: Place) -> None:
    found = variables(place.run("p.live.cgi", PRINT_ENVIRONMENT))
    assert not Path(found["CPANEL_CONNECT_SOCKET"]).parent.exists()


def test_the_socket_is_there_before_the_page_and_its_owner_s(place: Place) -> None:
    answer = place.run("p.live.cgi", '#!/bin/sh\nstat -c %F:%a "$CPANEL_CONNECT_SOCKET"\n')
    assert answer.body == b"socket:600\n" + NEVER_CONNECTED


def test_a_bare_shutdown_keeps_a_page_quiet(place: Place) -> None:
    require_program("php")
    assert place.run("p.live.php", BARE_SHUTDOWN_PAGE).body == b"quiet"


def test_each_page_speaks_for_its_own_account(place: Place) -> None:
    require_program("php")
    page = place.page("p.live.php", PHP_PAGE)
    names = [f"user{number}" for number in range(6)]
    with ThreadPoolExecutor(3) as pool:
        bodies = pool.map(lambda name: place.ask(place.request(page, name)).body, names)
    assert list(bodies) == [f"{name} example.com".encode() for name in names]


class Listening:
    """A session that notes what it is told and says nothing."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def answer(self, message: Message) -> bytes:
        self.messages.append(message)
        return b""


def test_a_page_that_ends_without_its_answers_is_heard(place: Place) -> None:
    require_program("perl")
    session = Listening()
    page = place.page(
        "p.live.pl",
        "use IO::Socket::UNIX;"
        "my $s = IO::Socket::UNIX->new(Peer => $ENV{CPANEL_CONNECT_SOCKET});"
        'print $s "0\\n" x 1000; close $s; exit',
    )
    runner = PageRunner(place.local_cpanel, lambda account: session)
    assert runner.run(place.request(page)).body == b""
    assert len(session.messages) == 1000


def is_dead(process: int) -> bool:
    """Whether the process is gone, or only not yet waited for."""
    try:
        os.kill(process, 0)
        stat_line = Path(f"/proc/{process}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return True
    return stat_line.rpartition(")")[2].split()[0] == "Z"


def ends(process: int) -> bool:
    """Whether the process ends soon: a signal takes its time."""
    deadline = time.monotonic() + PATIENCE
    while not is_dead(process) and time.monotonic() < deadline:
        time.sleep(0.01)
    return is_dead(process)


def test_a_page_that_takes_too_long_is_stopped_with_its_children(place: Place) -> None:
    page = "#!/bin/sh\nsleep 1000 &\necho $!\nsleep 1000\n"
    answer = place.run("p.live.cgi", page, ProcessLimits(seconds=0.5))
    assert not answer.completed
    body = answer.body.removesuffix(CUT_SHORT + NEVER_CONNECTED)
    assert body != answer.body
    assert ends(int(body))


def test_a_page_that_goes_deaf_is_stopped(place: Place) -> None:
    page = "#!/bin/sh\nexec >&- 2>&-\nsleep 1000\n"
    answer = place.run("p.live.cgi", page, ProcessLimits(seconds=0.2))
    assert answer.body == CUT_SHORT + NEVER_CONNECTED


def test_a_page_that_leaves_a_child_behind_is_done_when_it_ends(place: Place) -> None:
    answer = place.run("p.live.cgi", "#!/bin/sh\nsleep 1000 &\necho $!\n")
    assert answer.completed
    assert ends(int(answer.body.removesuffix(NEVER_CONNECTED)))


def test_a_page_that_prints_too_much_is_stopped(place: Place) -> None:
    limits = ProcessLimits(output=1000)
    answer = place.run("p.live.cgi", "#!/bin/sh\nexec yes\n", limits)
    assert answer.body == b"y\n" * 500 + CUT_SHORT + NEVER_CONNECTED


def test_a_page_that_does_not_read_its_request(place: Place) -> None:
    page = place.page("p.live.cgi", "#!/bin/sh\necho done\n")
    request = CgiRequest(
        page, "user", place.home, "/p", method="POST", body=b"x" * 1_000_000, content_type="a/b"
    )
    assert place.ask(request).body == b"done\n" + NEVER_CONNECTED


def test_what_a_page_complains_about_is_kept(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    require_program("perl")
    answer = place.run("p.live.pl", "print 'a'; die 'broken'")
    assert answer.body == b"a" + NEVER_CONNECTED
    assert "broken at" in answer.messages
    assert "p.live.pl: broken at" in caplog.text


def test_a_page_finds_its_socket_whatever_the_folder_for_temporary_files(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    require_perl_module("JSON::PP")
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    assert place.run("p.live.pl", PERL_PAGE).body == b"user example.com"


def test_a_page_runs_in_its_own_folder(place: Place) -> None:
    answer = place.run("p.live.cgi", "#!/bin/sh\npwd\n")
    assert answer.body == f"{place.pages}\n".encode() + NEVER_CONNECTED


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("p.live.php", "", r"p.live.php needs PHP \(php-cgi or php\), which is not installed"),
        ("p.live.pl", "", "p.live.pl needs perl, which is not installed"),
        ("p.live.cgi", "#!/nonexistent/cobol\n", "p.live.cgi needs cobol, which is not installed"),
        ("p.live.cgi", "#!/usr/bin/env -S cobol -x\n", "p.live.cgi needs cobol, which is not"),
        ("p.live.cgi", "print 1\n", "does not begin with #! and the program that runs it"),
        ("p.live.cgi", "#!\n", "does not begin with #! and the program that runs it"),
        ("p.live.cgi", "#!/etc/passwd\n", "Cannot run /etc/passwd: Permission denied"),
    ],
)
def test_interpreters_that_are_not_there(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str, text: str, message: str
) -> None:
    monkeypatch.setenv("PATH", str(place.home))
    with pytest.raises(InterpreterError, match=message):
        place.run(name, text)


def test_a_page_that_is_not_there(place: Place) -> None:
    with pytest.raises(InterpreterError, match=r"Cannot read the page .*: No such file"):
        place.ask(place.request(place.pages / "p.live.cgi"))


def test_the_classes_are_put_in_their_places_once(tmp_path: Path) -> None:
    root = Root.create(tmp_path / "root")
    install_classes(root)
    files = [root.local_cpanel / "php/cpanel.php", root.local_cpanel / "Cpanel/LiveAPI.pm"]
    before = [path.stat().st_ino for path in files]
    install_classes(root)
    assert [path.stat().st_ino for path in files] == before
    files[0].write_text("old")
    install_classes(root)
    assert files[0].read_text().startswith("<?php")
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_what_a_killed_process_left_of_the_classes_goes(tmp_path: Path) -> None:
    root = Root.create(tmp_path / "root")
    install_classes(root)
    folder = root.local_cpanel / "Cpanel"
    module = (folder / "LiveAPI.pm").read_bytes()
    (folder / ".writing-0123456789abcdef").write_bytes(module[:100])
    install_classes(root)
    assert [path.name for path in folder.iterdir()] == ["LiveAPI.pm"]
    assert (folder / "LiveAPI.pm").read_bytes() == module
