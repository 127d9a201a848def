"""``cpanel-emu fixtures record``."""

from __future__ import annotations

import contextlib
import re
import ssl
from pathlib import Path

import click

from cpanel_emu.cli.common import FAILED
from cpanel_emu.errors import ConfigurationError, EmulatorError, StoreError
from cpanel_emu.releases import RELEASES
from cpanel_emu.root import Root
from cpanel_emu.server.ending import Ending
from cpanel_emu.server.tls import context_with, own_certificate
from cpanel_emu.temporary import temporary_folder
from cpanel_emu.testing.recording.exchange import RecordedExchange, Upstream
from cpanel_emu.testing.recording.folder import RecordingFolder
from cpanel_emu.testing.recording.proxy import RecordingProxy
from cpanel_emu.testing.targets import check_reachable, door_urls


@click.command()
@click.option(
    "--target",
    "targets",
    multiple=True,
    required=True,
    metavar="URL",
    help="The server to record, such as https://host.example.com:2083; once for each port. "
    "Another port than cPanel's is written DOOR=URL.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Where the recording goes: a new folder.",
)
@click.option(
    "--emulate-version",
    "--release",
    "release",
    default="docs",
    show_default=True,
    type=click.Choice(list(RELEASES)),
    metavar="V",
    help="The release that the server has, or is nearest to.",
)
@click.option(
    "--listen",
    default="127.0.0.1:0",
    show_default=True,
    metavar="ADDR:PORT",
    help="Where clients find the proxy; of several targets each has the next port, of port 0 a "
    "free one.",
)
@click.option("--insecure", is_flag=True, help="Do not check the certificates of the targets.")
@click.option(
    "--keep-secrets",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the secrets that were seen into this new file, for verify --secrets.",
)
def record(
    *,
    targets: tuple[str, ...],
    out: Path,
    release: str,
    listen: str,
    insecure: bool,
    keep_secrets: Path | None,
) -> None:
    """Record golden cases from a real server until Ctrl-C or SIGTERM.

    Point your program at the proxy instead of the server. It takes plain HTTP and TLS on one
    port, passes everything on, and makes a case of each exchange. Passwords, tokens, hashes,
    cookies and private keys become names; so does what differs from run to run: dates, ids,
    certificates, session names. Members may come in any order.

    Use a test account: what your program does is done.

    Example:
      cpanel-emu fixtures record --target https://host.example.com:2083 --out recorded
    """
    ending = Ending()
    upstreams = [Upstream(door, url) for door, url in door_urls(targets).items()]
    address = _address(listen)
    for upstream in upstreams:
        check_reachable(upstream.url, is_verified=not insecure)
    folder = RecordingFolder(out, release, tuple(each.door for each in upstreams), keep_secrets)
    folder.open()
    session = _Session(folder)
    with contextlib.ExitStack() as opened:
        tls = _tls_context(opened)
        for place, upstream in enumerate(upstreams):
            here = (address[0], address[1] + place if address[1] else 0)
            proxy = opened.enter_context(
                _proxy(upstream, here, session, tls, is_verified=not insecure)
            )
            click.echo(f"{upstream.door:<10} http(s)://{proxy.host} -> {upstream.url}")
        click.echo("ready")
        ending.wait()
    session.finish()


class _Session:
    """What is told while the recording goes on, and at its end."""

    def __init__(self, folder: RecordingFolder) -> None:
        self._folder = folder
        self._failure: EmulatorError | None = None

    def keep(self, exchange: RecordedExchange) -> None:
        try:
            identity = self._folder.add(exchange)
        except EmulatorError as error:
            self._failure = error
            self.fail(str(error))
            return
        click.echo(f"{identity} {exchange.answer.status}")

    def fail(self, problem: str) -> None:
        click.echo(f"cpanel-emu: {problem}", err=True)

    def finish(self) -> None:
        self._folder.close()
        click.echo(f"{self._folder.count} exchanges recorded in {self._folder.path}.")
        if self._failure is not None:
            raise SystemExit(FAILED)


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not re.fullmatch("[0-9]{1,5}", port):
        raise ConfigurationError(f'Write --listen ADDR:PORT, not "{text}".')
    return host.strip("[]") or "127.0.0.1", int(port)


def _tls_context(opened: contextlib.ExitStack) -> ssl.SSLContext:
    folder = opened.enter_context(temporary_folder("cpanel-emu-"))
    return context_with(own_certificate(Root.create(folder), "localhost"))


def _proxy(
    upstream: Upstream,
    address: tuple[str, int],
    session: _Session,
    tls: ssl.SSLContext,
    *,
    is_verified: bool,
) -> RecordingProxy:
    try:
        return RecordingProxy(
            upstream,
            address,
            keep=session.keep,
            fail=session.fail,
            tls=tls,
            is_verified=is_verified,
        )
    except (OSError, OverflowError, UnicodeError) as error:  # a wrong port, a wrong name
        reason = getattr(error, "strerror", None) or error
        raise StoreError(f"Cannot listen on {address[0]}:{address[1]}: {reason}.") from error
