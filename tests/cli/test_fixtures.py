"""``cpanel-emu fixtures verify`` and ``update``."""

from __future__ import annotations

import contextlib
import io
import os
import pty
import re
import select
import signal
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from cpanel_emu import Emulator
from cpanel_emu.cli.main import main
from tests.documentation import ROOT

PATIENCE = 120.0
SUITE = """
format = 1
[setup]
clock = "2022-01-01T00:00:00Z"
[doors]
cpanel = { login = "Basic user:12345luggage" }
[releases.docs]
tongues = ["json"]
"""
CASE = """
about = "Keys and CSRs of the demo account."
[defaults]
provenance = "choice"
[[case]]
id = "keys"
title = "The demo account has a key"
call = { module = "SSL", func = "listkeys" }
answer = { json = "keys.json" }
[[case]]
id = "csrs"
title = "and no CSR"
call = { module = "SSL", func = "listcsrs" }
answer = { json = "csrs.json" }
"""
HEAD = """\
HTTP/1.1 200 OK
Server: cpsrvd
X-Keep-Alive-Count: 1
Connection: Keep-Alive
Keep-Alive: timeout=70, max=200
Date: Sat, 01 Jan 2022 00:00:00 GMT
Content-Type: application/json; charset="utf-8"
Content-Length: {{length}}
"""
ENVELOPE = (
    '{"cpanelresult":{"apiversion":2,"func":"%s","data":%s,"event":{"result":1},"module":"SSL"}}\n'
)
KEYS = ENVELOPE % ("listkeys", '[{"host":"example.com"}]')
CSRS = ENVELOPE % ("listcsrs", "[]")


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    folder = tmp_path / "suite"
    (folder / "heads").mkdir(parents=True)
    for name, text in {
        "suite.toml": SUITE,
        "cases.toml": CASE,
        "keys.json": KEYS,
        "csrs.json": CSRS,
        "heads/json.head": HEAD,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def fixtures(*words: str | Path, **variables: str) -> tuple[int, str, str]:
    """Run the command within this process; return its exit status and what it printed."""
    output, errors = io.StringIO(), io.StringIO()
    status: int | str | None = 0
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(errors),
    ):
        patch.delenv("CI", raising=False)
        for name, text in variables.items():
            patch.setenv(name, text)
        patch.setattr(sys, "argv", ["cpanel-emu", "fixtures", *map(str, words)])
        try:
            main()
        except SystemExit as end:
            status = end.code
    assert isinstance(status, int)
    return status, output.getvalue(), errors.getvalue()


def test_right_wrong_and_orphaned(suite: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    assert fixtures("verify", suite, "--junitxml", report) == (
        0,
        "4 answers: 4 right, 0 wrong.\n",
        "",
    )
    (suite / "keys.json").write_text(KEYS.replace("example.com", "example.net"))
    (suite / "left.json").write_text("{}")
    status, output, errors = fixtures("verify", suite, "--junitxml", report)
    assert (status, errors) == (1, "")
    assert "keys[docs cpanel json GET socket]: The demo account has a key" in output
    assert "\nfirst difference at offset 0x" in output
    assert f"\n-{KEYS.replace('example.com', 'example.net')}+{KEYS}" in output
    assert output.endswith(
        "left.json: no case uses this file\n4 answers: 2 right, 2 wrong, 1 files without a case.\n"
    )
    (tests,) = ElementTree.parse(report).getroot()
    assert (tests.get("tests"), tests.get("failures")) == ("5", "3")


def test_selection_and_fail_fast(suite: Path) -> None:
    (suite / "keys.json").write_text("wrong\n")
    assert fixtures("verify", suite, "-k", "csr*")[:2] == (0, "2 answers: 2 right, 0 wrong.\n")
    status, output, _ = fixtures("verify", suite, "-x", "--via", "app")
    assert status == 1
    assert output.endswith("Stopped after 1 of 2 answers: 0 right, 1 wrong.\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["verify", "SUITE", "-k", "kyes"], 'No case is called "kyes"; did you mean "keys"?'),
        (["verify", "SUITE", "--release", "11.33"], 'no release "11.33"; only: docs.'),
        (["verify", "SUITE", "--target", "http://h:1"], "Port 1 tells no door"),
        (["verify", "SUITE", "--reset"], "--reset needs --target"),
        (["verify", "nowhere"], "name a folder of golden cases"),
        (["update", "SUITE", "--release", "docs"], "--release is for --target"),
        (["verify", "SUITE", "--junitxml", "no/x.xml"], "--junitxml: there is no folder no."),
        (["record", "--target", "http://h:2082", "--out", "x", "--listen", "x"], "ADDR:PORT"),
    ],
)
def test_wrong_usage_is_one_line_and_status_2(suite: Path, words: list[str], message: str) -> None:
    given = [str(suite) if word == "SUITE" else word for word in words]
    status, output, errors = fixtures(*given)
    assert (status, output) == (2, "")
    assert message in errors
    assert errors.count("\n") == 1


