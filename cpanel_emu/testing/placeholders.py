"""Names in double braces that stand for text in requests and expected answers.

Only declared names count; anything else in braces is plain text, so page templates need no
escapes. There are two kinds:

* *values* are known beforehand (the ``Server`` line of a release, a repeated letter);
* *volatile* names are known only once an answer has come (tokens, session names). Each has a
  pattern. Where such a name first occurs, the answer's text must match the pattern and is
  remembered; where it occurs again, in later answers or requests of the same case, the very
  same text must stand. So identity is checked although the text cannot be known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_NAME = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}")
_NAME_BYTES = re.compile(rb"\{\{([a-z][a-z0-9_]*)\}\}")


@dataclass(frozen=True, slots=True)
class Names:
    """The declared names of one run of a case.

    ``known`` grows when a volatile name is first met.
    """

    known: dict[str, str] = field(default_factory=dict)
    volatile: Mapping[str, str] = field(default_factory=dict)

    def fill(self, text: str) -> str:
        """Return *text* with every known name replaced."""
        return _NAME.sub(lambda found: self.known.get(found[1], found[0]), text)

    def fill_bytes(self, data: bytes) -> bytes:
        """Return *data* with every known name replaced by its text in UTF-8."""
        return _NAME_BYTES.sub(
            lambda found: self.known.get(found[1].decode(), found[0].decode()).encode(), data
        )

    def resolve(self, template: bytes, actual: bytes) -> bytes:
        """Return *template* as it should read, given that *actual* came.

        Volatile names take their text from *actual*, provided that everything before them is
        equal; a name that cannot be resolved stays in braces, so that it shows as a difference.
        """
        resolved = bytearray()
        start = 0
        for found in _NAME_BYTES.finditer(template):
            resolved += template[start : found.start()]
            resolved += self._text_for(found[1].decode(), bytes(resolved), actual)
            start = found.end()
        return bytes(resolved + template[start:])

    def _text_for(self, name: str, before: bytes, actual: bytes) -> bytes:
        if name not in self.known and name in self.volatile and actual.startswith(before):
            pattern = re.compile(self.volatile[name].encode())
            matched = pattern.match(actual, len(before))
            if matched is not None:
                self.known[name] = matched[0].decode()
        return self.known[name].encode() if name in self.known else b"{{" + name.encode() + b"}}"
