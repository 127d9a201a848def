"""The table of functions: what exists, behind which gates (``ssl §6.1``, ``wire §2.6``)."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from cpanel_emu.call import Api, Arguments, Data, Printed, Result, Rows
from cpanel_emu.functions.context import Context


class Status(enum.Enum):
    """How far a known function is emulated."""

    IMPLEMENTED = "implemented"
    STUBBED = "stubbed"


def _api2_failure(text: str) -> Result:
    return Rows(rows=({"output": text, "result": 0},), error=text)


def _api1_failure(text: str) -> Result:
    return Printed(error=text)


def _uapi_failure(text: str) -> Result:
    return Data(errors=(text,))


_FAILURES: dict[Api, Callable[[str], Result]] = {
    Api.API1: _api1_failure,
    Api.API2: _api2_failure,
    Api.UAPI: _uapi_failure,
}


@dataclass(frozen=True, slots=True)
class Function:
    """One function: where it stands, what it needs, and what runs it.

    ``run`` takes the context and the arguments and returns a result of its family, or raises
    `Failure`.
    """

    api: Api
    module: str
    name: str
    run: Callable[[Context, Arguments], Result]
    feature: str | None = None
    role_rule: bool = False
    """Disabled when all five roles are off (``ssl §1.1``)."""
    changes: bool = False
    """It makes, replaces or removes something, which a demo account may not."""
    post_only: bool = False
    """Over HTTP it must be called with POST (``ssl §8``)."""
    status: Status = Status.IMPLEMENTED

    def failed(self, text: str) -> Result:
        """Return the result for a `Failure` with *text* (``ssl §2.3``, ``ssl §7``, ``ssl §8``)."""
        return _FAILURES[self.api](text)


Run: TypeAlias = Callable[[Context, Arguments], Result]
"""What runs a function (`Function.run`)."""


class Registry:
    """All functions by family, module and name; immutable after it was made."""

    def __init__(self, functions: Iterable[Function]) -> None:
        self._functions = {
            (function.api, function.module, function.name): function for function in functions
        }
        self._modules = {(api, module) for api, module, _ in self._functions}

    def with_stubs(self, stubs: Iterable[Function]) -> Registry:
        """Return a registry that also has *stubs*; what is implemented stays (``--stubs``)."""
        implemented = (one for one in self if one.status is Status.IMPLEMENTED)
        return Registry((*self, *stubs, *implemented))

    def __iter__(self) -> Iterator[Function]:
        return iter(self._functions.values())

    def module_named(self, api: Api, name: str) -> str | None:
        """Return the proper name of the module that *name* means, if there is one.

        The exact name, else with its first letter upper-cased (``wire §2.6``).
        """
        for candidate in (name, name[:1].upper() + name[1:]):
            if (api, candidate) in self._modules:
                return candidate
        return None

    def find(self, api: Api, module: str, name: str) -> Function | None:
        """Return the function with these exact names, if there is one."""
        return self._functions.get((api, module, name))
