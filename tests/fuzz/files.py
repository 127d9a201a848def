"""Targets that are fed with one file, which a person or another program wrote."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from cpanel_emu.errors import EmulatorError
from tests.fuzz.target import Check


def must_read_or_tell(read: Callable[[], object], *expected: type[EmulatorError]) -> object:
    """Return what *read* returns, None if it raised one of *expected*, whose text is one line."""
    try:
        return read()
    except expected as error:
        text = str(error)
        assert text.splitlines() == [text], "an error's text has more than one line"
        assert text.isprintable() or "\x1b" not in text
        return None


def fed_with_a_file(
    name: str, check: Callable[[Path], None]
) -> Callable[[], AbstractContextManager[Check]]:
    """Return the `Target.opened` of a *check* that is given a file called *name*."""

    @contextlib.contextmanager
    def opened() -> Iterator[Check]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name

            def fed(data: bytes) -> None:
                path.write_bytes(data)
                check(path)

            yield fed

    return opened
