"""Data of every shape that an answer may carry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from cpanel_emu.call import Tree

any_text = st.text(st.characters(), max_size=20)
"""Any characters, halves of surrogate pairs and control characters among them."""

scalars: st.SearchStrategy[Tree] = st.none() | st.booleans() | st.integers() | any_text

trees: st.SearchStrategy[Tree] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3),
    max_leaves=8,
)

members: st.SearchStrategy[dict[str, Tree]] = st.dictionaries(any_text, trees, max_size=4)
