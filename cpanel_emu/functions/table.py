"""Every function there is, in one place."""

from __future__ import annotations

from cpanel_emu.functions import chrome, pages
from cpanel_emu.functions.registry import Registry
from cpanel_emu.functions.ssl import api1, api2, uapi

REGISTRY = Registry(
    (*api2.FUNCTIONS, *api1.FUNCTIONS, *uapi.FUNCTIONS, *chrome.FUNCTIONS, *pages.FUNCTIONS)
)
"""All known functions of all families."""
