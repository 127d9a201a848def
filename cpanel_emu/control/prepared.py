"""Prepared answers: planned failures of functions, and which stubs and faults were never used."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cpanel_emu.call import Answer, Call
from cpanel_emu.control.faults import Faults, Kind, Target
from cpanel_emu.functions.registry import Registry
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.journal import Journal, current_door

DEFAULT_ERROR = "A planned fault."
"""What a function says when a `Kind.FAIL` fault without a text strikes."""


def planned_failure(call: Call, user: str, faults: Faults, registry: Registry) -> Answer | None:
    """Return the answer of a fault that makes a function say no, if one strikes.

    Args:
        call: the call that is about to run.
        user: the account it is made as.
        faults: what is planned.
        registry: the functions that there are; others cannot say anything.
    """
    module = registry.module_named(call.api, call.module) or call.module
    function = registry.find(call.api, module, call.function)
    if function is None:
        return None
    target = Target(current_door(), module, call.function, user)
    struck = faults.striking(target, Kind.FAIL)
    if not struck:
        return None
    text = struck[0].text or DEFAULT_ERROR
    return Answer(replace(call, module=module), function.failed(text))


def unused_answers(registry: Registry, journal: Journal, faults: Faults) -> Iterator[str]:
    """Yield, in words, the stubs that were not called and the faults that struck nothing."""
    for function in registry:
        key = (function.api, function.module, function.name)
        if REGISTRY.find(*key) is not function and not journal.was_called(*key):
            yield f"stub {function.module}::{function.name} of API {function.api.value}"
    for planned in faults.unused():
        yield f"fault {planned}"
