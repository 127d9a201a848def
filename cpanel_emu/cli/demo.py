"""``cpanel-emu demo``: one CSR through every way in, each request with its exact answer."""

from __future__ import annotations

import click
from cryptography import x509

from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.certificates.request_text import request_text
from cpanel_emu.cli.common import FAILED
from cpanel_emu.cli.demo_ways import CLOCK, HOST, USER, Way, ways
from cpanel_emu.emulator import Emulator


@click.command()
def demo() -> None:
    """Make one CSR through every way in and show each exact answer.

    Starts a server on free ports over a temporary folder, and stops it at the end. Exit status
    0 only if every answer was right.
    """
    wrong = 0
    request = ""
    with Emulator(clock=CLOCK) as server:
        for way in ways(server):
            right = way.answer == way.expected
            wrong += not right
            _show(way, right=right)
            request = request or _stored_request(server)
    wrong += not _show_request(request)
    if wrong:
        click.echo(f"{wrong} of the answers above are wrong.", err=True)
        raise SystemExit(FAILED)
    click.echo("Every answer is right.")


def _show(way: Way, *, right: bool) -> None:
    click.secho(f"== {way.title}", bold=True)
    click.echo(way.request)
    click.echo(way.answer, nl=not way.answer.endswith("\n"))
    if not right:
        click.echo(f"WRONG; expected:\n{way.expected}", err=True)
    click.echo()


def _stored_request(server: Emulator) -> str:
    with server.ssl_manager(USER) as manager:
        return manager.newest_text(ItemKind.CSR, HOST)


def _show_request(text: str) -> bool:
    """Print the stored CSR, decoded; return whether its signature is good."""
    click.secho("== The stored certificate signing request, decoded", bold=True)
    click.echo(request_text(text))
    return x509.load_pem_x509_csr(text.encode("ascii")).is_signature_valid
