"""What is shown instead of a page in Template Toolkit that has an error."""

from __future__ import annotations

import html

from cpanel_emu.tags import PageWarning

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>This page has an error</title>
<style>
body {{ font: 16px/1.5 sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em }}
</style>
</head>
<body>
<h1>This page has an error</h1>
<p>{path} could not be processed. What it had called up to the error has run.</p>
<p><code>{place}</code>: <code>{message}</code></p>
</body>
</html>
"""


def error_page(path: str, error: PageWarning) -> bytes:
    """Return the page that tells the *error* of the theme's file at *path*."""
    page = _PAGE.format(
        path=html.escape(path),
        place=html.escape(f"{error.file}:{error.line}"),
        message=html.escape(error.message),
    )
    return page.encode("utf-8", "replace")
