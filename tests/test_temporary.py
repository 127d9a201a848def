"""Folders for a while go with their block, whenever that is interrupted."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpanel_emu.temporary import temporary_folder


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    return tmp_path


def test_it_is_private_and_goes(place: Path) -> None:
    with temporary_folder("x-") as folder:
        assert folder.parent == place
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "a").mkdir()
    assert list(place.iterdir()) == []


def test_it_goes_when_its_making_is_interrupted(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = Path.mkdir

    def make_and_be_interrupted(path: Path, mode: int) -> None:
        make(path, mode)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", make_and_be_interrupted)
    with pytest.raises(KeyboardInterrupt), temporary_folder("x-"):
        pass
    assert list(place.iterdir()) == []
