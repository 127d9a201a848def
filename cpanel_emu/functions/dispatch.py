"""From a call to its answer: find the function, pass the gates, run it (``wire §2.7``)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cpanel_emu.accounts.models import Role
from cpanel_emu.call import Answer, Api, Call, Refusal, RefusalKind, Rows
from cpanel_emu.errors import Failure, StoreError
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function, Registry
from cpanel_emu.lazy import LazyModule

if TYPE_CHECKING:
    import logging

    from cpanel_emu.functions import modifiers
else:
    logging = LazyModule("logging")
    modifiers = LazyModule("cpanel_emu.functions.modifiers")

UNUSABLE = "The files of the account cannot be used."
"""The refusal when the account's files can be neither read nor written, as on a bad disk."""

_MODIFIERS = "api2_"
"""How the names of output modifiers begin (``wire §2.8``)."""
_UNSAFE_IN_ECHO = str.maketrans("<>", "__")


def answer(call: Call, context: Context, registry: Registry) -> Answer:
    """Run *call* for the account of *context* and return its answer.

    First failure wins: module and function, roles, feature, arguments (``wire §2.7``).
    """
    module: str | None = call.module
    function = registry.find(call.api, call.module, call.function)
    if function is None:
        module = registry.module_named(call.api, call.module)
        function = registry.find(call.api, module, call.function) if module is not None else None
    if function is None or (call.api is Api.UAPI and not context.release.uapi):
        return unknown_function(call, module, context)
    named = call if call.module == function.module else replace(call, module=function.module)
    refusal = _gates(function, call, context)
    if refusal is not None:
        return Answer(named, refusal)
    try:
        result = function.run(context, call.arguments)
    except Failure as failure:
        # Some texts quote the caller, and no API answer may hold <html> (wire §4.3).
        return Answer(named, function.failed(str(failure).translate(_UNSAFE_IN_ECHO)))
    except StoreError as error:
        # Where the files lie is for the operator, not for the caller.
        _log().error("The files of %s cannot be used: %s", context.account.user, error)
        return Answer(named, function.failed(UNUSABLE))
    named_arguments = call.arguments.named
    # One search in all names: hardly any call has a modifier.
    if isinstance(result, Rows) and _MODIFIERS in "".join(named_arguments):
        result = modifiers.modified(result, named_arguments, context.release)
    return Answer(named, result)


def _log() -> logging.Logger:
    return logging.getLogger(__name__)


def unknown_function(call: Call, module: str | None, context: Context) -> Answer:
    """Return the refusal of a call to nothing that exists (``wire §5.5``, ``wire §2.6``).

    A release without UAPI does not know its envelope either: API 2's is used (``wire §7``).
    """
    api = call.api
    if api is Api.UAPI and not context.release.uapi:
        api = Api.API2
    echoed = replace(
        call,
        api=api,
        module=module or call.module.translate(_UNSAFE_IN_ECHO),
        function=call.function.translate(_UNSAFE_IN_ECHO),
    )
    text = f"Could not find function '{echoed.function}' in module '{echoed.module}'"
    return Answer(echoed, Refusal(RefusalKind.UNKNOWN_FUNCTION, text))


def _gates(function: Function, call: Call, context: Context) -> Refusal | None:
    """Return the refusal that applies: roles, the feature (``ssl §2.4``), demo, the method.

    A demo account may look, but change nothing.
    """
    if function.role_rule and context.release.role_rule and not context.server.roles:
        roles = ", ".join(role.display_name for role in Role)
        return Refusal(
            RefusalKind.ROLE,
            f'The function "{function.name}" is disabled because none of these roles is '
            f"enabled: {roles}.",
        )
    if function.feature is not None and not context.account.has_feature(function.feature):
        name = function.feature
        quoted = f"“{name}”" if function.api is Api.UAPI else f'"{name}"'
        return Refusal(RefusalKind.FEATURE, f"You do not have the feature {quoted}.")
    if function.changes and context.account.demo:
        return Refusal(
            RefusalKind.DEMO,
            f'The function "{function.name}" is disabled because this is a demo account.',
        )
    if function.post_only and not call.posted:
        return Refusal(
            RefusalKind.METHOD, f'The function "{function.name}" must be called with POST.'
        )
    return None
