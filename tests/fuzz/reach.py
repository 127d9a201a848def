"""Which lines of the modules under attack an input reaches; and which inputs are worth keeping."""

from __future__ import annotations

import importlib.util
import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, TypeAlias

from tests.fuzz.target import Check

_Step: TypeAlias = "tuple[str, int, int]"
"""A file, and the lines that came one after the other."""


class Reach:
    """Notes the steps that calls take through the *modules*."""

    def __init__(self, modules: Iterable[str]) -> None:
        self._files = {_file_of(module) for module in modules}
        self._steps: set[_Step] = set()
        self._last: dict[int, int] = {}

    def steps(self, check: Check, data: bytes) -> set[_Step]:
        """Return the steps that *check* takes with *data*; what it raises is not looked at."""
        self._steps = set()
        before = sys.gettrace()
        sys.settrace(self._called)
        try:
            check(data)
        except Exception:  # noqa: BLE001  (whoever wants to know replays the input)
            return set()
        finally:
            sys.settrace(before)
        return self._steps

    def lines(self, steps: Iterable[_Step]) -> tuple[int, int]:
        """Return how many lines of functions *steps* reach, and how many there are."""
        all_lines = {(file, line) for file in self._files for line in _function_lines(file)}
        reached = {(file, line) for file, _, line in steps} & all_lines
        return len(reached), len(all_lines)

    def _called(self, frame: FrameType, _event: str, _argument: Any) -> Any:
        if frame.f_code.co_filename not in self._files:
            return None
        self._note(frame, 0)
        return self._moved

    def _moved(self, frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            self._note(frame, self._last.get(id(frame), 0))
        elif event == "return":
            self._last.pop(id(frame), None)
        return self._moved

    def _note(self, frame: FrameType, before: int) -> None:
        self._steps.add((frame.f_code.co_filename, before, frame.f_lineno))
        self._last[id(frame)] = frame.f_lineno


def worth_keeping(
    reach: Reach, check: Check, inputs: Iterable[bytes]
) -> tuple[list[bytes], set[_Step]]:
    """Return the inputs that reach something new, short ones first, and all that is reached."""
    kept: list[bytes] = []
    reached: set[_Step] = set()
    for data in sorted(set(inputs), key=lambda data: (len(data), data)):
        steps = reach.steps(check, data)
        if steps - reached:
            kept.append(data)
            reached |= steps
    return kept, reached


def _file_of(module: str) -> str:
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return spec.origin


def _function_lines(file: str) -> set[int]:
    code = compile(Path(file).read_bytes(), file, "exec")
    return {line for one in _functions(code) for _, _, line in one.co_lines() if line}


def _functions(code: CodeType) -> Iterator[CodeType]:
    """Yield the code of every function in *code*, comprehensions and lambdas among them."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            if constant.co_flags & inspect.CO_NEWLOCALS:  # modules and classes do not have it
                yield constant
            yield from _functions(constant)
