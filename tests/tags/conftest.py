"""Fixtures of the tag tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tags.setting import Site


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "x3")
