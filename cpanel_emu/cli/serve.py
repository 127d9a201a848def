"""``cpanel-emu serve``: the server in the foreground."""

from __future__ import annotations

import signal
import threading

import click

from cpanel_emu.accounts.seeding import holders_of_published_secrets
from cpanel_emu.cli.common import emulator, emulator_options


@click.command()
@emulator_options
def serve(**flags: object) -> None:
    """Run the server until SIGTERM or Ctrl-C.

    Prints one line per listening URL, then "ready" when it answers.
    """
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with emulator(flags) as server:
        server.open_doors()
        for endpoint in server.endpoints:
            click.echo(f"{endpoint.service:<6} {endpoint.url}")
        if not server.options.is_loopback:
            _warn_of_published_secrets(holders_of_published_secrets(server.accounts))
        click.echo("ready")
        ended.wait()


def _warn_of_published_secrets(holders: tuple[str, ...]) -> None:
    if holders:
        click.echo(
            f"The published demo credentials of {', '.join(holders)} are refused on this address; "
            "give --seed with your own.",
            err=True,
        )
