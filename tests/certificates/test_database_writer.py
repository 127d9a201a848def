from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from cpanel_emu import Emulator
from cpanel_emu.certificates.database_writer import DatabaseFiles
from cpanel_emu.certificates.manager import SslManager


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
