from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from cpanel_emu import Emulator
from cpanel_emu.certificates.database_writer import DatabaseFiles
from cpanel_emu.certificates.manager import SslManager
from cpanel_emu.errors import StoreError


class _EmptyManager:
    @property
    def directory(self) -> _EmptyManager:
        return self

    def all_of(self, _kind: object) -> list[Any]:
        return []

    def telling(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()


def test_forget_waits_for_what_is_being_written(tmp_path: Path) -> None:
    """A reset removes the files next, so nothing may still be writing them."""
    writing, proceed = threading.Event(), threading.Event()

    @contextlib.contextmanager
    def using(_user: str) -> Iterator[SslManager]:
        writing.set()
        proceed.wait()
        yield cast(SslManager, _EmptyManager())

    files = DatabaseFiles(using, lambda user: tmp_path / user)
    files.touch("user")
    writing.wait()
    forgetting = threading.Thread(target=files.forget)
    forgetting.start()
    forgetting.join(0.2)
    assert forgetting.is_alive()
    assert not (tmp_path / "user").exists()
    proceed.set()
    forgetting.join()
    assert (tmp_path / "user").exists()
    files.close()


def test_the_old_layout_has_no_ssl_db_and_an_upgrade_writes_one(tmp_path: Path) -> None:
    database = tmp_path / "home" / "user" / "ssl" / "ssl.db"
    for release, is_there in (("11.36", False), ("11.40", True)):
        with Emulator(root=tmp_path, emulate_version=release) as emulator:
            emulator.call("SSL", "listkeys", user="user")
        assert database.exists() is is_there
    assert "host: example.com" in database.read_text()


@pytest.mark.parametrize("is_removed", [True, False])
def test_an_account_that_is_removed_meanwhile_is_no_trouble(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, *, is_removed: bool
) -> None:
    ssl = tmp_path / "ssl"
    ssl.mkdir()

    def using(_user: str) -> contextlib.AbstractContextManager[SslManager]:
        if is_removed:
            ssl.rmdir()
        raise StoreError("The index is gone.")

    files = DatabaseFiles(using, lambda _user: ssl / "ssl.db")
    files.touch("user")
    with caplog.at_level(logging.WARNING):
        files.close()
    expected = [] if is_removed else ["ssl.db of user was not written: The index is gone."]
    assert caplog.messages == expected
