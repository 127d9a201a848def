"""Conditions of blocks, as text and over LiveAPI (``tags §6``)."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz.tag_words import TAG_WORDS
from tests.fuzz.target import Check, Target, as_text, joined, parts
from tests.tags.setting import Site


def _check(site: Site, data: bytes) -> None:
    test, word = (as_text(part) for part in parts(data, 2))
    page = site.renderer.open("demo/p.html", site.values(), site.calls)
    assert page.condition(test) is page.condition(test)
    page.feature(test)
    assert isinstance(page.word("print", word), str)
    assert isinstance(page.word("setvar", f"a={word}"), str)


@contextlib.contextmanager
def _opened() -> Iterator[Check]:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder) / "x3")
        yield lambda data: _check(site, data)


TARGET = Target(
    about="conditions and words of any text: an answer, and twice the same",
    opened=_opened,
    covers=(
        "cpanel_emu.tags.conditions",
        "cpanel_emu.tags.condition_compiler",
        "cpanel_emu.tags.expressions",
        "cpanel_emu.tags.expression_tree",
        "cpanel_emu.tags.word_compiler",
    ),
    words=TAG_WORDS,
    seeds=(
        b"$user == 'user' && !($FORM{'x'} =gt= 1 || version-11.32)",
        joined(b"Demo::rows('host=a.example') == 1", b"$CPDATA{'DNS'}"),
    ),
)
