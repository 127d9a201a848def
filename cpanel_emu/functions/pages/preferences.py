"""API 2 module NVData: the account's saved preferences (``tags §5.2``)."""

from __future__ import annotations

from cpanel_emu.call import Api, Arguments, Result, Rows
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function


def get(context: Context, arguments: Arguments) -> Result:
    """Return name and value of each preference in ``names``, or of all.

    Names are separated by ``|``; one that was never saved has an empty value.
    """
    preferences = context.preferences
    names = _names(arguments) or list(preferences)
    return Rows([{"name": name, "value": preferences.get(name, "")} for name in names])


def put(context: Context, arguments: Arguments) -> Result:
    """Save a value for each preference in ``names``: the argument of that name.

    Raises:
        Failure: a name or a value cannot be saved.
    """
    names = _names(arguments)
    for name in names:
        context.preferences.save(name, arguments.get(name))
    return Rows([{"name": name, "value": arguments.get(name)} for name in names])


def _names(arguments: Arguments) -> list[str]:
    return [name.strip() for name in arguments.get("names").split("|") if name.strip()]


FUNCTIONS = (
    Function(Api.API2, "NVData", "get", get),
    Function(Api.API2, "NVData", "set", put, changes=True),
)
"""The functions of the module."""
