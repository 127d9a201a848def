"""Bring the members of an answer into the order of another, without changing anything else.

Real servers order members at random (``wire §5.2``), in JSON and in XML. What is only rearranged
can then be compared byte by byte like any other answer: nothing but the order is forgiven, not the
spelling of a number, an escape or a blank.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cpanel_emu.testing.placeholders import NAME

_DEEPEST = 100
_BLANK = re.compile(rb"[ \t\r\n]*")
_CLOSING = re.compile(rb"[ \t\r\n]*[\]}]")
_SCALAR = re.compile(rb'(?:"(?:[^"\\]|\\.)*"|' + NAME.pattern + rb"|[-+.A-Za-z0-9])+", re.DOTALL)
_OPENING = re.compile(rb"<([A-Za-z_][^\s<>/]*)(/?)>")
_TEXT = re.compile(rb"[^<]*")
_PROLOGUE = re.compile(rb"\s*(?:<\?[^>]*\?>\s*)?")


class _UnreadableError(Exception):
    """Neither JSON nor plain XML; it is compared as it is."""


@dataclass(frozen=True, slots=True)
class _Tree:
    """A value: its start, its members with their names, and its end.

    *gaps* stand before the members, commas and blanks; they stay where they are.
    """

    start: bytes
    members: tuple[tuple[bytes, _Tree], ...] = ()
    gaps: tuple[bytes, ...] = ()
    end: bytes = b""

    def joined(self) -> bytes:
        pairs = zip(self.gaps, self.members, strict=True)
        return self.start + b"".join(gap + each[1].joined() for gap, each in pairs) + self.end

    def ordered(self, like: _Tree) -> _Tree:
        """Return this with the order of *like*, members that it lacks last."""
        twins = _numbered(like)
        places = {name: place for place, name in enumerate(twins)}
        named = _numbered(self)
        order = sorted(named, key=lambda name: places.get(name, len(places)))
        members = tuple(
            (name[0], named[name].ordered(twins[name]) if name in twins else named[name])
            for name in order
        )
        return _Tree(self.start, members, self.gaps, self.end)

    def within(self, before: bytes, after: bytes) -> _Tree:
        """Return this with more around it."""
        return _Tree(before + self.start, self.members, self.gaps, self.end + after)


def _numbered(tree: _Tree) -> dict[tuple[bytes, int], _Tree]:
    """Return the members by name and by which of that name it is: a list keeps its order."""
    counted: dict[bytes, int] = {}
    named: dict[tuple[bytes, int], _Tree] = {}
    for name, member in tree.members:
        counted[name] = number = counted.get(name, 0) + 1
        named[name, number] = member
    return named


def arranged(answer: bytes, like: bytes) -> bytes:
    """Return *answer* with its members in the order that they have in *like*.

    What is neither JSON nor XML, or nested beyond reason, is returned as it is.
    """
    read = _read_xml if _PROLOGUE.sub(b"", like, count=1).startswith(b"<") else _read_json
    try:
        return read(answer).ordered(read(like)).joined()
    except _UnreadableError:
        return answer


def _read_json(data: bytes) -> _Tree:
    start = _match(_BLANK, data, 0)
    tree, end = _json_value(data, start, 0)
    return tree.within(data[:start], data[end:])


def _json_value(data: bytes, at: int, depth: int) -> tuple[_Tree, int]:
    """Read the value that begins at *at*; return it and where it ends."""
    scalar = _SCALAR.match(data, at)
    if scalar is not None:
        return _Tree(scalar[0]), scalar.end()
    if depth > _DEEPEST or data[at : at + 1] not in (b"{", b"["):
        raise _UnreadableError
    if _CLOSING.match(data, at + 1):
        end = _match(_CLOSING, data, at + 1)
        return _Tree(data[at:end]), end
    return _json_members(data, at, depth + 1)


def _json_members(data: bytes, opening: int, depth: int) -> tuple[_Tree, int]:
    """Read the object or list whose bracket is at *opening*."""
    is_object = data[opening : opening + 1] == b"{"
    members: list[tuple[bytes, _Tree]] = []
    gaps: list[bytes] = []
    last, behind_comma = opening + 1, opening + 1
    while True:
        start = _match(_BLANK, data, behind_comma)
        gaps.append(data[last:start])
        name, value = _json_name(data, start) if is_object else (b"", start)
        member, last = _json_value(data, value, depth)
        members.append((name, member.within(data[start:value], b"")))
        comma = _match(_BLANK, data, last)
        if data[comma : comma + 1] != b",":
            break
        behind_comma = comma + 1
    if not _CLOSING.match(data, last):
        raise _UnreadableError
    end = _match(_CLOSING, data, last)
    tree = _Tree(data[opening : opening + 1], tuple(members), tuple(gaps), data[last:end])
    return tree, end


def _json_name(data: bytes, at: int) -> tuple[bytes, int]:
    """Return the name of a member, and where its value begins."""
    name = _SCALAR.match(data, at)
    if name is None:
        raise _UnreadableError
    colon = _match(_BLANK, data, name.end())
    if data[colon : colon + 1] != b":":
        raise _UnreadableError
    return name[0], _match(_BLANK, data, colon + 1)


def _read_xml(data: bytes) -> _Tree:
    start = _match(_PROLOGUE, data, 0)
    _, tree, end = _xml_element(data, start, 0)
    return tree.within(data[:start], data[end:])


def _xml_element(data: bytes, at: int, depth: int) -> tuple[bytes, _Tree, int]:
    """Read the element that begins at *at*; return its name, it, and where it ends."""
    opening = _OPENING.match(data, at)
    if opening is None or depth > _DEEPEST:
        raise _UnreadableError
    if opening[2]:
        return opening[1], _Tree(opening[0]), opening.end()
    closing = b"</" + opening[1] + b">"
    members: list[tuple[bytes, _Tree]] = []
    gaps: list[bytes] = []
    last = opening.end()
    while True:
        start = _match(_TEXT, data, last)
        if data.startswith(closing, start):
            end = start + len(closing)
            tree = _Tree(opening[0], tuple(members), tuple(gaps), data[last:end])
            return opening[1], tree, end
        gaps.append(data[last:start])
        name, member, last = _xml_element(data, start, depth + 1)
        members.append((name, member))


def _match(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    """Return where what *pattern* finds at *at* ends; it always finds something, or nothing."""
    found = pattern.match(data, at)
    assert found is not None
    return found.end()
