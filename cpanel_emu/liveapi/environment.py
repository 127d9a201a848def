"""The environment of a LiveAPI page: what CGI and LiveAPI document, and nothing else.

It is made from the request alone, so nothing of the server's own environment but the way to
programs reaches a page, and no credential of the request does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from cpanel_emu.liveapi.pages import CgiRequest

_PRELUDE = Path(__file__).parent / "php" / "prelude.php"
_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "x-cpanel-otp"})
_OTHER_VARIABLES = frozenset({"content-type", "content-length", "proxy", "cookie"})
_SESSION_COOKIES = frozenset({"cpsession", "whostmgrsession", "webmailsession"})
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")


def page_environment(
    request: CgiRequest, socket: Path, local_cpanel: Path, settings: Path
) -> dict[str, bytes]:
    """Return the variables of the page's process.

    Args:
        request: what is asked of the page.
        socket: the page's LiveAPI socket.
        local_cpanel: the folder that pages know as ``/usr/local/cpanel``.
        settings: the folder of `write_php_settings`.
    """
    variables = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(request.home),
        "USER": request.account,
        "LOGNAME": request.account,
        "CPANEL_PHPCONNECT_SOCKET": str(socket),
        "CPANEL_CONNECT_SOCKET": str(socket),
        "PERL5LIB": str(local_cpanel),
        # The empty first part is PHP's own folder of settings.
        "PHP_INI_SCAN_DIR": f"{os.pathsep}{settings}",
        "CPANEL_EMU_LOCAL_CPANEL": str(local_cpanel),
        "SCRIPT_FILENAME": str(request.page),
    }
    environment = {name: os.fsencode(value) for name, value in variables.items()}
    environment.update((name, _raw(value)) for name, value in _cgi_variables(request))
    return environment


def write_php_settings(folder: Path) -> None:
    """Write the settings by which PHP runs our prelude before each page into *folder*."""
    settings = f"auto_prepend_file = '{_PRELUDE}'\nexpose_php = 0\nopcache.enable = 0\n"
    (folder / "cpanel-emu.ini").write_text(settings, encoding="utf-8")


def _cgi_variables(request: CgiRequest) -> Iterator[tuple[str, str]]:
    query = f"?{request.query}" if request.query else ""
    yield "GATEWAY_INTERFACE", "CGI/1.1"
    yield "REDIRECT_STATUS", "200"  # PHP's CGI program refuses to run without it
    yield "REMOTE_ADDR", request.remote_address
    yield "REMOTE_USER", request.account
    yield "REQUEST_METHOD", request.method
    yield "REQUEST_URI", request.script_name + query
    yield "QUERY_STRING", request.query
    yield "SCRIPT_NAME", request.script_name
    yield "SERVER_NAME", request.server_name
    yield "SERVER_PORT", str(request.server_port)
    yield "SERVER_PROTOCOL", "HTTP/1.1"
    yield "SERVER_SOFTWARE", request.server_software
    yield "cp_security_token", request.security_token
    if request.tls:
        yield "HTTPS", "on"
    if request.body:
        yield "CONTENT_LENGTH", str(len(request.body))
        yield "CONTENT_TYPE", request.content_type
    yield from _header_variables(request.headers)


def _header_variables(headers: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        lowered = name.lower()
        if lowered == "cookie":
            yield "HTTP_COOKIE", _without_sessions(value)
        elif _HEADER_NAME.fullmatch(name) and lowered not in _SECRET_HEADERS | _OTHER_VARIABLES:
            yield f"HTTP_{name.upper().replace('-', '_')}", value


def _without_sessions(cookies: str) -> str:
    """Return the cookies that are the page's own: a session is as good as a password."""
    kept = (
        cookie.strip()
        for cookie in cookies.split(";")
        if cookie.partition("=")[0].strip() not in _SESSION_COOKIES
    )
    return "; ".join(kept)


def _raw(text: str) -> bytes:
    """Return the bytes that came over HTTP; a variable cannot hold NUL."""
    return text.replace("\0", "").encode("latin-1", "replace")
