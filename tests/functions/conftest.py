"""Callers over folders of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cpanel_emu.releases import RELEASES
from tests.certificates.authority import Authority
from tests.functions.caller import Caller


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """Return a certificate authority made by openssl."""
    return Authority.make(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def make_caller(tmp_path: Path) -> Iterator[Callable[[str], Caller]]:
    """Return a maker of callers for the release of a name."""
    made: list[Caller] = []

    def make(release: str = "docs") -> Caller:
        folder = tmp_path / str(len(made))
        folder.mkdir()
        made.append(Caller(folder, RELEASES[release]))
        return made[-1]

    yield make
    for caller in made:
        caller.close()


@pytest.fixture
def caller(make_caller: Callable[[str], Caller]) -> Caller:
    """Return a caller of the release docs, with the published key for example.com."""
    return make_caller("docs").with_example_key()
