"""``cpanel-emu theme``: the verbs that move a theme away from tags."""

from __future__ import annotations

import click

from cpanel_emu.cli.lazy_group import LazyGroup

_VERBS = {verb: (f"theme_{verb}", verb) for verb in ("check", "convert", "compare")}


@click.group(cls=LazyGroup, verbs=_VERBS)
def theme() -> None:
    """Move a theme of tag pages to LiveAPI or Template Toolkit.

    "check" tells what its pages use and what is broken, "convert" writes them anew into another
    folder, "compare" proves that old and new pages show the same. No verb changes the theme itself.
    """
