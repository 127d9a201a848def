"""``cpanel-emu``: the verbs. What a verb does stands in a module of its own."""

from __future__ import annotations

import click

from cpanel_emu import __version__
from cpanel_emu.cli.common import run
from cpanel_emu.cli.lazy_group import LazyGroup
from cpanel_emu.releases import RELEASES

_VERBS = {
    "account": ("accounts", "account"),
    "coverage": ("coverage", "coverage"),
    "demo": ("demo", "demo"),
    "fixtures": ("fixtures", "fixtures"),
    "link": ("link", "link"),
    "render": ("render", "render"),
    "serve": ("serve", "serve"),
    "theme": ("theme", "theme"),
    "token": ("accounts", "token"),
}


@click.group(cls=LazyGroup, verbs=_VERBS, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Emulate the deprecated cPanel API 2, its XML variant and its tag templates.

    Try "cpanel-emu demo" first: it makes one certificate signing request through every way in
    and shows each exact answer. "cpanel-emu serve" runs a server for your own programs.
    """


@cli.command()
def version() -> None:
    """Print the version, and the releases that can be emulated."""
    click.echo(f"cpanel-emu {__version__}")
    click.echo(f"emulates: {', '.join(RELEASES)}")


def main() -> None:
    """Run ``cpanel-emu``."""
    run(cli)
