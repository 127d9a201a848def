"""Tag pages: the cPanel tag system of the handbook's ``tags``.

The way of a page, in the order of the modules::

    bytes ─encoding─▶ text ─lexer─▶ tokens ─parser─▶ tree ─compiler─▶ jinja2.nodes ─▶ template
                                                      │                                  │
                            theme check, theme convert read it      operations run in it, on a page

`parse` evaluates nothing; a `Renderer` is all that a server needs.
"""

from cpanel_emu.tags.encoding import decode, encode
from cpanel_emu.tags.page_values import CallCrashed, PageCalls, PageValues, RandomSource, Trace
from cpanel_emu.tags.parser import parse
from cpanel_emu.tags.renderer import (
    MissingPage,
    OpenPage,
    RenderedPage,
    Renderer,
    StrictPageError,
    page_candidates,
    processes_tags,
)
from cpanel_emu.tags.theme import OutsideTheme, Theme
from cpanel_emu.tags.tree import (
    Document,
    PageWarning,
    single_tag,
)

__all__ = [
    "CallCrashed",
    "Document",
    "MissingPage",
    "OpenPage",
    "OutsideTheme",
    "PageCalls",
    "PageValues",
    "PageWarning",
    "RandomSource",
    "RenderedPage",
    "Renderer",
    "StrictPageError",
    "Theme",
    "Trace",
    "decode",
    "encode",
    "page_candidates",
    "parse",
    "processes_tags",
    "single_tag",
]
