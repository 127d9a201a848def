"""``cpanel-emu fixtures``: golden cases checked, rewritten and recorded."""

from __future__ import annotations

import click

from cpanel_emu.cli.fixtures_record import record
from cpanel_emu.cli.fixtures_update import update
from cpanel_emu.cli.fixtures_verify import verify
from cpanel_emu.cli.lazy_group import LazyGroup


@click.group(cls=LazyGroup, short_help="Check answers against golden files.")
def fixtures() -> None:
    """Check answers against golden files, rewrite them, or record them from a real server.

    A folder of golden cases holds requests and the exact answers that must come back. The manual's
    page "Golden files" tells how to write one by hand; "record" makes one.
    """


fixtures.add_command(verify)
fixtures.add_command(update)
fixtures.add_command(record)
