"""``cpanel-emu``: the verbs. What a verb does stands in a module of its own."""

from __future__ import annotations

import importlib

import click

from cpanel_emu import __version__
from cpanel_emu.cli.common import run
from cpanel_emu.releases import RELEASES

_VERBS = {
    "account": ("accounts", "account"),
    "coverage": ("coverage", "coverage"),
    "demo": ("demo", "demo"),
    "link": ("link", "link"),
    "render": ("render", "render"),
    "serve": ("serve", "serve"),
    "token": ("accounts", "token"),
}
"""Verb → module and command; imported when asked for, so that each verb starts fast."""


class _Verbs(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_VERBS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in _VERBS:
            module, name = _VERBS[cmd_name]
            loaded = importlib.import_module(f"cpanel_emu.cli.{module}")
            command: click.Command = getattr(loaded, name)
            return command
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
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
