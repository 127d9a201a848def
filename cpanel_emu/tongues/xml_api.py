"""XML as the emulated server lays it out (``wire §6.1``).

Written out by hand: the layout, ``&quot;`` in text and the replacement of characters that XML
cannot carry are the protocol's own, and no serialiser offers them. Reading XML is another
matter; that is left to a parser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from cpanel_emu.call import Tree
from cpanel_emu.tongues.envelopes import Envelope

DECLARATION = '<?xml version="1.0" ?>\n'

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# XML 1.0's name characters, without the colon, which means something else by now.
_AT_START = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_BAD_AT_START = re.compile(f"[^{_AT_START}]")
_BAD_IN_NAME = re.compile(f"[^{_AT_START}0-9.\xb7\u0300-\u036f\u203f\u2040-]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})


def encode(envelope: Envelope) -> bytes:
    """Return the body of an XML answer: declaration, ``cpanelresult``, members, final LF."""
    members = envelope.members
    if envelope.xml_order:
        members = {name: members[name] for name in envelope.xml_order if name in members}
    lines = _element("cpanelresult", members, 0, ordered=bool(envelope.xml_order))
    return (DECLARATION + "".join(lines)).encode("utf-8", "replace")


def encode_native(name: str, members: Mapping[str, Tree]) -> bytes:
    """Return a native WHM answer: no declaration, the function's *name* as root (``wire §8``)."""
    return "".join(_element(name, members, 0, ordered=True)).encode("utf-8", "replace")


def _element(name: str, value: Tree, depth: int, *, ordered: bool) -> Iterator[str]:
    margin = "  " * depth
    tag = element_name(name)
    if isinstance(value, Mapping):
        if not value:
            yield f"{margin}<{tag}></{tag}>\n"
            return
        yield f"{margin}<{tag}>\n"
        for key in value if ordered else sorted(value):
            yield from _member(key, value[key], depth + 1, ordered=ordered)
        yield f"{margin}</{tag}>\n"
    else:
        yield f"{margin}<{tag}>{text(value)}</{tag}>\n"


def _member(name: str, value: Tree, depth: int, *, ordered: bool) -> Iterator[str]:
    """Spell one member; a list is its elements side by side, an empty one nothing."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        for item in _flat(value):
            yield from _element(name, item, depth, ordered=ordered)
    else:
        yield from _element(name, value, depth, ordered=ordered)


def _flat(items: Iterable[Tree]) -> Iterator[Tree]:
    for item in items:
        if isinstance(item, Sequence) and not isinstance(item, str):
            yield from _flat(item)
        else:
            yield item


def text(value: Tree) -> str:
    """Return a leaf's text: escaped, what XML cannot carry as U+FFFD, null empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return _NOT_XML.sub("\ufffd", str(value)).translate(_ESCAPES)


def element_name(key: str) -> str:
    """Return *key* as an element name: bad characters as ``_``, a bad first gets one before it."""
    name = _BAD_IN_NAME.sub("_", key)
    return f"_{name}" if not name or _BAD_AT_START.match(name) else name
