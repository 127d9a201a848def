"""The head of a request: its first line and its header fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cpanel_emu.server.http1.errors import UnreadableRequest

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
FIRST_BYTES = frozenset(byte for byte in range(256) if _TOKEN.fullmatch(chr(byte)))
"""What a request can begin with; a TLS greeting, for one, cannot."""

_VERSION = re.compile(r"HTTP/1\.([0-9])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HEX_DIGITS = re.compile(r"[0-9A-Fa-f]+")
_FRAMING = frozenset({"content-length", "transfer-encoding"})
_LINE_END_AND_CRLF = "\n\r\r\n"
"""What curl sends after a header field that PHP programs ended with ``"\\n\\r"`` themselves."""


@dataclass(frozen=True, slots=True)
class RequestLine:
    """``METHOD TARGET HTTP/1.MINOR``; the text is latin-1, one character for each byte."""

    method: str
    target: str
    minor: int


def parse_request_line(line: bytes) -> RequestLine:
    """Read a request line without its line end.

    Everything between the method and the version is the target: old scripts put bare blanks
    into query strings, and the last word being the version leaves no doubt.

    Raises:
        UnreadableRequest: 400, it is none.
    """
    text = line.decode("latin-1")
    method, _, rest = text.partition(" ")
    target, _, version_text = rest.rstrip(" ").rpartition(" ")
    version = _VERSION.fullmatch(version_text)
    target = target.strip(" ")
    if version is None or not target or not _TOKEN.fullmatch(method) or _CONTROL.search(target):
        raise UnreadableRequest(400, "this is no HTTP/1 request line")
    return RequestLine(method, target, int(version[1]))


def parse_fields(block: bytes, most_lines: int) -> Mapping[str, str]:
    """Read header fields, each ended by CRLF or LF, into a mapping by small-letter name.

    Values are latin-1 text. A field repeated with the same value counts once, other repetitions
    are joined by ``", "`` (cookies by ``"; "``). A folded line continues the field before it.
    LF CR CR LF is one line end.

    Raises:
        UnreadableRequest: 400 for what is no field, 431 for more than *most_lines* lines.
    """
    text = block.decode("latin-1").replace(_LINE_END_AND_CRLF, "\n")
    if "\0" in text or text.count("\r") != text.count("\r\n"):
        raise UnreadableRequest(400, "NUL or a lone CR among the header fields")
    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) > most_lines + 1:
        raise UnreadableRequest(431, f"more than {most_lines} header lines")
    fields: dict[str, str] = {}
    for name, value in _unfold(lines):
        before = fields.get(name)
        if before is None or before == value:
            fields[name] = value
        else:
            fields[name] = f"{before}{'; ' if name == 'cookie' else ', '}{value}"
    return fields


def _unfold(lines: list[str]) -> list[tuple[str, str]]:
    """Return (name, value) of every field, with continuation lines joined to their field."""
    fields: list[tuple[str, str]] = []
    for line in lines:
        if not line:
            continue
        name, colon, value = line.partition(":")
        if colon and _TOKEN.fullmatch(name):
            fields.append((name.lower(), value.strip(" \t")))
        else:
            fields[-1:] = [_continued(fields, line)]
    return fields


def _continued(fields: list[tuple[str, str]], line: str) -> tuple[str, str]:
    """Return the last of *fields* with *line* joined to it.

    Two kinds of line may follow a field: a folded one (it begins with a blank), and a line of
    nothing but hexadecimal digits after ``Authorization: WHM user:…``: the access hash is kept
    in a file of many lines, and its line breaks do not count (``wire §3.1``).
    """
    if fields:
        name, value = fields[-1]
        text = line.strip(" \t")
        if name == "authorization" and ":" in value and _HEX_DIGITS.fullmatch(text):
            return name, value + text
        if line[0] in " \t" and name not in _FRAMING:
            return name, f"{value} {text}".strip(" ")
    raise UnreadableRequest(400, "a header line without a name")
