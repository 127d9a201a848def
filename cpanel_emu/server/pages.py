"""HTML of the server itself: to those it lets in nowhere (``wire §4.3``), and WHM's start."""

from __future__ import annotations

import html

from cpanel_emu.server.gate import Denial

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


_HOME = """<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>WHM</title>
</head>
<body>
<h1>WHM</h1>
<p>You are logged in as {user}. This server answers WHM's calls; it has none of its pages.</p>
<ul>
<li><a href="{token}/json-api/listaccts">Accounts</a></li>
<li><a href="{token}/json-api/applist">Functions</a></li>
<li><a href="/logout/">Log out</a></li>
</ul>
</body>
</html>
"""


def login_page() -> bytes:
    """Return the login page: ``<html>``, and a form that posts to ``/login/``."""
    return _page("Log in", "")


def refusal(denial: Denial) -> tuple[str, bytes]:
    """Return status and page for somebody who is not let in; each has the login form.

    A cookie without its security token gets the words that clients look for.
    """
    match denial:
        case Denial.NO_CREDENTIALS:
            return "200 OK", login_page()
        case Denial.WRONG_CREDENTIALS:
            return "401 Unauthorized", login_page()
        case Denial.WRONG_TOKEN:
            return "401 Unauthorized", _page("HTTP error 401", "Invalid security token")
        case Denial.LOCKED:
            told = "Too many logins failed. Wait a minute, then try again."
            return "403 Forbidden", _page("HTTP error 403", told)


def whm_home(user: str, token: str) -> bytes:
    """Return what *user* sees after a login to WHM; *token* is the session's ``/cpsess…``."""
    return _HOME.format(user=html.escape(user), token=token).encode("utf-8")


def _page(title: str, message: str) -> bytes:
    told = f"<p>{html.escape(message)}</p>\n" if message else ""
    return _PAGE.format(title=html.escape(title), message=told).encode("utf-8")
