"""UAPI module Chrome: the parts of the theme round a LiveAPI page (``liveapi_cli §1.4``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpanel_emu.call import Api, Arguments, Data, Result
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function
from cpanel_emu.lazy import LazyModule

if TYPE_CHECKING:
    import html
else:
    html = LazyModule("html")

_HEADER = '<cpanel Branding="include(stdheader.html)">'
_FOOTER = '<cpanel Branding="include(stdfooter.html)">'
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

    It is the theme's ``stdheader.html`` and ``stdfooter.html``, found as ``Branding="include()"``
    finds them; a theme without them gets plain HTML. They see ``page_title`` as
    ``$CPVAR{'title'}``, ``app_key`` as ``section``, and as ``iconurl`` the URL of the branding
    image of that name.
    """
    title = html.escape(arguments.get("page_title"))
    key = html.escape(arguments.get("app_key"))
    page = context.open_page()
    image = page.branding_image(key) if key else None
    page.variables.update(
        title=title, section=key, iconurl=image[1] if image is not None else "", current="page"
    )
    header, footer = page.text(_HEADER), page.text(_FOOTER)
    return Data(
        {
            "header": header or _PLAIN_HEADER.format(title=title),
            "footer": footer or (_PLAIN_FOOTER if not header else ""),
        }
    )


FUNCTIONS = (Function(Api.UAPI, "Chrome", "get_dom", get_dom),)
"""The functions of the module."""
