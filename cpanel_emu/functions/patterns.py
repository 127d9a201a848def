"""Regular expressions from a caller, matched in bounded time (``wire §2.8``, ``matches``).

Python's own engine can be kept busy for years by a short pattern, and nothing can stop it.
This one knows the common part of the syntax and walks a text once, whatever the pattern: it
follows all ways through the pattern at the same time and remembers what each character did.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from cpanel_emu.functions.pattern_syntax import (
    Assertion,
    Characters,
    Choice,
    Limit,
    Part,
    PatternError,
    Repeat,
    Sequence,
    parse,
)

__all__ = ["Pattern", "PatternError"]

_LARGEST_PROGRAM = 2_000
_WORK = 2_000_000
"""Steps that one pattern may cost in all; about a second. After that nothing matches."""
_REMEMBERED_STATES = 500
_FOUND = -1


@dataclass(slots=True)
class _Node:
    """A place in the pattern: consumes a character, checks an assertion, or forks."""

    targets: list[int]
    characters: Characters | None = None
    assertion: Limit | None = None


@dataclass(slots=True)
class _State:
    """All places reached at once, and what the last character was."""

    places: frozenset[int]
    after_word: bool
    at_start: bool
    moves: dict[str, _State | None] = field(default_factory=dict)
    """The state after a character; None if the pattern is found by then."""


class Pattern:
    r"""A regular expression, searched for anywhere in a text.

    Knows literals, ``.``, classes, ``\d \w \s \D \W \S \b \B``, anchors, groups,
    alternation, all quantifiers and a leading ``(?i)``; neither back references nor
    look-around. Not thread-safe.

    Raises:
        PatternError: the pattern is wrong, too large, or uses what is not known.
    """

    def __init__(self, text: str) -> None:
        part, self._ignores_case = parse(text)
        self._nodes: list[_Node] = []
        self._begin = self._compile(part, _FOUND)
        self._work_left = _WORK
        self._states: dict[tuple[frozenset[int], bool, bool], _State] = {}

    def found_in(self, text: str) -> bool:
        """Whether the pattern occurs in *text*; False once its share of work is used up."""
        if self._ignores_case:
            text = text.casefold()
        self._work_left -= len(text)
        state = self._state(frozenset(), after_word=False, at_start=True)
        last = len(text) - 1
        for index, character in enumerate(text):
            if self._work_left <= 0:
                return False
            moves = state.moves
            if index == last and character == "\n":
                following = self._after(state, character, {Limit.END})
            elif character in moves:
                following = moves[character]
            else:
                following = moves[character] = self._after(state, character, set())
            if following is None:
                return True
            state = following
        return self._work_left > 0 and self._ends(state, {Limit.END, Limit.VERY_END})

    def _state(self, places: frozenset[int], *, after_word: bool, at_start: bool) -> _State:
        key = (places, after_word, at_start)
        state = self._states.get(key)
        if state is None:
            if len(self._states) >= _REMEMBERED_STATES:
                self._forget()
            state = self._states[key] = _State(places, after_word, at_start)
        return state

    def _forget(self) -> None:
        # States point at each other; without this they would stay in memory.
        for state in self._states.values():
            state.moves.clear()
        self._states.clear()

    def _after(self, state: _State, character: str, limits: set[Limit]) -> _State | None:
        """Return the state after *character*, before which *limits* hold too.

        None if the pattern is found before it.
        """
        holds = _limits(state, next_is_word=_is_word(character)) | limits
        after: set[int] = set()
        for place in self._reached(state, holds):
            if place == _FOUND:
                return None
            node = self._nodes[place]
            if node.characters is not None and node.characters.hold(character):
                after.update(node.targets)
        return self._state(frozenset(after), after_word=_is_word(character), at_start=False)

    def _ends(self, state: _State, limits: set[Limit]) -> bool:
        return _FOUND in self._reached(state, _limits(state, next_is_word=False) | limits)

    def _reached(self, state: _State, holds: set[Limit]) -> set[int]:
        """Return every place that can be reached before the next character."""
        reached: set[int] = set()
        waiting = [*state.places, self._begin]
        while waiting:
            place = waiting.pop()
            if place in reached:
                continue
            reached.add(place)
            if place == _FOUND:
                continue
            node = self._nodes[place]
            passes = node.assertion is None or node.assertion in holds
            if node.characters is None and passes:
                waiting.extend(node.targets)
        self._work_left -= len(reached)
        return reached

    def _add(self, node: _Node) -> int:
        if len(self._nodes) >= _LARGEST_PROGRAM:
            raise PatternError("too large")
        self._nodes.append(node)
        return len(self._nodes) - 1

    def _compile(self, part: Part, after: int) -> int:
        """Add the places of *part*, which leads to *after*; return where it begins."""
        match part:
            case Characters():
                return self._add(_Node([after], characters=part))
            case Assertion(limit):
                return self._add(_Node([after], assertion=limit))
            case Sequence(parts):
                for one in reversed(parts):
                    after = self._compile(one, after)
                return after
            case Choice(options):
                return self._add(_Node([self._compile(one, after) for one in options]))
            case Repeat():
                return self._compile_repeat(part, after)

    def _compile_repeat(self, repeat: Repeat, after: int) -> int:
        begin = after
        if repeat.most is None:
            fork = _Node([after])
            begin = self._add(fork)
            fork.targets.append(self._compile(repeat.part, begin))
        else:
            for _ in range(repeat.most - repeat.least):
                begin = self._add(_Node([after, self._compile(repeat.part, begin)]))
        for _ in range(repeat.least):
            begin = self._compile(repeat.part, begin)
        return begin


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _limits(state: _State, *, next_is_word: bool) -> set[Limit]:
    def found() -> Iterator[Limit]:
        if state.at_start:
            yield Limit.START
        yield Limit.WORD_EDGE if state.after_word != next_is_word else Limit.NO_WORD_EDGE

    return set(found())
