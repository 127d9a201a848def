"""The packaged folders are found, installed or in a checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpanel_emu import resources


def test_the_folders_hold_what_belongs_there() -> None:
    assert (resources.fixtures() / "keys" / "example.com.key").is_file()
    assert resources.templates().is_dir()


@pytest.mark.parametrize("installed", [True, False])
def test_the_installed_folder_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: bool
) -> None:
    package = tmp_path / "package"
    package.mkdir()
    if installed:
        (package / "fixtures").mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", package)
    assert resources.fixtures() == (package if installed else tmp_path) / "fixtures"
