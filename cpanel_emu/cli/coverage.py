"""``cpanel-emu coverage``: every known function, by way in and release."""

from __future__ import annotations

import click

from cpanel_emu.cli.common import emulator_options, resolved
from cpanel_emu.functions.coverage import text_table
from cpanel_emu.functions.stubs import stub_functions
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.releases import RELEASES


@click.command(short_help="Show which functions answer, by way in and release.")
@emulator_options("stubs", "config")
def coverage(**flags: object) -> None:
    """Show which functions are implemented, stubbed or unknown, by way in and release.

    The stubs of --stubs are counted too.
    """
    options = resolved(flags)
    registry = REGISTRY
    if options.stubs is not None:
        registry = REGISTRY.with_stubs(stub_functions(options.stubs))
    click.echo(text_table(registry, list(RELEASES.values())), nl=False)
