"""The Perl module: its tests in Perl, the bytes that it sends, and the syntax of Perl 5.16."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cpanel_emu import resources
from cpanel_emu.liveapi.server import LiveApiServer
from tests.liveapi.clients import PATIENCE, socket_folder
from tests.liveapi.conversation import HANDSHAKE, SHUTDOWN, framed
from tests.liveapi.echo import EchoSession
from tests.liveapi.wiretap import Wiretap
from tests.requirements import require_perl_module, require_program

HERE = Path(__file__).parent / "perl"
LIBRARY = Path(__file__).parents[2] / "cpanel_emu" / "liveapi" / "classes" / "perl"
MODULE = LIBRARY / "Cpanel" / "LiveAPI.pm"
PLUGIN_PAGE = resources.templates() / "x3" / "liveapi" / "gencsr.live.pl"


@pytest.fixture
def server() -> Iterator[LiveApiServer]:
    with socket_folder() as folder, LiveApiServer(folder / "s", "user", EchoSession) as server:
        yield server


def run_perl(script: str, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script of ``tests/liveapi/perl``."""
    return subprocess.run(
        [require_perl_module("JSON::PP"), HERE / script],
        env={"PATH": os.environ["PATH"], "PERL5LIB": str(LIBRARY), **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def test_every_method(server: LiveApiServer, tmp_path: Path) -> None:
    require_perl_module("Test::More")
    variables = {"CPANEL_CONNECT_SOCKET": str(server.path), "HOME": str(tmp_path)}
    done = run_perl("class.t", variables)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1].startswith("1..")


def test_the_bytes_that_it_sends(server: LiveApiServer) -> None:
    with Wiretap(server.path.with_name("tap"), server.path) as tap:
        done = run_perl("gencsr.pl", {"CPANEL_CONNECT_SOCKET": str(tap.path)})
        heard = tap.heard()
    call = framed(
        "<cpanelaction>\n"
        '{"apiversion":"2","args":{"city":"Houston","company":"cPanel",'
        '"companydivision":"Documentation","country":"US","email":"user@example.com",'
        '"host":"example.com","password":"12345luggage","state":"Texas"},"func":"gencsr",'
        '"module":"SSL","reqtype":"exec"}\n'
        "</cpanelaction>"
    )
    assert heard == HANDSHAKE + call + SHUTDOWN
    assert json.loads(done.stdout)["cpanelresult"]["func"] == "gencsr"


def newer_syntax(path: Path) -> list[str]:
    """Return what Perl 5.16 would not know in a file."""
    perl = require_perl_module("Perl::MinimumVersion")
    linter = [perl, str(HERE / "syntax_5_16.pl"), str(path)]
    done = subprocess.run(linter, capture_output=True, encoding="utf-8", check=False)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("path", [MODULE, PLUGIN_PAGE], ids=["module", "plugin page"])
def test_its_syntax_is_that_of_perl_5_16(path: Path) -> None:
    assert newer_syntax(path) == []


@pytest.mark.parametrize(
    ("code", "complaints"),
    [
        ("use 5.016; my $x = $y // 1; m/a/xms; my ($a) = @h{'a'}; for (%h) { f(%{$h}) }", []),
        ("my @a = $r->@*;", ["@*"]),
        ("my $n = $r->$#*;", ["$#*"]),
        ("my %s = %h{'a', 'b'};", ["%h"]),
        ("f(%a[1]);", ["%a"]),
        ("print <<~X;\n  a\n  X\n", ["<<~X"]),
        ("m/(a)/n;", ["needs Perl v5.21.8"]),
        ("use v5.20;", ["needs Perl v5.20.0"]),
        ("use feature 'fc';", ["use feature 'fc';"]),
    ],
)
def test_the_linter_tells_new_from_old(tmp_path: Path, code: str, complaints: list[str]) -> None:
    sample = tmp_path / "sample.pm"
    sample.write_text(code)
    assert newer_syntax(sample) == complaints


def test_its_documentation_is_well_formed() -> None:
    checker = require_program("podchecker")
    subprocess.run([checker, "-warnings", "-warnings", MODULE], check=True, capture_output=True)
