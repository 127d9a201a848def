"""Hides secrets in bytes: in requests, answers and LiveAPI frames. Pure.

Two nets, one behind the other. What has the name of a secret is hidden in each of the forms in
which names and values travel (headers, pairs, multipart, JSON, XML). Then every secret that a
call is known to have carried is hidden wherever it stands, however it is written.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Collection, Iterable
from urllib.parse import quote, quote_plus, unquote_plus, unquote_to_bytes

from werkzeug.http import parse_options_header

from cpanel_emu.journal.entries import REDACTED, SECRET_NAMES, Recorded

LIMIT = 64 * 1024
"""Bytes of one request or answer that are kept."""

_MARGIN = 8 * 1024
"""Bytes beyond `LIMIT` that are looked at, so that no secret is cut in two and half shown."""

_SHORT = 4
"""A shorter secret is hidden only where it stands alone; within words it would hide too much."""

_HIDDEN = REDACTED.encode("ascii")
_NAMES = "|".join(sorted(map(re.escape, SECRET_NAMES)))
_FOLDED = rb"(?:\r?\n(?:\r\r\n)?(?:[ \t][^\r\n]*|[0-9A-Fa-f]+[ \t]*)(?=[\r\n]|\Z))*"
_AUTHORIZATION = re.compile(
    rb"(?im)^((?:proxy-)?authorization[ \t]*:[ \t]*(?:(?:basic|whm|cpanel|webmail|bearer)[ \t]+)?)"
    rb"[^\r\n]*" + _FOLDED
)
_PLAIN_HEADER = re.compile(rb"(?im)^((?:cookie|x-cpanel-otp)[ \t]*:[ \t]*)[^\r\n]*" + _FOLDED)
_SET_COOKIE = re.compile(rb"(?im)^(set-cookie[ \t]*:[ \t]*[^=;\r\n]*=)[^;\r\n]*")
_PRIVATE_KEY = re.compile(
    rb"-----BEGIN(?:[ +]|%20)(?:[A-Z]+(?:[ +]|%20))*PRIVATE(?:[ +]|%20)KEY-----"
    rb".*?(?:-----END[A-Z +%20]*-----|\Z)",
    re.DOTALL,
)
_PASSWORD_IN_URL = re.compile(rb"(://[^/\s:@]*:)[^/\s@]+(?=@)")
_TOKEN_IN_PATH = re.compile(rb"cpsess[0-9]+")
_PAIR_IN_URL = re.compile(rf"(?i)([?&](?:{_NAMES})=)[^&#\s\"'<>\\]+".encode())
_JSON_MEMBER = re.compile(
    rf'(?is)("(?:{_NAMES})"\s*:\s*)(?:"(?:[^"\\]|\\.)*(?:"|\Z)|[-0-9.e+]+)'.encode()
)
_XML_ELEMENT = re.compile(rf"(?i)(<({_NAMES})>)[^<]*".encode())
_MULTIPART = re.compile(rb"(?im)^content-type[ \t]*:[ \t]*(multipart/[^\r\n]*)")
_PART_NAME = re.compile(rb"(?i);[ \t]*name[*]?=(?:[^'\r\n;]*'[^'\r\n;]*')?\"?([^\"\r\n;]*)")
_PART_BLANK = re.compile(rb"\r?\n\r?\n")
_LONGEST_BOUNDARY = 300
_JSON_ESCAPE = re.compile(rb"\\u00([0-9A-Fa-f]{2})")
_FORM_STARTS = (b"{", b"<", b"--")


def hidden_request(
    head: bytes, body: bytes, *, more_names: Collection[str] = (), secrets: Iterable[str] = ()
) -> Recorded:
    """Return an HTTP request without its secrets.

    Args:
        head: request line and header lines with the empty line.
        body: the body, without chunks.
        more_names: names of parameters, in lower case, that are secret in this request.
        secrets: values that are secret, in clear.
    """
    line, end, fields = head[: LIMIT + _MARGIN].partition(b"\n")
    path, mark, query = line.partition(b"?")
    if mark:
        target, blank, version = query.rpartition(b" ")
        line = path + mark + _hidden_pairs(target, more_names) + blank + version
    shown_head = _hidden_headers(line + end + fields)
    shown_body = body[: LIMIT + _MARGIN]
    boundary = _boundary(head, shown_body)
    if boundary:
        shown_body = _hidden_parts(shown_body, boundary, more_names)
    elif not shown_body.lstrip().startswith(_FORM_STARTS):
        shown_body = _hidden_pairs(shown_body, more_names)
    return _finished(shown_head + shown_body, len(head) + len(body), secrets)


def hidden_answer(data: bytes, *, secrets: Iterable[str] = ()) -> Recorded:
    """Return an HTTP answer, head and body, without its secrets; *secrets* as above."""
    head, blank, body = data[: LIMIT + _MARGIN].partition(b"\r\n\r\n")
    return _finished(_hidden_headers(head) + blank + body, len(data), secrets)


def hidden_frame(data: bytes, *, secrets: Iterable[str] = ()) -> Recorded:
    """Return a LiveAPI frame, request or answer, without its secrets; *secrets* as above."""
    return _finished(data[: LIMIT + _MARGIN], len(data), secrets)


def _finished(data: bytes, length: int, secrets: Iterable[str]) -> Recorded:
    known = list(secrets)
    shown = _hidden_values(_hidden_everywhere(data), known)
    if _still_shows(shown, known):
        shown = _HIDDEN
    return Recorded(shown[:LIMIT], length, is_cut=length > LIMIT)


def _hidden_headers(head: bytes) -> bytes:
    head = _AUTHORIZATION.sub(rb"\1" + _HIDDEN, head)
    head = _PASSWORD_IN_URL.sub(rb"\1" + _HIDDEN, head)
    head = _PLAIN_HEADER.sub(rb"\1" + _HIDDEN, head)
    return _SET_COOKIE.sub(rb"\1" + _HIDDEN, head)


def _hidden_everywhere(data: bytes) -> bytes:
    if b"PRIVATE" in data:
        data = _PRIVATE_KEY.sub(b"(hidden private key)", data)
    if b"cpsess" in data:
        data = _TOKEN_IN_PATH.sub(b"cpsess" + _HIDDEN, data)
    data = _PAIR_IN_URL.sub(rb"\1" + _HIDDEN, data)
    data = _JSON_MEMBER.sub(rb'\1"' + _HIDDEN + b'"', data)
    return _XML_ELEMENT.sub(rb"\1" + _HIDDEN, data)


def _hidden_pairs(raw: bytes, more_names: Collection[str]) -> bytes:
    """Hide secret values in ``name=value&…``; names may be encoded."""
    return b"&".join(_hidden_pair(pair, more_names) for pair in raw.split(b"&"))


def _hidden_pair(pair: bytes, more_names: Collection[str]) -> bytes:
    raw_name, equals, value = pair.partition(b"=")
    name = unquote_plus(raw_name.decode("latin-1")).lower()
    if value and _is_secret(name, more_names):
        return raw_name + equals + _HIDDEN
    if name == "xmlin" and value:
        return raw_name + equals + _hidden_document(value, more_names)
    return pair


def _hidden_document(value: bytes, more_names: Collection[str]) -> bytes:
    """Hide secrets in the document of ``xmlin`` (``wire §2.9``), which is encoded as a whole."""
    if more_names:
        return _HIDDEN  # its arguments have positions instead of names
    text = unquote_plus(value.decode("latin-1")).encode()
    shown = _hidden_everywhere(text)
    return value if shown == text else quote(shown, safe="()").encode("ascii")


def _boundary(head: bytes, body: bytes) -> bytes:
    """Return the line that parts a multipart body, or ``b""``; the head tells it, or the body."""
    named = _MULTIPART.search(head)
    if named is not None:
        _, options = parse_options_header(named[1].decode("latin-1"))
        if options.get("boundary"):
            return b"--" + options["boundary"].encode("latin-1", "replace")
    line = body.lstrip()[:_LONGEST_BOUNDARY].partition(b"\n")[0].rstrip(b"\r")
    return line if line.startswith(b"--") and line != b"--" else b""


def _hidden_parts(body: bytes, boundary: bytes, more_names: Collection[str]) -> bytes:
    """Hide secret parts of a multipart body."""
    return boundary.join(_hidden_part(part, more_names) for part in body.split(boundary))


def _hidden_part(part: bytes, more_names: Collection[str]) -> bytes:
    blank = _PART_BLANK.search(part)
    if blank is None or blank.end() == len(part):
        return part
    names = _PART_NAME.findall(part, 0, blank.start())
    if not any(_is_secret(name.decode("latin-1").lower(), more_names) for name in names):
        return part
    line_end = part[len(part.rstrip(b"\r\n")) :]
    return part[: blank.end()] + _HIDDEN + line_end


def _is_secret(name: str, more_names: Collection[str]) -> bool:
    return name in SECRET_NAMES or name in more_names


def _hidden_values(data: bytes, secrets: Iterable[str]) -> bytes:
    for secret in sorted(secrets, key=len, reverse=True):
        for spelling in _spellings(secret):
            if spelling not in data:
                continue
            if len(secret) >= _SHORT:
                data = data.replace(spelling, _HIDDEN)
            else:
                alone = rb"(?<=[\"'>=,])" + re.escape(spelling) + rb"(?=[\"'<&,)]|\Z)"
                data = re.sub(alone, _HIDDEN, data)
    return data


def _still_shows(data: bytes, secrets: Iterable[str]) -> bool:
    """Whether a secret can be read off *data* once escapes are undone: letters may be escaped."""
    long_ones = [secret.encode("utf-8", "replace") for secret in secrets if len(secret) >= _SHORT]
    if not long_ones or not (b"%" in data or b"\\u00" in data):
        return False
    plain = unquote_to_bytes(data.replace(b"+", b" "))
    plain += _JSON_ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), data)
    return any(secret in plain for secret in long_ones)


def _spellings(secret: str) -> set[bytes]:
    """Return the ways in which a value may be written."""
    texts = {
        secret,
        quote(secret, safe=""),
        quote(secret),
        quote_plus(secret),
        html.escape(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
    }
    return {text.encode("utf-8", "replace") for text in texts}
