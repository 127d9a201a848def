"""HTML as a browser understands it, for ``--as html``.

Two pages are equal if their documents are. These make no difference:

* the order of attributes, how they are quoted, white space and line ends inside a tag;
* upper or lower case of the names of elements and attributes;
* how a character is written: ``&eacute;``, ``&#233;`` or itself;
* end tags that HTML lets a page leave out, and ``/`` at the end of a tag;
* comments;
* how much white space stands between words, and any at the edge of a block element (``div``, ``p``,
  ``td`` …), but not inside ``pre``, ``textarea``, ``script`` and ``style``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

_KEPT = frozenset({"pre", "textarea", "script", "style", "xmp", "listing"})
_INLINE = frozenset(
    {
        "a", "abbr", "acronym", "b", "bdo", "big", "button", "cite", "code", "del", "dfn", "em",
        "font", "i", "iframe", "img", "input", "ins", "kbd", "label", "map", "meter", "object",
        "output", "progress", "q", "s", "samp", "select", "small", "span", "strike", "strong",
        "sub", "sup", "textarea", "time", "tt", "u", "var", "br", "wbr",
    }
)  # fmt: skip
_SHOWN = frozenset(
    {"button", "iframe", "img", "input", "meter", "object", "progress", "select", "textarea"}
)
"""Inline elements that are something to see by themselves: blanks on both sides of one count."""
_BLANKS = re.compile("[ \t\r\n\f]+")
_DOCTYPE = re.compile(rb"(?is)\s*(?:<!--.*?-->\s*)*<!doctype\s+([^>]*)>")
_EDGE = "\0"
"""Stands for the edge of a block while blanks are dropped; no text of a document holds it."""


def document_lines(body: bytes) -> list[str]:
    """Return the document of *body* as lines, one for each tag and each text; equal if it is."""
    doctype = _DOCTYPE.match(body)
    lines = []
    if doctype is not None:
        name = _BLANKS.sub(" ", doctype[1].decode("utf-8", "backslashreplace")).strip()
        lines.append(f"<!DOCTYPE {name.lower()}>")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, huge_tree=True)
    try:
        root = etree.fromstring(body, parser) if body.strip() else None
    except etree.LxmlError:
        root = None
    if root is None:
        return [*lines, *body.decode("utf-8", "backslashreplace").split()]
    return lines + list(_joined(_pieces(root)))


def _pieces(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield tags and texts in the order of the document, with edges of blocks between them."""
    kept = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if not isinstance(element.tag, str):
            if event == "end" and element.tail:
                yield ("kept" if kept else "text", element.tail)
            continue
        if event == "start":
            yield from _edge(element.tag)
            attributes = "".join(
                f' {name}="{value}"' for name, value in sorted(element.attrib.items())
            )
            yield "tag", f"<{element.tag}{attributes}>"
            yield from _edge(element.tag)
            kept += element.tag in _KEPT
            if element.text:
                yield ("kept" if kept else "text", element.text)
        else:
            kept -= element.tag in _KEPT
            yield from _edge(element.tag)
            yield "tag", f"</{element.tag}>"
            yield from _edge(element.tag)
            if element.tail:
                yield ("kept" if kept else "text", element.tail)


def _edge(name: str) -> Iterator[tuple[str, str]]:
    if name not in _INLINE:
        yield "edge", _EDGE


def _joined(pieces: Iterator[tuple[str, str]]) -> Iterator[str]:
    """Yield lines: neighbouring texts are one, blanks are folded, those at edges are dropped."""
    text = ""
    at_edge = True
    for kind, piece in pieces:
        if kind == "text":
            text += piece
            continue
        folded = _BLANKS.sub(" ", text)
        if at_edge:
            folded = folded.removeprefix(" ")
        if kind == "edge":
            folded = folded.removesuffix(" ")
        if folded:
            yield folded
            at_edge = folded.endswith(" ")
        text = ""
        if kind == "edge":
            at_edge = True
            continue
        yield piece
        if kind == "kept" or _name(piece) in _SHOWN:
            at_edge = False
    if text.strip():
        yield _BLANKS.sub(" ", text).strip()


def _name(tag: str) -> str:
    return re.split("[ >]", tag.lstrip("</"), maxsplit=1)[0]
