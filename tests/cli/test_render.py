"""``cpanel-emu render`` and ``Emulator.render``: the bytes of a page, exactly as served."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cpanel_emu.accounts.models import AccountError
from cpanel_emu.journal import WarningEntry
from cpanel_emu.tags import MissingPage, StrictPageError
from tests.documentation import ROOT
from tests.server.conftest import client_of

if TYPE_CHECKING:
    from cpanel_emu import Emulator

BYTES = b'caf\xe9\r\n<cpanel print="$user">\0{{ x }}\r'
SERVED = b"caf\xe9\r\nuser\0{{ x }}\r"
BAD = '\n<cpanel Nope="f()">x'


@pytest.fixture
def theme(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    (folder / "d").mkdir(parents=True)
    (folder / "d" / "bytes.html").write_bytes(BYTES)
    (folder / "d" / "bad.html").write_text(BAD)
    (folder / "d" / "form.html").write_text(
        "<cpanel print=\"$FORM{'a'}|$FORM{'b'}|$CPDATA{'DNS'}\">"
    )
    return folder


def render(
    theme: Path, page: str, *words: str, **environ: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the command over a root of its own."""
    root = theme.parent / "root"
    command = [sys.executable, "-m", "cpanel_emu", "render", page, "--theme", str(theme)]
    return subprocess.run(
        [*command, "--root", str(root), *words],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        check=False,
    )


def test_the_bytes_are_those_that_are_served(theme: Path) -> None:
    from cpanel_emu import Emulator

    done = render(theme, "d/bytes.html")
    assert (done.returncode, done.stdout, done.stderr) == (0, SERVED, b"")
    with Emulator(theme=theme) as emulator:
        assert emulator.render("d/bytes.html", user="user") == SERVED
        answer = client_of(emulator).get("/frontend/mine/d/bytes.html", login="user")
    assert answer.body == SERVED


def test_form_query_and_account(theme: Path) -> None:
    words = ("--query", "a=1&b=2+3", "--form", "a=x=y", "--user", "username")
    done = render(theme, "/d/form.html", *words)
    assert (done.returncode, done.stdout) == (0, b"x=y|2 3|example.net")


def test_a_form_in_another_encoding(theme: Path) -> None:
    """Bytes of the command line reach every kind of page as they are."""
    (theme / "d" / "p.live.cgi").write_text(
        "#!/bin/sh\nprintf 'Content-Type: text/plain\\n\\n'; cat\n"
    )
    given = os.fsdecode(b"a=\xe9")
    assert render(theme, "d/form.html", "--form", given).stdout == b"\xe9||example.com"
    assert render(theme, "d/p.live.cgi", "--form", given).stdout.startswith(b"a=%E9")
    name = os.fsdecode(b"d/\xe9.live.cgi")
    (theme / "d" / "p.live.cgi").rename(theme / name)
    assert render(theme, name, "--form", given).stdout.startswith(b"a=%E9")


def test_warnings_go_to_standard_error(theme: Path) -> None:
    told = b"d/bad.html:2:1: Could not find function 'f' in module 'Nope' [tags \xc2\xa71.10]\n"
    done = render(theme, "d/bad.html")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"\nx", told)
    for given in (("--strict",), ()):
        environ = {} if given else {"CPANEL_EMU_STRICT": "on"}
        done = render(theme, "d/bad.html", *given, **environ)
        assert (done.returncode, done.stdout, done.stderr) == (1, b"\nx", told)
    assert render(theme, "d/bytes.html", "--strict").returncode == 0


def test_strict_may_stand_before_the_page(theme: Path) -> None:
    command = [sys.executable, "-m", "cpanel_emu", "render", "--strict", "d/bytes.html"]
    done = subprocess.run(
        [*command, "--theme", str(theme), "--root", str(theme.parent / "root")],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, SERVED)


@pytest.mark.parametrize(
    ("page", "words", "status", "told"),
    [
        ("none.html", (), 1, 'There is no page "none.html".'),
        ("d/bat.html", (), 1, 'There is no page "d/bat.html". Did you mean "d/bad.html"?'),
        ("../root/none", (), 1, 'There is no page "../root/none".'),
        ("d/bad.html", ("--user", "nobody"), 1, "There is no account 'nobody'."),
        ("d/bad.html", ("--form", "a"), 2, 'Write --form NAME=VALUE, not "a".'),
    ],
)
def test_errors_are_one_line(
    theme: Path, page: str, words: tuple[str, ...], status: int, told: str
) -> None:
    done = render(theme, page, *words)
    assert (done.returncode, done.stdout) == (status, b"")
    assert done.stderr.decode() == f"cpanel-emu: {told}\n"


def test_stubs_and_clock(theme: Path) -> None:
    stubs = theme.parent / "stubs"
    stubs.mkdir()
    (stubs / "Ftp__listftp.json").write_text('[{"login": "anna"}]')
    (theme / "p.html").write_text('<?cp Ftp::listftp(%,login) ?> <cpanel MagicRevision="uri(/a)">')
    words = ("--stubs", str(stubs), "--clock", "2022-01-01T00:00:00Z")
    assert render(theme, "p.html", *words).stdout == b"anna /cPanel_magic_revision_0/a"


def test_in_process(theme: Path) -> None:
    from cpanel_emu import Emulator

    with Emulator(theme=theme) as emulator:
        assert emulator.render("d/form.html", user="user", form={"a": "<"}) == b"&lt;||example.com"
        with pytest.raises(StrictPageError, match=r"d/bad\.html:2:1: "):
            emulator.render("d/bad.html", user="user", strict=True)
        assert _warnings(emulator) == 1  # a strict page stands in the journal too
        with pytest.raises(MissingPage):
            emulator.render("d/none.html", user="user")
        with pytest.raises(AccountError):
            emulator.render("d/bad.html", user="nobody")


def _warnings(emulator: Emulator) -> int:
    return sum(isinstance(one, WarningEntry) for one in emulator.journal.entries())


def test_pages_share_nothing_but_the_account(theme: Path) -> None:
    from cpanel_emu import Emulator

    (theme / "v.html").write_text('<cpanel printvar="v"><cpanel setvar="v=1">')
    with Emulator(theme=theme) as emulator:
        assert [emulator.render("v.html", user="user") for _ in range(2)] == [b"", b""]
