"""What a LiveAPI page is asked and what it answers. Values only."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

LIVE_SUFFIXES = (".live.php", ".livephp", ".live.pl", ".livepl", ".live.cgi")
"""How the names of LiveAPI pages end (``liveapi_cli §1.1``)."""

NEVER_CONNECTED = b"Child failed to make LIVEAPI connection to cPanel"
"""Ends the body of a page that never connected (``liveapi_cli §1.1``)."""

CUT_SHORT = b"[A fatal error or timeout occurred while processing this directive.]"
"""Ends the body of a page that had to be stopped; the text is that of tags (``tags §1`` 1.11)."""


def is_live_page(path: str) -> bool:
    """Whether the file at *path* is a page to run, not one to serve or render."""
    return path.endswith(LIVE_SUFFIXES)


def converted_name(path: str) -> str:
    """Return the name of the LiveAPI page that the tag page at *path* is converted to.

    It answers in the place of the tag page once that is gone, so that addresses stay
    (``tags §9.2``): ``a/b.html`` becomes ``a/b.live.php``, ``a/b.json`` ``a/b.json.live.php``.
    """
    stem, suffix = posixpath.splitext(path)
    return f"{stem if suffix == '.html' else path}.live.php"


@dataclass(frozen=True, slots=True)
class CgiRequest:
    """What CGI tells a page of its request; text of HTTP holds bytes as Latin-1, as in WSGI."""

    page: Path
    """The file to run."""
    account: str
    """The account's name."""
    home: Path
    """The account's home directory."""
    script_name: str
    """The path in the URL, with the ``/cpsess…`` prefix."""
    method: str = "GET"
    query: str = ""
    body: bytes = b""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """As sent; credentials among them do not reach the page."""
    server_name: str = "localhost"
    server_port: int = 2082
    server_software: str = "cpsrvd"
    remote_address: str = "127.0.0.1"
    tls: bool = False
    security_token: str = ""
    """``/cpsess`` and digits, or empty."""


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """What a page sent."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    """Without those that belong to the connection: the listener writes them."""
    body: bytes
    connected: bool
    """Whether the page connected to its socket."""
    completed: bool
    """Whether it came to its end by itself, within its limits."""
    messages: str
    """What it wrote to standard error, for the journal."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """``$CPVAR{…}`` as its last connection left them."""
