"""``cpanel-emu theme compare`` as a person types it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.migration.compare.themes import Pair, write
from tests.requirements import require_program

COMMAND = [sys.executable, "-m", "cpanel_emu", "theme", "compare"]


def run(pair: Pair, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "mine", "converted", *words],
        cwd=pair.old.parent,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_difference_that_shows_everywhere_is_told_once(pair: Pair) -> None:
    for page in ("a.html", "b.html"):
        write(pair.old, page, '<b class="x">\x1b[31mHead</b>\n<cpanel print="$FORM{\'q\'}">\n')
        write(pair.new, page, "<b>\x1b[31mHead</b>\n<cpanel print=\"$FORM{'q'}\">\n")
    write(pair.new, "c.html", "<b>")
    write(pair.old, "c.html", "<b>")
    done = run(pair, "--html", "report.html", "--junitxml", "junit.xml")
    lines = done.stdout.splitlines()
    assert lines[:4] == [
        "a.html (plausible form)",
        "  bytes: first at byte 0x2 (line 1, column 3); 29 bytes became 19",
        "  @@ -1,2 +1,2 @@",
        '  -<b class="x">\\x1b[31mHead</b>',
    ]
    assert lines[4:] == [
        "  +<b>\\x1b[31mHead</b>",
        "   1",
        "  the same in:",
        "    a.html: plausible form; empty form; hostile form",
        "    b.html: plausible form; empty form; hostile form",
        "  again: cpanel-emu theme compare mine converted --page a.html --state 'plausible form'",
        "",
        "1 difference on 2 pages, in 6 cells: 7 cells of 3 pages compared.",
    ]
    assert (done.returncode, done.stderr) == (1, "")
    report = (pair.old.parent / "report.html").read_text()
    assert '<td class="old">&lt;b<del> class=&#34;x&#34;</del>&gt;\\x1b[31mHead&lt;/b&gt;' in report
    assert "<dt><code>b.html</code></dt><dd>plausible form; empty form; hostile form</dd>" in report
    assert '<td><a href="#difference-1">1</a></td>' in report
    assert str(pair.old.parent) not in report
    suites = ElementTree.parse(pair.old.parent / "junit.xml").getroot()
    told = {suite.get("name"): (suite.get("tests"), suite.get("failures")) for suite in suites}
    assert told == {"a.html": ("3", "3"), "b.html": ("3", "3"), "c.html": ("1", "0")}


def test_json_and_the_line_that_repeats(pair: Pair) -> None:
    write(pair.old, "a.html", "<cpanel print=\"$FORM{'q'}\">")
    write(pair.new, "a.html", "<cpanel print=\"$RAW_FORM{'q'}\">")
    done = run(pair, "--json")
    told = json.loads(done.stdout)
    assert (told["pages"], told["cells"], told["not_compared"]) == (1, 3, 0)
    (found,) = told["differences"]
    assert (found["page"], found["state"], found["kind"]) == ("a.html", "hostile form", "bytes")
    assert found["offset"] == 0
    assert run(pair, "--page", "a.html", "--state", "hostile form").returncode == 1
    other = run(pair, "--page", "a.html", "--state", "plausible*")
    assert (other.returncode, other.stdout) == (0, "No difference: 1 cell of 1 page compared.\n")


def test_the_line_that_repeats_knows_how_it_was_compared(pair: Pair) -> None:
    pair.both("p.html", '<cpanel include="part.html">')
    write(pair.old, "part.html", "a")
    write(pair.new, "part.html", "b")
    done = run(pair, "--included", "--timeout", "30", "--page", "part.html")
    assert (
        "  again: cpanel-emu theme compare mine converted --timeout 30.0 --page part.html"
        " --state 'as seeded' --included"
    ) in done.stdout.splitlines()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[stat]]\nname = "x"\n', "unknown name 'stat'; did you mean \"state\"?"),
        ('[[state]]\nname = "x"\nfaling = ["*"]\n', 'did you mean "failing"?'),
        ('[[state]]\nname = "x"\nstored = "much"\n', "must be one of seeded, nothing"),
        ('[[state]]\nname = "x"\nfailing = ["gencsr"]\n', "does not match"),
        ('[[state]]\nname = "x"\n[[state]]\nname = "x"\n', 'two states are called "x"'),
        ('[[state]]\nname = "x"\n[[state.prepare]]\nmodul = "SSL"\n', 'did you mean "module"?'),
        ("[[state]]\n", 'lacks "name"'),
        ("state =", "is no TOML"),
    ],
)
def test_a_wrong_matrix(pair: Pair, text: str, said: str) -> None:
    write(pair.old, "a.html", "a")
    (pair.old.parent / "states.toml").write_text(text)
    done = run(pair, "--matrix", "states.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("cpanel-emu: states.toml: ") or "no TOML" in said
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_matrix_without_a_state_for_the_pages(pair: Pair) -> None:
    write(pair.old, "a.html", "a")
    text = 'built-in = false\n[[state]]\nname = "x"\npages = ["b.html"]\n'
    (pair.old.parent / "states.toml").write_text(text)
    done = run(pair, "--matrix", "states.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "cpanel-emu: --matrix: built-in is false, and no state of the file is for these pages; "
        "add one.\n"
    )


def test_wrong_usage(pair: Pair) -> None:
    for words, said in (
        (["--json", "--html", "-"], "can be printed"),
        (["--html", "no/such/folder.html"], "no/such"),
        (["--matrix", "none.toml"], "none.toml cannot be read"),
        (["--stubs", "none"], "none"),
    ):
        done = run(pair, *words)
        assert (done.returncode, done.stdout) == (2, ""), words
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    done = subprocess.run([*COMMAND, "none", "x"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "none does not exist" in done.stderr


def test_ctrl_c(pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left behind: no process, no folder, no half of a report."""
    require_program("php")
    mark = tmp_path / "mark"
    write(pair.old, "p.html", "a")
    write(pair.new, "p.live.php", f"<?php touch('{mark}'); sleep(500);")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    command = [*COMMAND, "mine", "converted", "--timeout", "500", "--html", "report.html"]
    with subprocess.Popen(
        command,
        cwd=pair.old.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        while not mark.exists() and process.poll() is None:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, errors = process.communicate(timeout=100)
    assert (process.returncode, out) == (130, b"")
    assert b"Traceback" not in errors
    assert list(temporary.iterdir()) == []
    assert not (pair.old.parent / "report.html").exists()


def test_the_report_marks_what_differs_in_a_line(pair: Pair) -> None:
    write(pair.old, "a.html", "one &amp; two\nthree\n\n")
    write(pair.new, "a.html", "one & two\n\nthree\nfour\n")
    assert run(pair, "--html", "report.html").returncode == 1
    report = (pair.old.parent / "report.html").read_text()
    assert (
        '<td class="old">one &amp;<del>amp;</del> two</td><td class="new">one &amp; two</td>'
    ) in report
    assert '<td class="none"></td><td class="new"></td>' in report
