from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu.testing.ordering import arranged

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def shuffled(value: Any, generator: random.Random) -> Any:
    if isinstance(value, dict):
        members = [(name, shuffled(member, generator)) for name, member in value.items()]
        generator.shuffle(members)
        return dict(members)
    if isinstance(value, list):
        return [shuffled(item, generator) for item in value]
    return value


@given(VALUES, st.integers(), st.sampled_from([None, 2]), st.booleans())
def test_members_go_where_they_stand_in_the_other(
    value: Any, seed: int, indent: int | None, escaped: bool
) -> None:
    like = json.dumps(value, indent=indent, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    other = json.dumps(
        shuffled(value, random.Random(seed)), indent=indent, ensure_ascii=escaped
    ).encode("utf-8", "surrogatepass")
    assert arranged(other, like) == like


NOISE = st.text('{}[],:"a1 \n<>/', max_size=40).map(str.encode)


@given(NOISE, NOISE)
def test_nothing_is_lost_or_made(answer: bytes, like: bytes) -> None:
    assert sorted(arranged(answer, like)) == sorted(answer)
    assert arranged(answer, answer) == answer


@pytest.mark.parametrize(
    ("answer", "like", "result"),
    [
        (b'{"b":1,"a":2}\n', b'{"a":2,"b":1}\n', b'{"a":2,"b":1}\n'),
        # Numbers, escapes and texts keep their spelling.
        (b'{"b":1.0,"a":"\\/"}', b'{"a":"/","b":1}', b'{"a":"\\/","b":1.0}'),
        # What the other lacks comes last; what is missing stays missing.
        (b'{"c":1,"b":2}', b'{"a":0,"b":0}', b'{"b":2,"c":1}'),
        # Lists keep their order, their rows do not.
        (b'[{"b":1,"a":2},3]', b'[{"a":0,"b":0},4]', b'[{"a":2,"b":1},3]'),
        # Names in braces stand for a value, or within one.
        (b'{"b":5,"a":"x7"}', b'{"a":"x{{n}}","b":{{t|json}}}', b'{"a":"x7","b":5}'),
        # The same member twice.
        (b'{"a":1,"b":2,"a":3}', b'{"b":0,"a":0,"a":0}', b'{"b":2,"a":1,"a":3}'),
        # XML: elements of one name are a list.
        (
            b"<?xml ?>\n<r>\n <b>1</b>\n <a>2</a>\n <b>3</b>\n</r>\n",
            b"<?xml ?>\n<r>\n <a>0</a>\n <b>0</b>\n <b>0</b>\n</r>\n",
            b"<?xml ?>\n<r>\n <a>2</a>\n <b>1</b>\n <b>3</b>\n</r>\n",
        ),
        (
            b"<r><b/><a><d/><c/></a></r>",
            b"<r><a><c/><d/></a><b/></r>",
            b"<r><a><c/><d/></a><b/></r>",
        ),
        # What cannot be read is left alone.
        (b'{"b":1,"a":2', b'{"a":2,"b":1}', b'{"b":1,"a":2'),
        (b'<p class="x">1</p>', b"<p>1</p>", b'<p class="x">1</p>'),
        (b"[" * 5000, b"[" * 5000, b"[" * 5000),
        (b"<a>" * 5000, b"<a>", b"<a>" * 5000),
        (b"", b"", b""),
    ],
)
def test_examples(answer: bytes, like: bytes, result: bytes) -> None:
    assert arranged(answer, like) == result
