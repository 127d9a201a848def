"""Where the benchmarks put their roots: in memory, and on the disk, whose part so shows."""

from __future__ import annotations

import contextlib
import os
import tempfile

MEMORY = "/dev/shm"
"""A folder that many systems keep in memory."""


def places() -> list[str]:
    """Return the folders that roots lie in, the one in memory first, if there is one."""
    wanted = dict.fromkeys((MEMORY, tempfile.gettempdir()))
    return [folder for folder in wanted if os.access(folder, os.W_OK)]


def root(place: str) -> contextlib.AbstractContextManager[str]:
    """Make a root in *place*, for as long as it is used."""
    return tempfile.TemporaryDirectory(prefix="cpanel-emu-bench-", dir=place)
