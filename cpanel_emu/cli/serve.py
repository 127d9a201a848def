"""``cpanel-emu serve``: the server in the foreground."""

from __future__ import annotations

from collections.abc import Iterable

import click

from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.seeding import holders_of_published_secrets
from cpanel_emu.cli.common import emulator_options, resolved
from cpanel_emu.emulator import Emulator
from cpanel_emu.liveapi.standing import standing_path
from cpanel_emu.options import Options
from cpanel_emu.root import Root
from cpanel_emu.server.ending import Ending
from cpanel_emu.server.endpoints import Endpoint
from cpanel_emu.server.long_lived import spare_the_collector


@click.command()
@emulator_options()
def serve(**flags: object) -> None:
    """Run the server until SIGTERM or Ctrl-C.

    Prints one line per listening URL and one for the LiveAPI socket, then "ready" when it answers.

    Examples:
      cpanel-emu serve
      cpanel-emu serve --emulate-version 11.32 --root /tmp/emulated
      cpanel-emu serve --theme mytheme --stubs mystubs --strict

    Each option is also a variable, CPANEL_EMU_EMULATE_VERSION, and a key in the file of --config.
    """
    ending = Ending()
    options = resolved(flags)
    # A server that could only refuse would be taken for one that works.
    Root.create(options.root).check_writable()
    if options.workers == 1:
        _serve_alone(options, ending)
    else:
        _serve_together(options, ending)


def _serve_alone(options: Options, ending: Ending) -> None:
    with Emulator.with_options(options) as server:
        server.open_doors()
        spare_the_collector()
        _tell_ready(options, server.endpoints)
        ending.wait()


def _serve_together(options: Options, ending: Ending) -> None:
    # Not at the top: one process is the rule, and needs nothing of it.
    from cpanel_emu.server.processes import Processes  # noqa: PLC0415

    with Processes(options) as processes:
        _tell_ready(options, processes.endpoints)
        processes.wait(ending)


def _tell_ready(options: Options, endpoints: Iterable[Endpoint]) -> None:
    for endpoint in endpoints:
        click.echo(f"{endpoint.service:<6} {endpoint.url}")
    path = standing_path(options)
    if path is not None:
        click.echo(f"liveapi {path}")
    if not options.is_loopback:
        _warn_of_published_secrets(options)
    click.echo("ready")


def _warn_of_published_secrets(options: Options) -> None:
    holders = holders_of_published_secrets(AccountDirectory(Root.create(options.root)))
    if holders:
        click.echo(
            f"The published demo credentials of {', '.join(holders)} are refused on this address; "
            "give --seed with your own.",
            err=True,
        )
