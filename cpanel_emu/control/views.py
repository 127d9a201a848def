"""What the namespace shows of the journal: as JSON, as rows, and byte for byte. Pure."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cpanel_emu.control.faults import PlannedFault
from cpanel_emu.journal import CallEntry, Entry, Exchange, Recorded, WarningEntry

Shown = Mapping[str, object]

OUTCOMES = ("answered", "failed", "refused", "fault", "warning")
"""The words that `outcomes` returns."""

_PER_HEX_LINE = 16
_MOST_IN_SUMMARY = 4
_LONGEST_SUMMARY = 90
_ESCAPES = {
    code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"
}


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the journal is wanted; an empty text is everything."""

    text: str = ""
    """Stands somewhere in it, in whatever case."""
    door: str = ""
    user: str = ""
    module: str = ""
    function: str = ""
    outcome: str = ""
    """``answered``, ``failed``, ``refused`` (any other ending), ``fault`` or ``warning``."""

    def agrees(self, entry: Entry) -> bool:
        """Whether *entry* is wanted."""
        calls = calls_of(entry)
        if self.door and (isinstance(entry, WarningEntry) or entry.door.value != self.door):
            return False
        if self.user and self.user not in {entry.user, *(call.user for call in calls)}:
            return False
        if (self.module or self.function) and not self._names_agree(calls):
            return False
        if self.outcome and self.outcome not in outcomes(entry):
            return False
        return not self.text or self.text.lower() in searched_text(entry)

    def _names_agree(self, calls: Iterable[CallEntry]) -> bool:
        return any(
            self.module in {"", call.module} and self.function in {"", call.function}
            for call in calls
        )


def calls_of(entry: Entry) -> tuple[CallEntry, ...]:
    """Return the calls that *entry* tells of."""
    if isinstance(entry, Exchange):
        return entry.calls
    return (entry,) if isinstance(entry, CallEntry) else ()


def outcomes(entry: Entry) -> set[str]:
    """Return in single words how what *entry* tells of ended."""
    if isinstance(entry, WarningEntry):
        return {"warning"}
    found = {_outcome_word(call.outcome) for call in calls_of(entry)}
    if isinstance(entry, Exchange):
        if entry.faults:
            found.add("fault")
        if entry.status[:1] in {"4", "5"}:
            found.add("refused")
        if not found:
            found.add("answered")
    return found


def _outcome_word(outcome: str) -> str:
    return outcome if outcome in {"answered", "failed"} else "refused"


def searched_text(entry: Entry) -> str:
    """Return all text of *entry* in lower case."""
    if isinstance(entry, WarningEntry):
        warning = entry.warning
        return f"{entry.page} {entry.user} {warning.rule} {warning.message}".lower()
    texts = [entry.user]
    for call in calls_of(entry):
        texts += [f"{call.module}::{call.function}", call.error, *call.files, *call.positional]
        texts += [f"{name}={value}" for name, value in call.named.items()]
    if isinstance(entry, Exchange):
        texts += [entry.title, entry.status]
        texts += [data.decode("utf-8", "replace") for data in _both(entry)]
    return "\n".join(texts).lower()


def _both(exchange: Exchange) -> tuple[bytes, bytes]:
    return exchange.request.data, exchange.answer.data


def rows(entries: Iterable[Entry], wanted: Filter) -> list[Entry]:
    """Return what is shown as a row of its own, newest first.

    A call that came with bytes is part of their row.
    """
    found = [
        entry
        for entry in entries
        if not (isinstance(entry, CallEntry) and entry.inside) and wanted.agrees(entry)
    ]
    return found[::-1]


def summary(call: CallEntry) -> str:
    """Return the first arguments of *call* in a few words."""
    given = [*call.positional]
    given += [f"{name}={value}" for name, value in call.named.items() if name[:4] != "arg-"]
    text = " ".join(given[:_MOST_IN_SUMMARY])
    return text if len(text) <= _LONGEST_SUMMARY else f"{text[: _LONGEST_SUMMARY - 1]}…"


