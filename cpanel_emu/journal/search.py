"""Which calls agree with what a test wants, and why the nearest of the others do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cpanel_emu.journal.entries import REDACTED, CallEntry, Door, kept_value

_MOST_SHOWN = 5
_LONGEST_SHOWN = 60
_SHOWN_ALIKE = 20
"""How many characters are shown in front of the place where two long values differ."""


class Wanted:
    """What a call must agree with; None agrees with everything.

    Raises:
        ValueError: there is no such door.
    """

    def __init__(
        self,
        *,
        module: str | None = None,
        function: str | None = None,
        user: str | None = None,
        door: Door | str | None = None,
        arguments: Mapping[str, str] | None = None,
        outcome: str | None = None,
    ) -> None:
        self._fields = {
            "module": module,
            "function": function,
            "user": user,
            "door": Door(door).value if door is not None else None,
            "outcome": outcome,
        }
        self._arguments = {
            name: kept_value(str(value)) for name, value in (arguments or {}).items()
        }

    def agrees(self, call: CallEntry) -> bool:
        """Whether *call* agrees with everything."""
        return next(self.differences(call), None) is None

    def differences(self, call: CallEntry) -> Iterator[str]:
        """Yield in words where *call* differs."""
        for name, wanted in self._fields.items():
            found = call.door.value if name == "door" else getattr(call, name)
            if wanted is not None and found != wanted:
                yield f"{name} is {_quoted(found)}, not {_quoted(wanted)}"
        given = _given(call)
        for name, wanted in self._arguments.items():
            yield from _argument_difference(name, wanted, given.get(name))

    def differs_by_secrets_alone(self, call: CallEntry) -> bool:
        """Whether *call* agrees but for arguments that the journal hides: it may be meant."""
        given = _given(call)
        hidden = [name for name in self._arguments if given.get(name) == REDACTED]
        return not self.agrees(call) and len(hidden) == sum(1 for _ in self.differences(call))

    def distance(self, call: CallEntry) -> int:
        """Return how far *call* is from what is wanted; a wrong name weighs more than a value."""
        module = self._fields["module"] not in {None, call.module}
        function = self._fields["function"] not in {None, call.function}
        return 10 * module + 20 * function + sum(1 for _ in self.differences(call))

    def __str__(self) -> str:
        fields = self._fields
        name = f"{fields['module'] or 'any module'}::{fields['function'] or 'any function'}"
        more = [
            f"{what} {_quoted(value)}"
            for what, value in fields.items()
            if value is not None and what not in {"module", "function"}
        ]
        more += [f"{key}={_quoted(value)}" for key, value in self._arguments.items()]
        return f"{name} with {', '.join(more)}" if more else name


def assertion_text(
    wanted: Wanted,
    found: Sequence[CallEntry],
    kept: Sequence[CallEntry],
    times: int | None,
    forgotten: int,
) -> str:
    """Return what to tell when not as many calls were *found* as there should be.

    If they are as many, what is hidden or forgotten leaves open whether there were others.

    Args:
        wanted: what they should agree with.
        found: those that do.
        kept: all that the journal has.
        times: how many there should be; None is one or more.
        forgotten: how many entries the journal no longer has.
    """
    expected = "one call or more" if times is None else _counted(times)
    lines = [f"Expected {expected} of {wanted}; there {_were(len(found))}."]
    if times is not None and len(found) > times:
        lines += [f"  {describe(call)}" for call in found[:_MOST_SHOWN]]
    elif len(found) == times:
        lines[0] = f"Expected {expected} of {wanted}, which cannot be told."
        unclear = [call for call in kept if wanted.differs_by_secrets_alone(call)]
        lines += _nearest(wanted, unclear) if unclear else []
    else:
        lines += _nearest(wanted, [call for call in kept if not wanted.agrees(call)])
    if forgotten:
        lines.append(f"{forgotten} older entries are no longer in the journal.")
    return "\n".join(lines)


def describe(call: CallEntry) -> str:
    """Return *call* in one line."""
    given = [*call.positional, *(f"{name}={value}" for name, value in call.named.items())]
    told = f"{call.module}::{call.function}({', '.join(map(_shortened, given))})"
    return f"#{call.number} {told} as {call.user} by {call.door.value}: {call.outcome}"


def _nearest(wanted: Wanted, others: Sequence[CallEntry]) -> Iterator[str]:
    if not others:
        yield "No other call is in the journal."
        return
    nearest = sorted(others, key=lambda call: (wanted.distance(call), -call.number))
    yield "The nearest other calls:"
    for call in nearest[:_MOST_SHOWN]:
        yield f"  {describe(call)}"
        for difference in wanted.differences(call):
            yield f"    {difference}"


def _given(call: CallEntry) -> Mapping[str, str]:
    """Return all arguments of *call*; positional ones are called ``arg-0`` and so on."""
    given = {f"arg-{index}": value for index, value in enumerate(call.positional)}
    return {**given, **call.named}


def _argument_difference(name: str, wanted: str, found: str | None) -> Iterator[str]:
    if found == wanted:
        return
    if found is None:
        yield f"argument {name} is not given, wanted {_quoted(wanted)}"
    elif found == REDACTED:
        yield f"argument {name} is a secret, which the journal hides"
    else:
        pairs = enumerate(zip(found, wanted, strict=False))
        shorter = min(len(found), len(wanted))
        same = next((at for at, (one, other) in pairs if one != other), shorter)
        start = same - _SHOWN_ALIKE if same > _LONGEST_SHOWN // 2 else 0
        yield f"argument {name} is {_quoted(found, start)}, not {_quoted(wanted, start)}"


def _quoted(text: str, start: int = 0) -> str:
    return f'"{"…" if start else ""}{_shortened(text[start:])}"'


def _shortened(text: str) -> str:
    """Return *text* on one line, and cut where it is long."""
    cut = text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"
    return "".join(each if each.isprintable() else repr(each)[1:-1] for each in cut)


def _counted(number: int) -> str:
    return {0: "no call", 1: "1 call"}.get(number, f"{number} calls")


def _were(number: int) -> str:
    return {0: "was none", 1: "was 1"}.get(number, f"were {number}")
