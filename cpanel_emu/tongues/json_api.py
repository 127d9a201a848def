"""JSON as the emulated server spells it: compact, raw UTF-8 (``wire §5.1``, ``wire §5.3``)."""

from __future__ import annotations

import json

from cpanel_emu.call import Tree, whole_text
from cpanel_emu.tongues.envelopes import Envelope

_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False
).encode


def dump(tree: Tree) -> str:
    """Return *tree* as compact JSON text; U+007F and above stay raw (``wire §5.3``)."""
    return _encode(tree)


def root(envelope: Envelope) -> Tree:
    """Return what the JSON text holds: the members, under ``cpanelresult`` if they are wrapped."""
    return {"cpanelresult": envelope.members} if envelope.wrapped else envelope.members


def encode(envelope: Envelope) -> bytes:
    """Return the body of a JSON answer, with its line end if it has one."""
    return encode_tree(root(envelope), line_end=envelope.line_end)


def encode_tree(tree: Tree, *, line_end: bool) -> bytes:
    """Return the body of an answer that travels without an envelope (``wire §7``, ``wire §8``)."""
    text = _encode(tree)
    if line_end:
        text += "\n"
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return whole_text(text).encode("utf-8")