def reason(entry: Entry) -> str:
    """Return in a few words why *entry* was not simply answered; empty if it was."""
    struck = entry.faults if isinstance(entry, Exchange) else ()
    texts = [f"struck by {', '.join(struck)}"] if struck else []
    texts += [call.error for call in calls_of(entry) if call.error]
    text = "; ".join(dict.fromkeys(texts))
    return text if len(text) <= _LONGEST_SUMMARY else f"{text[: _LONGEST_SUMMARY - 1]}…"


def time_text(seconds: float) -> str:
    """Return epoch seconds as a time of day in UTC, with thousandths."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.strftime("%H:%M:%S.") + f"{moment.microsecond // 1000:03d}"


def date_text(seconds: float) -> str:
    """Return epoch seconds as ISO 8601 in UTC."""
    moment = datetime.datetime.fromtimestamp(seconds, datetime.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def entry_shown(entry: Entry) -> Shown:
    """Return *entry* as JSON has it."""
    if isinstance(entry, CallEntry):
        return {"kind": "call", **_call_shown(entry)}
    if isinstance(entry, WarningEntry):
        return {
            "kind": "warning",
            "number": entry.number,
            "time": date_text(entry.time),
            "user": entry.user,
            "page": entry.page,
            "line": entry.warning.line,
            "column": entry.warning.column,
            "rule": entry.warning.rule,
            "message": entry.warning.message,
        }
    return {
        "kind": "exchange",
        "number": entry.number,
        "time": date_text(entry.time),
        "door": entry.door.value,
        "user": entry.user,
        "title": entry.title,
        "status": entry.status,
        "milliseconds": round(entry.seconds * 1000, 3),
        "faults": list(entry.faults),
        "request": _recorded_shown(entry.request),
        "answer": _recorded_shown(entry.answer),
        "calls": [call.number for call in entry.calls],
    }


def _call_shown(call: CallEntry) -> dict[str, object]:
    return {
        "number": call.number,
        "time": date_text(call.time),
        "door": call.door.value,
        "user": call.user,
        "api": call.api,
        "module": call.module,
        "function": call.function,
        "arguments": dict(call.named),
        "positional": list(call.positional),
        "outcome": call.outcome,
        "error": call.error,
        "files": list(call.files),
    }


def _recorded_shown(recorded: Recorded) -> Shown:
    return {
        "text": recorded.data.decode("utf-8", "replace"),
        "length": recorded.length,
        "cut": recorded.is_cut,
    }


def fault_shown(planned: PlannedFault) -> Shown:
    """Return a planned fault as JSON has it."""
    fault = planned.fault
    return {
        "number": planned.number,
        "kind": fault.kind.value,
        "stage": fault.stage.value,
        "door": fault.door.value if fault.door is not None else None,
        "module": fault.module,
        "function": fault.function,
        "user": fault.user,
        "probability": fault.probability,
        "seed": fault.seed,
        "skip": fault.skip,
        "times": fault.times,
        "seconds": fault.seconds,
        "bytes": fault.bytes,
        "text": fault.text,
        "seen": planned.seen,
        "struck": planned.struck,
    }


def lines_shown(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the lines of *data*: the text, and its end as ``crlf``, ``lf`` or ``""``.

    Characters that cannot be seen are written out.
    """
    text = data.decode("utf-8", "backslashreplace")
    for line in text.split("\n")[:-1]:
        is_crlf = line.endswith("\r")
        yield (line[:-1] if is_crlf else line).translate(_ESCAPES), "crlf" if is_crlf else "lf"
    last = text.rpartition("\n")[2]
    if last:
        yield last.translate(_ESCAPES), ""


def hex_lines(data: bytes) -> Iterator[str]:
    """Yield *data* as a hex dump: offset, octets, and what of them is ASCII."""
    for start in range(0, len(data), _PER_HEX_LINE):
        piece = data[start : start + _PER_HEX_LINE]
        ascii_text = "".join(chr(octet) if 32 <= octet < 127 else "." for octet in piece)
        yield f"{start:08x}  {piece.hex(' '):<47}  {ascii_text}"
