"""The pool of open certificate directories."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cpanel_emu.certificates.directory import CertificateDirectory
from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.certificates.pool import Pool
from cpanel_emu.certificates.reading import read_item
from cpanel_emu.errors import StoreError
from cpanel_emu.releases import RELEASES


@pytest.fixture
def open_directory(tmp_path: Path) -> Callable[[str], CertificateDirectory]:
    def opened(user: str) -> CertificateDirectory:
        index = tmp_path / "index" / f"{user}.sqlite"
        return CertificateDirectory(tmp_path / user, index, RELEASES["docs"], read_item)

    return opened


def remove_index(tmp_path: Path, user: str) -> None:
    for path in (tmp_path / "index").glob(f"{user}.sqlite*"):
        path.unlink()


def is_closed(directory: CertificateDirectory) -> bool:
    try:
        directory.hosts(ItemKind.KEY)
    except StoreError:
        return True
    return False


def test_a_directory_is_shared_until_it_is_closed(
    open_directory: Callable[[str], CertificateDirectory],
) -> None:
    pool = Pool(open_directory)
    with pool.using("a") as first, pool.using("a") as second, pool.using("b") as other:
        assert first is second
        assert first is not other
    with pool.using("a") as again:
        assert again is first
    pool.close("a")
    assert is_closed(first)
    assert not is_closed(other)
    pool.close()
    assert is_closed(other)


def test_those_long_unused_are_closed(
    open_directory: Callable[[str], CertificateDirectory],
) -> None:
    pool = Pool(open_directory, size=2)
    with pool.using("a") as used:
        with pool.using("b") as unused:
            pass
        with pool.using("c"):
            assert is_closed(unused)
            assert not is_closed(used)
    pool.close()


@pytest.mark.parametrize("made_again", [False, True])
def test_an_index_that_was_removed_is_opened_anew(
    open_directory: Callable[[str], CertificateDirectory], tmp_path: Path, made_again: bool
) -> None:
    pool = Pool(open_directory)
    with pool.using("a") as before:
        pass
    remove_index(tmp_path, "a")
    if made_again:
        open_directory("a").close()
    with pool.using("a") as after:
        assert after is not before
        assert is_closed(before)
        assert not is_closed(after)
    pool.close()


def test_one_in_use_is_closed_when_it_no_longer_is(
    open_directory: Callable[[str], CertificateDirectory], tmp_path: Path
) -> None:
    pool = Pool(open_directory)
    with pool.using("a") as before:
        remove_index(tmp_path, "a")
        with pool.using("a") as after:
            assert not is_closed(before)
        assert not is_closed(after)
    assert is_closed(before)
    with pool.using("a") as used:
        pool.close()
        assert not is_closed(used)
    assert is_closed(used)


def test_a_witness_spares_looking(
    open_directory: Callable[[str], CertificateDirectory],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked: list[int] = []

    def counted(directory: CertificateDirectory) -> bool:
        looked.append(1)
        return (directory.folder.parent / "index" / "a.sqlite").exists()

    monkeypatch.setattr(CertificateDirectory, "is_current", property(counted))
    pool = Pool(open_directory)
    account, changed = object(), object()
    for _ in range(3):
        with pool.using("a", account) as before:
            pass
    assert looked == []
    remove_index(tmp_path, "a")
    with pool.using("a", changed) as after:
        assert after is not before
    with pool.using("a", changed) as again:
        assert again is after
    assert len(looked) == 1
    with pool.using("a"):
        assert len(looked) == 2
    pool.close()
