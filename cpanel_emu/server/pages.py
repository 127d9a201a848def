"""HTML that the server itself shows (``wire §4.3``)."""

from __future__ import annotations

from cpanel_emu.server.responses import HTML

__all__ = ["HTML", "login_page"]


def login_page() -> bytes:
    """Return the login page: ``<html>`` and a form that posts to ``/login/``."""
    return (
        b"<!DOCTYPE html>\n"
        b"<html>\n"
        b"<head><title>cPanel Login</title></head>\n"
        b'<body><form action="/login/" method="post">\n'
        b'<label>Username <input name="user"></label>\n'
        b'<label>Password <input name="pass" type="password"></label>\n'
        b'<button type="submit">Log in</button>\n'
        b"</form></body>\n"
        b"</html>\n"
    )
