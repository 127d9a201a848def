"""The manual's page about testing: its examples are run, and print what it says."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documentation import EXAMPLES, ROOT, Command, blocks, commands, difference
from tests.requirements import require_php_extension

PAGE = ROOT / "docs" / "regression-testing.rst"
COMMANDS = [command for block in blocks(PAGE, "text") for command in commands(block)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the examples in a folder that no configuration of this project reaches."""
    require_php_extension("curl")
    require_php_extension("SimpleXML")
    copied = tmp_path / "regression"
    files = shutil.ignore_patterns("__pycache__")
    shutil.copytree(EXAMPLES / "regression", copied, ignore=files)
    (copied / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    return copied


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    # Widths and colours as on the page, whatever the terminal; short differences also under CI.
    removed = {"CI", "BUILD_NUMBER", "FORCE_COLOR", "PY_COLORS", "PYTEST_ADDOPTS"}
    kept = {name: value for name, value in os.environ.items() if name not in removed}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**kept, "COLUMNS": "80", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.text.split()[-1])
def test_commands_print_what_the_page_says(command: Command, folder: Path) -> None:
    program, *arguments = command.text.split()
    assert program == "python"
    done = run(arguments, folder)
    assert not difference(command.output, done.stdout), done.stdout + done.stderr


def test_the_page_shows_one_release_that_works_and_one_that_breaks() -> None:
    releases = [command.text.split()[-1] for command in COMMANDS]
    assert releases == ["11.32", "110"]
    assert "5 passed" in COMMANDS[0].output
    assert "2 failed, 3 passed" in COMMANDS[1].output


@pytest.mark.parametrize(("release", "status"), [("docs", 0), ("72", 0), ("110", 1)])
def test_release_without_xml_breaks_the_program_that_reads_xml(
    release: str, status: int, folder: Path
) -> None:
    arguments = ["-m", "pytest", "-q", "--cpanel-emu-release", release]
    billing = run([*arguments, "test_billing.py"], folder)
    assert billing.returncode == status, billing.stdout
    script = run([*arguments, "test_renew.py"], folder)
    assert script.returncode == 0, script.stdout


def test_golden_files_are_run_by_pytest_as_the_manual_says(tmp_path: Path) -> None:
    [block] = blocks(ROOT / "docs" / "golden-files.rst", "python")
    shutil.copytree(EXAMPLES / "golden", tmp_path / "golden")
    (tmp_path / "test_answers.py").write_text(block.text, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    done = run(["-m", "pytest", "-q"], tmp_path)
    assert "\n6 passed in " in done.stdout, done.stdout
    answer = tmp_path / "golden" / "order.json"
    answer.write_text(answer.read_text().replace("generated", "made"))
    done = run(["-m", "pytest", "-q"], tmp_path)
    assert "first difference at offset 0x" in done.stdout
    assert "\n2 failed, 4 passed in " in done.stdout
