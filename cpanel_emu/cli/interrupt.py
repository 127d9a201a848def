"""Ctrl-C at any moment: one line, status 130, and no traceback.

While modules are loaded there is nothing to clean up, and an exception out of the middle of one
may come as any other; so the program ends where it stands. Afterwards it is `KeyboardInterrupt`.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

INTERRUPTED = 130
"""By Ctrl-C, as shells have it."""


def end_at_once() -> None:
    """Let Ctrl-C end the program where it stands, until `clean_up`.

    Where it is ignored, as in the background of a shell script, it stays so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def clean_up() -> None:
    """Let Ctrl-C raise `KeyboardInterrupt` again: from now on there is something to clean up."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def is_behind(error: BaseException) -> bool:
    """Whether *error* comes of Ctrl-C: what is broken off may end in any exception."""
    reason: BaseException | None = error
    while reason is not None and not isinstance(reason, KeyboardInterrupt):
        reason = reason.__cause__ or reason.__context__
    return reason is not None


def told() -> NoReturn:
    """End the program, which was interrupted and has cleaned up."""
    print("cpanel-emu: interrupted", file=sys.stderr)
    sys.exit(INTERRUPTED)


def _end(_number: int, _frame: FrameType | None) -> None:
    os.write(2, b"\ncpanel-emu: interrupted\n")  # a terminal shows ^C in front of it
    os._exit(INTERRUPTED)
