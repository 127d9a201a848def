"""HTML that the server itself shows when it lets nobody in (``wire §4.3``)."""

from __future__ import annotations

import html

_PAGE = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>{title}</title>
</head>
<body>
<h1>{title}</h1>
{message}<form action="/login/" method="post">
<p><label>Username <input name="user" autocomplete="username" required></label></p>
<p><label>Password
<input name="pass" type="password" autocomplete="current-password" required></label></p>
<p><button type="submit">Log in</button></p>
</form>
</body>
</html>
"""


def login_page() -> bytes:
    """Return the login page: ``<html>``, and a form that posts to ``/login/``."""
    return _page("Log in", "")


def wrong_token_page() -> bytes:
    """Return the page for a cookie without its security token."""
    return _page("HTTP error 401", "Invalid security token")


def _page(title: str, message: str) -> bytes:
    told = f"<p>{html.escape(message)}</p>\n" if message else ""
    return _PAGE.format(title=html.escape(title), message=told).encode("utf-8")
