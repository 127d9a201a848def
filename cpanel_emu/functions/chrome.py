"""UAPI module Chrome: the parts of the theme round a LiveAPI page (``liveapi_cli §1.4``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpanel_emu.call import Api, Arguments, Data, Result
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function
from cpanel_emu.lazy import LazyModule

if TYPE_CHECKING:
    import html

    from cpanel_emu.tags import RenderedPage
else:
    html = LazyModule("html")

_HEADER = "stdheader.html"
_FOOTER = "stdfooter.html"
_PLAIN_HEADER = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>{title}</title>
</head>
<body>
<h1>{title}</h1>
"""
_PLAIN_FOOTER = "</body>\n</html>\n"


def get_dom(context: Context, arguments: Arguments) -> Result:
    """Return the HTML above and below a page's content as ``header`` and ``footer``.

    It is the theme's ``stdheader.html`` and ``stdfooter.html``, or what they were converted to,
    found as ``Branding="include()"`` finds them; a theme without them gets plain HTML. They see
    ``page_title`` as ``$CPVAR{'title'}``, ``app_key`` as ``section``, and as ``iconurl`` the URL of
    the branding image of that name; the footer sees what the header sets.
    """
    title = html.escape(arguments.get("page_title"))
    key = html.escape(arguments.get("app_key"))
    page = context.open_page()
    image = page.branding_image(key) if key else None
    variables = {
        **page.variables,
        "title": title,
        "section": key,
        "iconurl": image[1] if image is not None else "",
        "current": "page",
    }
    header = context.render_part(_HEADER, variables)
    footer = context.render_part(_FOOTER, header.variables if header is not None else variables)
    above, below = _text(header), _text(footer)
    return Data(
        {
            "header": above or _PLAIN_HEADER.format(title=title),
            "footer": below or (_PLAIN_FOOTER if not above else ""),
        }
    )


def _text(part: RenderedPage | None) -> str:
    return "" if part is None else part.body.decode("utf-8", "replace")


FUNCTIONS = (Function(Api.UAPI, "Chrome", "get_dom", get_dom),)
"""The functions of the module."""
