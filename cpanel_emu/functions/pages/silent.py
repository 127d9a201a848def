"""Functions that pages call for their effect on things that the emulator has none of.

They do nothing and answer nothing, so that a page that calls them goes on (``tags §7``).
"""

from __future__ import annotations

from cpanel_emu.call import Api, Arguments, Printed, Result, Rows
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function, Status

_PRINTING = (
    ("Branding", "setupdirs"),
    ("Branding", "tempsetbrandingpkg"),
    ("Fileman", "fmpushfile"),
    ("LeechProtect", "setup"),
    ("Stats", "cyclestats"),
    ("UI", "confirm"),
    ("UI", "dynamicincludelist"),
    ("UI", "listform"),
)
_LISTING = (
    ("Branding", "brandingeditor"),
    ("Branding", "gensprites"),
    ("UI", "dynamicincludelist"),
    ("UI", "listform"),
)
_NO_PAGES = dict.fromkeys(
    ("current_page", "results_per_page", "start_result", "total_pages", "total_results")
)


def prints_nothing(_context: Context, _arguments: Arguments) -> Result:
    """Print nothing (API 1)."""
    return Printed()


def no_rows(_context: Context, _arguments: Arguments) -> Result:
    """Return no rows (API 2)."""
    return Rows()


def listpopswithdisk(context: Context, _arguments: Arguments) -> Result:
    """Return no mailboxes; some releases tell of pages that nobody asked for (``wire §2.8``)."""
    return Rows(paginate=_NO_PAGES if context.release.mail_paginates_unasked else None)


def isenabled(_context: Context, _arguments: Arguments) -> Result:
    """Set ``Contactus::isenabled`` (``tags §2.5``): the server has no contact form."""
    return Printed(variables={"Contactus::isenabled": "0"})


FUNCTIONS = (
    Function(Api.API1, "Contactus", "isenabled", isenabled, status=Status.STUBBED),
    Function(Api.API2, "Email", "listpopswithdisk", listpopswithdisk, status=Status.STUBBED),
    *(
        Function(Api.API1, module, name, prints_nothing, status=Status.STUBBED)
        for module, name in _PRINTING
    ),
    *(
        Function(Api.API2, module, name, no_rows, status=Status.STUBBED)
        for module, name in _LISTING
    ),
)
"""Every function of the kind."""
