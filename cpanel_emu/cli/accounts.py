"""``cpanel-emu account`` and ``cpanel-emu token``: edit accounts under the root."""

from __future__ import annotations

import sys

import click

from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.models import ROOT_USER, Account, AccountError, is_domain
from cpanel_emu.accounts.passwords import new_token, store_password
from cpanel_emu.cli.common import emulator, emulator_options
from cpanel_emu.cli.lazy_group import LazyGroup
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.suggest import shown, unknown

_OPTIONS = emulator_options("root", "seed", "fsync", "clock", "random-seed", "config")


@click.group(cls=LazyGroup)
def account() -> None:
    """Add, list, show and remove accounts, and change their passwords."""


@account.command("add")
@click.argument("user")
@click.argument("domain")
@click.option("--password", help="The password; without it, it is asked for or read from input.")
@click.option("--owner", default="root", show_default=True, help="Who may act for the account.")
@_OPTIONS
def add(user: str, domain: str, password: str | None, owner: str, **flags: object) -> None:
    """Add the account USER with the main domain DOMAIN.

    Example:
      cpanel-emu account add jane example.org --password secret
    """
    if not is_domain(domain):
        raise ConfigurationError(f'"{domain}" is no domain; write it like example.com.')
    with emulator(flags) as server:
        _check_together(server.accounts, domain, owner)
        if password is None:
            password = _read_password("--password, or ")
        server.accounts.add(
            Account(user=user, domain=domain, password=store_password(password), owner=owner)
        )
    click.echo(f"Added {user} ({domain}).")


def _check_together(accounts: AccountDirectory, domain: str, owner: str) -> None:
    """Check what a new account has to do with the others, as a seed is checked.

    Raises:
        AccountError: its owner is none of them, or its domain is another's.
    """
    others = accounts.all()
    users = [ROOT_USER, *(one.user for one in others)]
    if owner not in users:
        raise AccountError(f"--owner: {unknown(owner, users)}")
    for one in others:
        if domain in {one.domain, *one.domains}:
            raise AccountError(f'"{domain}" belongs to the account "{one.user}" already.')


def _read_password(wanted: str = "") -> str:
    if sys.stdin.isatty():
        text: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
        return text
    try:
        text = sys.stdin.readline().rstrip("\n")
        text.encode()
    except UnicodeError as error:
        raise ConfigurationError("Write the password on standard input in UTF-8.") from error
    if not text:
        raise ConfigurationError(f"Give {wanted}the password on standard input.")
    return text


@account.command("password")
@click.argument("user")
@_OPTIONS
def change_password(user: str, **flags: object) -> None:
    """Change the password of USER, an account or root.

    The new one is asked for, or read from a line of input. A running server refuses the old one
    from then on, and USER's login sessions end. API tokens and the access hash stay.

    Example:
      cpanel-emu account password user
    """
    with emulator(flags) as server:
        if user != ROOT_USER:
            server.accounts.existing(user)
        server.change_password(user, _read_password())
    click.echo(f"Changed the password of {user}.")


@account.command("list")
@_OPTIONS
def list_accounts(**flags: object) -> None:
    """List the accounts: user, domain, owner."""
    with emulator(flags) as server:
        for one in server.accounts.all():
            click.echo(f"{one.user}\t{one.domain}\t{one.owner}")


@account.command("show")
@click.argument("user")
@_OPTIONS
def show(user: str, **flags: object) -> None:
    """Show the account USER, without its secrets."""
    with emulator(flags) as server:
        one = server.accounts.existing(user)
        features = ", ".join(
            f"{name} {'on' if on else 'off'}" for name, on in sorted(one.features.items())
        )
        rows = {
            "user": one.user,
            "domain": one.domain,
            "other domains": ", ".join(one.domains),
            "owner": one.owner,
            "theme": one.theme,
            "features": features or "all on",
            "API tokens": ", ".join(sorted(one.api_tokens)),
            "home": str(server.root.home(user)),
        }
        for name, value in rows.items():
            click.echo(f"{name + ':':<15}{value}".rstrip())


@account.command("remove")
@click.argument("user")
@_OPTIONS
def remove(user: str, **flags: object) -> None:
    """Remove the account USER with everything it stored."""
    with emulator(flags) as server:
        server.remove_account(user)
        seed = server.options.seed
        comes_back = seed is not None and user in {one.user for one in server.missing_seed.accounts}
    click.echo(f"Removed {user}.")
    if comes_back:
        click.echo(
            f"The next start adds it again: take it out of the seed {shown(seed)} too.", err=True
        )


@click.group(cls=LazyGroup)
def token() -> None:
    """Add and remove API tokens, and remove access hashes."""


@token.command("add", short_help="Add a token and print it.")
@click.argument("user")
@click.argument("name")
@click.option("--value", help="The token; without it, one is made.")
@_OPTIONS
def add_token(user: str, name: str, value: str | None, **flags: object) -> None:
    """Let USER, an account or root, log in with a token called NAME; prints the token.

    Example:
      cpanel-emu token add user ci

    Then a client sends the header "Authorization: cpanel user:TOKEN".
    """
    with emulator(flags) as server:
        text = value or new_token(server.random)
        server.accounts.add_token(user, name, text)
    click.echo(text)


@token.command("remove", short_help="Remove a token.")
@click.argument("user")
@click.argument("name")
@_OPTIONS
def remove_token(user: str, name: str, **flags: object) -> None:
    """Remove the token called NAME of USER, an account or root.

    A running server refuses it from then on. "cpanel-emu account show USER" lists an account's.

    Example:
      cpanel-emu token remove user ci
    """
    with emulator(flags) as server:
        server.accounts.remove_token(user, name)
    click.echo(f"Removed the token {name} of {user}.")


@token.command("remove-hash", short_help="Remove an access hash.")
@click.argument("user")
@_OPTIONS
def remove_access_hash(user: str, **flags: object) -> None:
    """Remove the access hash of USER, an account or root.

    A running server refuses it from then on.

    Example:
      cpanel-emu token remove-hash root
    """
    with emulator(flags) as server:
        server.accounts.remove_access_hash(user)
    click.echo(f"Removed the access hash of {user}.")
