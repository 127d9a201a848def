"""``cpanel-emu theme check``: outputs, exit statuses, errors, terminals, interrupts."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from cpanel_emu import resources
from cpanel_emu.cli.main import main
from tests.documentation import ROOT

PATIENCE = 120.0
"""Seconds before a test gives up; no test depends on how long anything took."""
CLEAN = '<cpanel print="$user">'
WARNED = '<cpanel dprint="$user">'
BROKEN = "<cpanelif 1>"


@dataclass(frozen=True)
class Done:
    """What the program wrote, and its exit status."""

    stdout: str
    stderr: str
    returncode: int


Check: TypeAlias = Callable[..., Done]


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Check:
    """Return what runs the verb as the whole program, in this process."""
    for name in os.environ:
        if name.startswith("CPANEL_") or name == "NO_COLOR":
            monkeypatch.delenv(name)

    def run_verb(folder: Path, *words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["cpanel-emu", "theme", "check", str(folder), *words])
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        sys.stdout.flush()
        shown = capfd.readouterr()
        return Done(shown.out, shown.err, status)

    return run_verb


def command(folder: Path, *words: str) -> list[str]:
    """Return the command line of the verb as a process of its own."""
    return [sys.executable, "-m", "cpanel_emu", "theme", "check", str(folder), *words]


def environment(**more: str) -> dict[str, str]:
    """Return the variables of such a process."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("CPANEL_")}
    kept.pop("NO_COLOR", None)
    return {**kept, "PYTHONPATH": str(ROOT), **more}


@pytest.fixture
def theme(tmp_path: Path) -> Path:
    folder = tmp_path / "x3"
    folder.mkdir()
    (folder / "a.html").write_text(CLEAN)
    return folder


def test_the_demo_theme_is_clean(check: Check) -> None:
    done = check(resources.templates() / "x3")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("0 errors, 0 warnings, 0 notes; 0 unknown functions\n")


@pytest.mark.parametrize(
    ("page", "words", "status"),
    [
        (CLEAN, (), 0),
        (WARNED, (), 0),
        (WARNED, ("--strict",), 1),
        (WARNED, ("--strict", "--ignore", "unclear-escape"), 0),
        (BROKEN, (), 1),
        (BROKEN, ("--ignore", "unclosed-block"), 0),
        (BROKEN, ("--exclude", "*.html"), 0),
        ("<?cp Zebra::stripes(%,a) ?>", (), 1),
    ],
)
def test_exit_status(
    check: Check, theme: Path, page: str, words: tuple[str, ...], status: int
) -> None:
    (theme / "a.html").write_text(page)
    done = check(theme, *words)
    assert (done.returncode, done.stderr) == (status, "")


def test_strict_by_the_environment(
    check: Check, theme: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (theme / "a.html").write_text(WARNED)
    monkeypatch.setenv("CPANEL_EMU_STRICT", "on")
    assert check(theme).returncode == 1


def test_stubs(check: Check, theme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (theme / "a.html").write_text("<?cp Zebra::stripes(%,a) ?>")
    stubs = tmp_path / "stubs"
    stubs.mkdir()
    (stubs / "Zebra__stripes.json").write_text("[]")
    by_flag = check(theme, "--stubs", str(stubs))
    monkeypatch.setenv("CPANEL_EMU_STUBS", str(stubs))
    for done in (by_flag, check(theme)):
        assert done.returncode == 0
        assert "Zebra::stripes     1      1  stubbed" in done.stdout


def test_several_outputs_at_once(
    check: Check, theme: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (theme / "a.html").write_text(BROKEN)
    words = ("--json", "--sarif", "a.sarif", "--html", "out.html", "--title", "Ours")
    done = check(theme, *words)
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout)["pages"] == 1
    [run] = json.loads((tmp_path / "a.sarif").read_text("utf-8"))["runs"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "x3/a.html"
    assert "<title>Ours</title>" in (tmp_path / "out.html").read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.sarif", "out.html", "x3"]


@pytest.mark.parametrize(("option", "first"), [("--sarif", "{\n"), ("--html", "<!DOCTYPE html>\n")])
def test_a_dash_is_standard_output(check: Check, theme: Path, option: str, first: str) -> None:
    done = check(theme, option, "-")
    assert done.returncode == 0
    assert done.stdout.startswith(first)
    assert "unknown functions\n" not in done.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--json", "--sarif", "-"), "Only one of --json, --sarif - and --html - can be printed."),
        (("--sarif", "none/a"), "none is no folder; make it, or name another file."),
        (("--html", "."), ". is a folder; name a file in it."),
        (("--ignore", "unclosed-blok"), 'did you mean "unclosed-block"?'),
        (("--nope",), "No such option"),
        (("--stubs", "none"), "none"),
    ],
)
def test_wrong_usage_names_its_mend(
    check: Check,
    theme: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    told: str,
) -> None:
    monkeypatch.chdir(theme)
    done = check(theme, *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_no_such_folder(check: Check, tmp_path: Path) -> None:
    done = check(tmp_path / "none")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"cpanel-emu: {tmp_path}/none does not exist; name the folder of a theme.\n"
    )


def test_a_full_disk_leaves_the_old_file(check: Check, theme: Path) -> None:
    done = check(theme, "--html", "/dev/full")
    assert (done.returncode, done.stderr) == (
        1,
        "cpanel-emu: /dev/full cannot be written: No space left on device.\n",
    )


def test_a_reader_that_has_seen_enough(theme: Path) -> None:
    (theme / "a.html").write_text("<cpanelnif>\n" * 20000)
    with subprocess.Popen(
        command(theme, "--all"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(PATIENCE) == 1


def shown_on_terminal(
    theme: Path, *words: str, until: bytes = b"", **more: str
) -> tuple[bytes, int]:
    """Return what the verb prints on a terminal, both streams together, and its exit status.

    It is interrupted, as by Ctrl-C, once it has printed *until*.
    """
    main_end, terminal = pty.openpty()
    with subprocess.Popen(
        command(theme, *words),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment(**more),
        start_new_session=True,
    ) as process:
        os.close(terminal)
        shown = b""
        while piece := _read(main_end):
            shown += piece
            if until and until in shown:
                os.killpg(process.pid, signal.SIGINT)
                until = b""
        os.close(main_end)
        return shown, process.wait(PATIENCE)


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # nobody is at the other end any more
        return b""


def test_colours_on_a_terminal_unless_they_are_not_wanted(check: Check, theme: Path) -> None:
    (theme / "a.html").write_text(BROKEN)
    assert b"\x1b[31merror" in shown_on_terminal(theme)[0]
    assert b"\x1b[31m" not in shown_on_terminal(theme, NO_COLOR="1")[0]
    assert "\x1b" not in check(theme).stdout


def test_an_interrupt_leaves_no_file_and_no_trace(theme: Path, tmp_path: Path) -> None:
    """Progress shows that the work has begun; it takes minutes, so the interrupt comes first."""
    page = '<cpanel print="$user"><?cp SSL::listkeys(%,host) ?>\n' * 400
    for number in range(3000):
        (theme / f"{number}.html").write_text(page)
    out = tmp_path / "out"
    out.mkdir()
    words = ("--html", str(out / "a.html"))
    shown, status = shown_on_terminal(theme, *words, until=b"files checked: ")
    assert status == 130
    assert b"Traceback" not in shown
    assert list(out.iterdir()) == []
