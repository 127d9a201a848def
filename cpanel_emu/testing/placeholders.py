"""Names in double braces that stand for text in requests and expected answers.

Only declared names count; anything else in braces is plain text, so page templates need no
escapes. There are two kinds:

* *values* are known beforehand (the ``Server`` line of a release, a repeated letter, a secret);
* *volatile* names are known only once an answer has come (tokens, session names). Each has a
  pattern. Where such a name first occurs, the answer's text must match the pattern and is
  remembered; where it occurs again, in later answers or requests of the same case, the very
  same text must stand. So identity is checked although the text cannot be known.

A name may be followed by how its text is spelled there: ``{{key|json}}``, see `spellings`.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cpanel_emu.testing.spellings import SPELLINGS, spelled, unspelled

_SPELLING = f"(?:\\|(?:{'|'.join(SPELLINGS)}))*"
NAME = re.compile(rf"\{{\{{([a-z][a-z0-9_]*)({_SPELLING})\}}\}}".encode())
"""A name in braces: group 1 the name, group 2 its spellings, each with a bar before it."""


def spellings_of(found: re.Match[bytes]) -> tuple[str, ...]:
    """Return the spellings of a match of `NAME`."""
    return tuple(found[2].decode("ascii").split("|")[1:])


@dataclass(frozen=True, slots=True)
class Names:
    """The declared names of one run of a case.

    ``known`` grows when a volatile name is first met.
    """

    known: dict[str, str] = field(default_factory=dict)
    volatile: Mapping[str, str] = field(default_factory=dict)

    def fill(self, text: str) -> str:
        """Return *text* with every known name replaced."""
        return self.fill_bytes(text.encode("utf-8", "surrogateescape")).decode(
            "utf-8", "surrogateescape"
        )

    def fill_bytes(self, data: bytes) -> bytes:
        """Return *data* with every known name replaced by its text in UTF-8."""
        return NAME.sub(self._known_text, data)

    def resolve(self, template: bytes, actual: bytes) -> bytes:
        """Return *template* as it should read, given that *actual* came.

        Volatile names take their text from *actual*, provided that everything before them is
        equal; a name that cannot be resolved stays in braces, so that it shows as a difference.
        """
        resolved = bytearray()
        start = 0
        for found in NAME.finditer(template):
            resolved += template[start : found.start()]
            self._meet(found, resolved, actual)
            resolved += self._known_text(found)
            start = found.end()
        return bytes(resolved + template[start:])

    def learn(self, found: re.Match[bytes], text: bytes) -> None:
        """Remember *text* as what the volatile name *found* stands for, if it is spelled so."""
        read = text.decode("utf-8", "surrogateescape")
        with contextlib.suppress(ValueError):
            self.known[found[1].decode("ascii")] = unspelled(read, spellings_of(found))

    def _known_text(self, found: re.Match[bytes]) -> bytes:
        text = self.known.get(found[1].decode("ascii"))
        if text is None:
            return found[0]
        return spelled(text, spellings_of(found)).encode("utf-8", "surrogateescape")

    def _meet(self, found: re.Match[bytes], before: bytearray, actual: bytes) -> None:
        name = found[1].decode("ascii")
        if name in self.known or name not in self.volatile or not actual.startswith(before):
            return
        matched = re.compile(self.volatile[name].encode()).match(actual, len(before))
        if matched is not None:
            self.learn(found, matched[0])
