"""The head of a request under a WSGI server that does not hand over its bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote


def rebuilt_head(environ: Mapping[str, Any]) -> bytes:
    """Return a head that says what *environ* says; order and spelling may have been others."""
    path = str(environ.get("PATH_INFO", "/")).encode("latin-1", "replace")
    target = str(environ.get("RAW_URI") or environ.get("REQUEST_URI") or quote(path))
    query = environ.get("QUERY_STRING")
    if query and "?" not in target:
        target = f"{target}?{query}"
    protocol = environ.get("SERVER_PROTOCOL", "HTTP/1.1")
    lines = [f"{environ['REQUEST_METHOD']} {target} {protocol}", *_fields(environ), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")


def _fields(environ: Mapping[str, Any]) -> list[str]:
    named = [
        (name.removeprefix("HTTP_"), value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or (name in {"CONTENT_TYPE", "CONTENT_LENGTH"} and value)
    ]
    return [f"{name.replace('_', '-').title()}: {value}" for name, value in named]
