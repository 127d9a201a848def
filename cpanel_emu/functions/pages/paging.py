"""Page furniture that counts: UI's page lists and StatsBar's row counter.

Both stand on page variables (``tags §2.5``), which the calls before them on the page have set.
"""

from __future__ import annotations

from cpanel_emu.call import Api, Arguments, Result, Row, Rows
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function, Status

MOST_PAGES = 1000
"""Rows of a list of pages."""

_COUNTER = "rowcounter"


def paginate(context: Context, arguments: Arguments) -> Result:
    """Return a row for each page of a list, with the ``start`` that ``api2_paginate_start`` takes.

    ``pages``, ``currentpage`` and ``itemsperpage`` are arguments, or else the page variables of
    the last list that was paginated.
    """
    known = context.open_page().variables

    def number(name: str) -> int:
        text = arguments.get(name) or known.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 10 else 0

    pages = min(max(number("pages"), 1), MOST_PAGES)
    current = min(max(number("currentpage"), 1), pages)
    size = number("itemsperpage")
    rows: list[Row] = [
        {
            "page": page,
            "start": (page - 1) * size + 1,
            "size": size,
            "current": int(page == current),
        }
        for page in range(1, pages + 1)
    ]
    variables = {"pages": str(pages), "currentpage": str(current), "itemsperpage": str(size)}
    return Rows(rows, variables=variables)


def rowcounter(context: Context, _arguments: Arguments) -> Result:
    """Count one row on and return its number, from 1, and ``odd`` or ``even``."""
    number = _counted(context) + 1
    return Rows((_counter_row(number),), variables={_COUNTER: str(number)})


def getrowcounter(context: Context, _arguments: Arguments) -> Result:
    """Return what `rowcounter` returned last; number 0 before it was ever called."""
    return Rows((_counter_row(_counted(context)),))


def _counted(context: Context) -> int:
    text = context.open_page().variables.get(_COUNTER, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _counter_row(number: int) -> Row:
    return {"rowcounter": number, "rowtype": "odd" if number % 2 else "even"}


FUNCTIONS = (
    Function(Api.API2, "StatsBar", "getrowcounter", getrowcounter, status=Status.STUBBED),
    Function(Api.API2, "StatsBar", "rowcounter", rowcounter, status=Status.STUBBED),
    Function(Api.API2, "UI", "paginate", paginate, status=Status.STUBBED),
    Function(Api.API2, "UI", "paginate_list", paginate, status=Status.STUBBED),
)
"""The counting functions of both modules."""
