"""What ``fixtures verify`` and ``fixtures update`` share: what is run, and against which server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.testing.cases import Suite, Variant
from cpanel_emu.testing.golden import OpenServer, Runner
from cpanel_emu.testing.loading import load_suite
from cpanel_emu.testing.selection import Selection
from cpanel_emu.testing.servers import EmulatorServer
from cpanel_emu.testing.targets import (
    RemoteServer,
    Secrets,
    Target,
    check_reachable,
    door_urls,
    load_secrets,
    reason_to_skip,
)

_Command = TypeVar("_Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "-k",
        "--case",
        "cases",
        multiple=True,
        metavar="ID",
        help="Only this case; * and ? stand for any text. May be repeated, as all of its kind.",
    ),
    click.option(
        "--release",
        "--emulate-version",
        "releases",
        multiple=True,
        metavar="V",
        help="Only under this release. With --target: the release that the server has.",
    ),
    click.option(
        "--target",
        "servers",
        multiple=True,
        metavar="URL",
        help="Ask this server instead of the emulator; once for each port, such as "
        "https://host.example.com:2083. Another port than cPanel's is written DOOR=URL.",
    ),
    click.option(
        "--secrets",
        "secrets_file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="TOML file with [doors] and [secrets] that take the place of those in suite.toml.",
    ),
    click.option("--insecure", is_flag=True, help="Do not check the certificates of the targets."),
    click.option(
        "--reset",
        is_flag=True,
        help="The target is an emulator: bring it back to its seed before each case.",
    ),
)

_NARROWING_OPTIONS = (
    click.option("--door", "doors", multiple=True, metavar="DOOR", help="Only at this port."),
    click.option(
        "--format",
        "tongues",
        multiple=True,
        type=click.Choice(["json", "xml"]),
        help="Only calls that ask for this format.",
    ),
    click.option(
        "--via",
        "targets",
        multiple=True,
        type=click.Choice(["app", "socket"]),
        help="Only in-process (app), or only over real sockets.",
    ),
)


def run_options(command: _Command) -> _Command:
    """Give a command the options that make a `Run`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def narrowing_options(command: _Command) -> _Command:
    """Give a command the options that leave out ways of a case."""
    for option in reversed(_NARROWING_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True, slots=True)
class Run:
    """Which variants of a suite are run, against what; *skipped* are left out, with the reason."""

    suite: Suite
    variants: list[Variant]
    skipped: list[tuple[Variant, str]]
    secrets: Secrets
    target: Target | None

    def runner(self) -> Runner:
        """Return the runner, still without a server."""
        target = self.target
        open_server: OpenServer = EmulatorServer
        if target is not None:
            remote = RemoteServer(target)

            def open_server(_setup: object, _release: str) -> RemoteServer:
                return remote

        return Runner(self.suite, open_server, secrets=self.secrets.values)


def make_run(
    folder: Path,
    *,
    servers: tuple[str, ...],
    secrets_file: Path | None,
    insecure: bool,
    reset: bool,
    **words: tuple[str, ...],
) -> Run:
    """Read the suite in *folder* and choose what the options say.

    Raises:
        ConfigurationError: the suite or an option is wrong.
        TargetError: the target cannot be reached, or its certificate not be checked.
    """
    suite = load_suite(folder)
    secrets = load_secrets(secrets_file) if secrets_file is not None else Secrets()
    selection = Selection(**words)
    if not servers:
        if reset:
            raise ConfigurationError("--reset needs --target; the emulator is always fresh.")
        return Run(suite, selection.variants(suite), [], secrets, None)
    target = Target(door_urls(servers), secrets.doors, is_reset=reset, is_verified=not insecure)
    chosen = _at_target(suite, selection).variants(suite)
    for url in target.urls.values():
        check_reachable(url, is_verified=target.is_verified)
    reasons = [(variant, reason_to_skip(suite, variant, target)) for variant in chosen]
    return Run(
        suite,
        [variant for variant, reason in reasons if reason is None],
        [(variant, reason) for variant, reason in reasons if reason is not None],
        secrets,
        target,
    )


def _at_target(suite: Suite, selection: Selection) -> Selection:
    """Return *selection* for a server elsewhere: over sockets, and of one release."""
    if "app" in selection.targets:
        raise ConfigurationError("--via app is within this program, and --target elsewhere.")
    releases = selection.releases or tuple(suite.releases)
    if len(releases) > 1:
        raise ConfigurationError(
            f"Say with --release which one the target has: {', '.join(releases)}."
        )
    return Selection(selection.cases, releases, selection.doors, selection.tongues, ("socket",))
