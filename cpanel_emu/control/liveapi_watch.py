"""Where messages of the LiveAPI socket are recorded, and where planned faults strike them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cpanel_emu.control.faults import Fault, Kind, Stage, Target
from cpanel_emu.journal import Door, Passage
from cpanel_emu.journal.passage import through
from cpanel_emu.journal.redaction import hidden_frame

if TYPE_CHECKING:
    from cpanel_emu.call import Call
    from cpanel_emu.emulator import Emulator

_KINDS = (Kind.DELAY, Kind.DROP, Kind.CUT, Kind.SLOW)
_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Reply:
    """What a connection sends, and whether it is closed then."""

    data: bytes
    ends: bool = False
    piece: int = 0
    """Send so many bytes at a time; 0 is all at once."""
    pause: float = 0.0
    """Seconds between two pieces."""


def watched(
    emulator: Emulator, user: str, frame: bytes, call: Call | None, answer: Callable[[], bytes]
) -> Reply:
    """Return the reply to a message, and put both into the journal.

    Args:
        emulator: whose journal and faults.
        user: the account that the connection speaks for.
        frame: the message's payload as it came.
        call: the call that it asks for, if it is one.
        answer: returns the frame that answers it.
    """
    passage = Passage(Door.LIVEAPI, records=emulator.options.control)
    module, function = (call.module, call.function) if call is not None else ("", "")
    struck = emulator.faults.striking(Target(Door.LIVEAPI, module, function, user), *_KINDS)
    started = time.perf_counter()
    _delay(emulator, struck, Stage.BEFORE)
    if any(fault.kind is Kind.DROP and fault.stage is Stage.BEFORE for fault in struck):
        reply = Reply(b"", ends=True)
    else:
        with through(passage):
            data = answer()
        _delay(emulator, struck, Stage.AFTER)
        reply = _spoilt(data, struck)
    if passage.records:
        emulator.journal.record_exchange(
            passage,
            time=emulator.clock.now(),
            user=user,
            title=f"{module}::{function}" if module else _title(frame),
            request=hidden_frame(frame, secrets=passage.secrets),
            answer=hidden_frame(reply.data, secrets=passage.secrets),
            seconds=time.perf_counter() - started,
            faults=map(str, struck),
        )
    return reply


def _title(frame: bytes) -> str:
    text = " ".join(hidden_frame(frame).data.decode("utf-8", "replace").split())
    return text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1]}…"


def _delay(emulator: Emulator, struck: tuple[Fault, ...], stage: Stage) -> None:
    for fault in struck:
        if fault.kind is Kind.DELAY and fault.stage is stage:
            emulator.faults.wait(fault.seconds)


def _spoilt(data: bytes, struck: tuple[Fault, ...]) -> Reply:
    piece, pause, ends = 0, 0.0, False
    for fault in struck:
        if fault.kind is Kind.DROP:
            data, ends = b"", True
        elif fault.kind is Kind.CUT:
            data, ends = data[: fault.bytes], True
        elif fault.kind is Kind.SLOW:
            piece, pause = max(1, fault.bytes), fault.seconds
    return Reply(data, ends, piece, pause)
