"""``jsonpretty`` as the command line prints it (``liveapi_cli §2.3``).

Members keep the order of the envelope. Pure: data in, text out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from cpanel_emu.call import Tree


def dump(tree: Tree) -> str:
    """Return *tree* as JSON, three blanks a level, `` : `` after a key, LF at the end.

    Strings are spelled as in compact JSON (``wire §5.3``).
    """
    return (
        json.dumps(tree, ensure_ascii=False, indent=3, separators=(",", " : "), default=_builtin)
        + "\n"
    )


def _builtin(value: Mapping[str, Tree] | Sequence[Tree]) -> dict[str, Tree] | list[Tree]:
    """Return a mapping or sequence of any class as the class that `json` knows."""
    return dict(value) if isinstance(value, Mapping) else list(value)
