"""The README and the manual say what is true: their commands and examples are run."""

from __future__ import annotations

import doctest
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cpanel_emu import Emulator
from tests.documentation import PAGES, ROOT, Reader, blocks, commands, difference

CONSOLE = [page for page in PAGES if any(blocks(page, "console"))]
PYTHON = [page for page in PAGES if any(blocks(page, "pycon"))]


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", CONSOLE, ids=_name)
def test_commands_print_what_the_page_says(page: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    with Emulator(root=root) as emulator:
        urls = {
            2082: emulator.cpanel_url,
            2083: emulator.cpanel_tls_url,
            2086: emulator.whm_url,
            2087: emulator.whm_tls_url,
        }
        ports = {printed: urlsplit(url).port or 0 for printed, url in urls.items()}
        reader = Reader(tmp_path / "reader", root, ports)
        reader.settle()
        for block in blocks(page, "console"):
            for command in commands(block):
                differs = difference(command.output, reader.run(command))
                assert not differs, f"{page}:{block.line}: {command.text}{differs}"


@pytest.mark.parametrize("page", PYTHON, ids=_name)
def test_python_examples(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "".join(block.text for block in blocks(page, "pycon"))
    parsed = doctest.DocTestParser().get_doctest(text, {}, _name(page), str(page), 0)
    results = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(parsed)
    assert results.attempted > 0
    assert results.failed == 0, capsys.readouterr().out


def test_readme_begins_with_the_two_commands_and_one_request() -> None:
    first_screen = (ROOT / "README.rst").read_text(encoding="utf-8").splitlines()[:25]
    assert any(line.startswith("    scripts/run ") for line in first_screen)
    assert any(line.startswith("    scripts/test ") for line in first_screen)
    assert any(line.startswith("    $ curl ") for line in first_screen)


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CONTRIBUTING.rst"], ids=_name)
def test_files_that_are_named_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    folders = r"(?:cpanel_emu|docs|fixtures|scripts|templates|tests)"
    for name in re.findall(rf"``(?:bash )?((?:{folders}|\.ci)/[\w./-]+)``", text):
        assert (ROOT / name).exists(), name


def test_choices_are_numbered_once_and_in_order() -> None:
    text = (ROOT / "docs" / "choices.rst").read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"^   \* - (\d+)$", text, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert numbers
