"""The XML form of a call: a ``<cpanelaction>`` document (``wire §2.9``). Pure; never raises."""

from __future__ import annotations

from collections.abc import Mapping
from xml.parsers import expat

from cpanel_emu.call import Tree

_LARGEST = 1 << 20
_MOST_ELEMENTS = 10_000
"""Bounds of a document: a call has some dozens of arguments, each of some kilobytes at most."""


def read_xml_action(document: bytes) -> Mapping[str, Tree] | None:
    """Return the members of the action, or ``None`` if *document* is not one or has a DOCTYPE.

    One of more than a mebibyte or ten thousand elements is none either (CHOICE).

    The members are ``reqtype``, ``module``, ``func`` and ``apiversion`` as far as they occur,
    as text, and ``args``: a hash if its element has named children, else the list of the texts
    of all ``args`` elements.
    """
    if len(document) > _LARGEST:
        return None
    collector = _Collector()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = collector.start
    parser.CharacterDataHandler = collector.text
    parser.EndElementHandler = collector.end
    try:
        parser.Parse(document.decode("utf-8", "replace").encode(), True)
    except (expat.ExpatError, _RefusedError):
        return None
    return collector.members()


class _RefusedError(Exception):
    """A document is too large, or declares a type, which can hide entities; no client does."""


def _refuse_doctype(*_declaration: object) -> None:
    raise _RefusedError


class _Collector:
    """Gathers the texts of the elements that count, by their path."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._texts: list[list[str]] = []
        self._root = ""
        self._plain: dict[str, str] = {}
        self._named: dict[str, str] = {}
        self._positional: list[str] = []
        self._elements = 0

    def start(self, name: str, _attributes: object) -> None:
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise _RefusedError
        self._path.append(name)
        self._texts.append([])
        self._root = self._root or name

    def text(self, piece: str) -> None:
        self._texts[-1].append(piece)

    def end(self, _name: str) -> None:
        text = "".join(self._texts.pop())
        match self._path:
            case [_, "args", name]:
                self._named[name] = text
            case [_, "args"]:
                self._positional.append(text)
            case [_, name]:
                self._plain[name] = text
        self._path.pop()

    def members(self) -> Mapping[str, Tree] | None:
        if self._root != "cpanelaction":
            return None
        return {**self._plain, "args": self._named or self._positional}