def test_packaged_cases_are_the_default() -> None:
    words = ["verify", "-k", "gencsr-country-*", "--release", "11.32", "--via", "app"]
    status, output, _ = fixtures(*words)
    assert status == 0, output
    assert re.fullmatch(r"[1-9][0-9]* answers: [1-9][0-9]* right, 0 wrong\.\n", output)


def test_ctrl_c_tells_what_ran(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cpanel_emu", "fixtures", "verify", "--junitxml", str(report)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=follower,
        text=True,
    )
    os.close(follower)
    shown = b""
    # The progress line appears once a second is over.
    while b"answers: " not in shown:
        assert select.select([leader], [], [], PATIENCE)[0]
        shown += os.read(leader, 4096)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=PATIENCE)
    os.close(leader)
    assert re.search(rb"\ranswers: [0-9]+ of [0-9]+ \([0-9]+ %\)", shown.replace(b"\x1b[K", b""))
    assert process.returncode == 130
    assert re.fullmatch(
        r"Interrupted after [0-9]+ of [0-9]+ answers: [0-9]+ right, 0 wrong\.\n", output
    )
    assert ElementTree.parse(report).getroot().get("failures") == "0"


def test_no_progress_where_nobody_looks(suite: Path) -> None:
    assert fixtures("verify", suite)[2] == ""


def test_update_shows_and_rewrites(suite: Path) -> None:
    (suite / "keys.json").write_text(KEYS.replace("example.com", "example.net"))
    status, output, errors = fixtures("update", suite, "--dry-run", CI="1")
    assert (status, errors) == (1, "")
    assert output.startswith("keys.json\nfirst difference at offset 0x")
    assert output.endswith("1 files would be rewritten.\n")
    assert "example.net" in (suite / "keys.json").read_text()
    status, output, _ = fixtures("update", suite)
    assert status == 0
    assert output.endswith("\n1 files rewritten.\n")
    assert (suite / "keys.json").read_text() == KEYS
    assert fixtures("update", suite)[:2] == (0, "0 files rewritten.\n")


def test_update_is_refused_in_ci(suite: Path) -> None:
    (suite / "keys.json").write_text("wrong\n")
    status, output, errors = fixtures("update", suite, CI="true")
    assert (status, output) == (2, "")
    assert errors.startswith("cpanel-emu: Golden files are not rewritten in CI")
    assert (suite / "keys.json").read_text() == "wrong\n"


@pytest.mark.parametrize("provenance", ["documentation", "recording"])
def test_update_needs_a_word_for_what_others_said(suite: Path, provenance: str) -> None:
    (suite / "keys.json").write_text("wrong\n")
    (suite / "cases.toml").write_text(CASE.replace('"choice"', f'"{provenance}"'))
    status, output, errors = fixtures("update", suite)
    assert (status, output) == (1, "0 files rewritten.\n")
    assert "keys.json: differs, and is protected by its provenance" in errors
    assert fixtures("update", suite, f"--{provenance}")[0] == 0
    assert (suite / "keys.json").read_text() == KEYS


def test_target(suite: Path) -> None:
    with Emulator() as emulator:
        emulator_url = emulator.cpanel_url
        words: list[str | Path] = ["verify", suite, "--target", f"cpanel={emulator_url}"]
        # Its clock is the real one, and that of a foreign server may be.
        assert fixtures(*words)[:2] == (0, "2 answers: 2 right, 0 wrong.\n")
        emulator.call(
            "SSL",
            "gencsr",
            user="user",
            city="Houston",
            company="cPanel",
            country="US",
            host="example.com",
            state="Texas",
        )
        status, output, _ = fixtures(*words)
        assert (status, output.splitlines()[-1]) == (1, "2 answers: 1 right, 1 wrong.")
        assert fixtures(*words, "--reset")[:2] == (0, "2 answers: 2 right, 0 wrong.\n")
    status, output, errors = fixtures(*words, "-k", "keys")
    assert (status, output) == (1, "")
    assert errors == f"cpanel-emu: Cannot reach {emulator_url}: Connection refused.\n"


def test_target_has_logins_of_its_own(suite: Path, tmp_path: Path) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('[doors]\ncpanel = { login = "Basic user:another" }\n')
    with Emulator() as emulator:
        words: list[str | Path] = ["verify", suite, "--target", f"cpanel={emulator.cpanel_url}"]
        status, output, _ = fixtures(*words, "--secrets", secrets)
    assert (status, output.splitlines()[-1]) == (1, "2 answers: 0 right, 2 wrong.")
    assert "+HTTP/1.1 403 " in output


def test_packaged_cases_against_a_target_skip_with_a_reason() -> None:
    with Emulator() as emulator:
        words = ["verify", "--target", f"cpanel={emulator.cpanel_url}", "--release", "docs"]
        status, output, _ = fixtures(*words, "--reset", "-k", "gencsr-country-*", "-k", "hash")
    assert status == 0, output
    assert re.search(r"^Skipped [0-9]+: no --target for whm\.$", output, re.MULTILINE)
