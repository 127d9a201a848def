"""What ``--strict`` serves instead of a page with warnings."""

from __future__ import annotations

import html
from collections.abc import Sequence

from cpanel_emu.tags import PageWarning

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>This page has warnings</title>
<style>
body {{ font: 16px/1.5 sans-serif; margin: 2em auto; max-width: 60em; padding: 0 1em }}
table {{ border-collapse: collapse }}
th, td {{ border-bottom: 1px solid #888; padding: .3em 1em .3em 0; text-align: left }}
</style>
</head>
<body>
<h1>This page has warnings</h1>
<p>{path} was rendered, its calls have run, but it is not shown because the server is strict.</p>
<table>
<thead><tr><th scope="col">Place</th><th scope="col">What is wrong</th>\
<th scope="col">Rule</th></tr></thead>
<tbody>
{rows}</tbody>
</table>
</body>
</html>
"""
_ROW = "<tr><td><code>{place}</code></td><td>{message}</td><td>{rule}</td></tr>\n"


def strict_page(path: str, warnings: Sequence[PageWarning]) -> bytes:
    """Return the page that tells the *warnings* of the theme's page at *path*."""
    rows = "".join(
        _ROW.format(
            place=html.escape(f"{one.file}:{one.line}:{one.column}"),
            message=html.escape(one.message),
            rule=html.escape(one.rule),
        )
        for one in warnings
    )
    return _PAGE.format(path=html.escape(path), rows=rows).encode("utf-8", "replace")
