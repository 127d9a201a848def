"""Functions that theme pages call beside SSL's: branding, domains, page furniture (``tags §8``).

What such a function answers is told by no source unless its docstring says so; its rows are the
emulator's own choice then, and its status is "stubbed": a file of ``--stubs`` replaces it.
"""

from __future__ import annotations

from cpanel_emu.functions.pages import (
    branding,
    domains,
    files,
    paging,
    preferences,
    server_facts,
    silent,
)

FUNCTIONS = (
    *branding.FUNCTIONS,
    *domains.FUNCTIONS,
    *files.FUNCTIONS,
    *paging.FUNCTIONS,
    *preferences.FUNCTIONS,
    *server_facts.FUNCTIONS,
    *silent.FUNCTIONS,
)
"""Every function of this package."""
