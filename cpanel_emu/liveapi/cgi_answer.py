"""From the output of a CGI program to status, headers and body. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

_BLOCK_END = re.compile(rb"\r?\n\r?\n")
_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*:[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_STATUS = re.compile(r"([2-5][0-9]{2})(?: +(.*))?")
_MAKES_A_BLOCK = frozenset({"content-type", "location", "status"})
_OF_THE_CONNECTION = frozenset(
    {"status", "connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
)
_DEFAULT_TYPE = "text/html"


@dataclass(frozen=True, slots=True)
class CgiAnswer:
    """An answer without what the listener writes itself."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def read_cgi_output(output: bytes) -> CgiAnswer:
    """Split the output of a page.

    A page need not write headers: lines count as such only if all of them up to the first empty
    one are well formed, and one is ``Content-Type``, ``Location`` or ``Status`` (RFC 3875).
    """
    headers, body = _split(output)
    named = {name.lower(): value for name, value in headers}
    status, reason = _status(named)
    kept = [(name, value) for name, value in headers if name.lower() not in _OF_THE_CONNECTION]
    if "content-type" not in named:
        kept.append(("Content-Type", _DEFAULT_TYPE))
    return CgiAnswer(status, reason, tuple(kept), body)


def _split(output: bytes) -> tuple[list[tuple[str, str]], bytes]:
    end = _BLOCK_END.search(output)
    if end is None:
        return [], output
    headers = []
    for line in output[: end.start()].splitlines():
        parts = _LINE.fullmatch(line)
        if parts is None:
            return [], output
        headers.append((parts[1].decode("latin-1"), parts[2].decode("latin-1").rstrip()))
    if not _MAKES_A_BLOCK & {name.lower() for name, _ in headers}:
        return [], output
    return headers, output[end.end() :]


def _status(named: dict[str, str]) -> tuple[int, str]:
    parts = _STATUS.fullmatch(named.get("status", ""))
    if parts is None:
        status = HTTPStatus.FOUND if "location" in named else HTTPStatus.OK
        return status.value, status.phrase
    number = int(parts[1])
    return number, parts[2] or _phrase(number)


def _phrase(number: int) -> str:
    try:
        return HTTPStatus(number).phrase
    except ValueError:
        return "Unknown"
