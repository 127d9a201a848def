"""What a server has made by the time that it answers, and never gives away."""

from __future__ import annotations

import gc


def spare_the_collector() -> None:
    """Take everything that exists now out of the garbage collector's way.

    Modules, routes and tables stay until the process ends; to look through them again and again
    costs every request some microseconds.
    """
    gc.collect()
    gc.freeze()
