"""How one text is written inside others: in a URL, in JSON, in XML.

A case writes ``{{name|url}}`` where the text of *name* stands encoded. So a key that came in a JSON
answer can be sent on in a form, and is still known to be the same key.
"""

from __future__ import annotations

import base64
import html
import json
import re
import urllib.parse
from collections.abc import Callable, Mapping, Sequence

_RAW = "surrogateescape"
"""Bytes that are not UTF-8 go through unchanged."""


def _url(text: str) -> str:
    return urllib.parse.quote(text, safe="", errors=_RAW)


def _url_in_small_letters(text: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), _url(text))


def _from_url(text: str) -> str:
    return urllib.parse.unquote(text, errors=_RAW)


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _json_ascii(text: str) -> str:
    return json.dumps(text)[1:-1]


def _slashed(spell: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: spell(text).replace("/", r"\/")


def _from_json(text: str) -> str:
    found = json.loads(f'"{text}"', strict=False)
    assert isinstance(found, str)
    return found


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", _RAW)).decode("ascii")


def _from_base64(text: str) -> str:
    return base64.b64decode(text).decode("utf-8", _RAW)


SPELLINGS: Mapping[str, tuple[Callable[[str], str], Callable[[str], str]]] = {
    "url": (_url, _from_url),
    "urlsmall": (_url_in_small_letters, _from_url),
    "form": (
        lambda text: urllib.parse.quote_plus(text, errors=_RAW),
        lambda text: urllib.parse.unquote_plus(text, errors=_RAW),
    ),
    "json": (_json, _from_json),
    "jsonslash": (_slashed(_json), _from_json),
    "jsonascii": (_json_ascii, _from_json),
    "jsonphp": (_slashed(_json_ascii), _from_json),
    "xml": (html.escape, html.unescape),
    "crlf": (
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\r\n", "\n"),
    ),
    "base64": (_base64, _from_base64),
}
"""Spelling → to it and back from it.

``urlsmall`` has ``%3a`` where ``url`` has ``%3A``, as session names do (``wire §3.2``).
JSON has four: with or without ``\\/``, and with letters beyond ASCII as such or as escapes;
``jsonphp`` has both, as PHP writes it.
"""


def spelled(text: str, spellings: Sequence[str]) -> str:
    """Return *text* in the first spelling, that in the second, and so on.

    Raises:
        KeyError: there is no such spelling.
    """
    for spelling in spellings:
        text = SPELLINGS[spelling][0](text)
    return text


def unspelled(text: str, spellings: Sequence[str]) -> str:
    """Return what reads *text* in those *spellings*.

    Raises:
        KeyError: there is no such spelling.
        ValueError: *text* is not spelled so.
    """
    for spelling in reversed(spellings):
        text = SPELLINGS[spelling][1](text)
    return text
