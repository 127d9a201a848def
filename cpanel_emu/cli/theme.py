"""``cpanel-emu theme``: the verbs that move a theme away from tags."""

from __future__ import annotations

from importlib.util import find_spec

import click

from cpanel_emu.cli.lazy_group import LazyGroup

_VERBS = {
    verb: (f"theme_{verb}", verb)
    for verb in ("check", "convert", "compare")
    if find_spec(f"cpanel_emu.cli.theme_{verb}") is not None
}


@click.group(cls=LazyGroup, verbs=_VERBS)
def theme() -> None:
    """Move a theme of tag pages to LiveAPI or Template Toolkit.

    "check" tells what its pages use and what is broken. No verb changes the theme itself.
    """
