"""The seed: a TOML file with the server, the accounts and the keys of a new root."""

from __future__ import annotations

import datetime
import functools
import ipaddress
import os
import re
from collections.abc import Collection
from dataclasses import dataclass, field, fields
from pathlib import Path

from cpanel_emu import resources
from cpanel_emu.accounts.models import (
    ACCOUNT_NAME_RULE,
    DEFAULT_START,
    ROOT_USER,
    Account,
    Role,
    Server,
    WhmUser,
    is_account_name,
    is_domain,
)
from cpanel_emu.accounts.passwords import store_password, store_token
from cpanel_emu.accounts.tables import Table
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.option_values import moment
from cpanel_emu.suggest import shown, unknown
from cpanel_emu.toml_file import parse_toml

_ACCOUNT_KEYS = (
    "domain",
    "password",
    "owner",
    "theme",
    "api_tokens",
    "features",
    "keys",
    "access_hash",
    "domains",
    "email",
    "plan",
    "startdate",
    "demo",
    "suspended",
)
_ROOT_KEYS = ("password", "access_hash", "api_tokens")
_SERVER_KEYS = tuple(one.name for one in fields(Server))
_THEME = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class SeedKey:
    """A private key to install for *host* in the account *user*: PEM, not yet checked."""

    user: str
    host: str
    pem: bytes = field(repr=False)
    source: str
    """Where it stands, for messages."""


@dataclass(frozen=True, slots=True)
class Seed:
    """What a new root is filled with; secrets are in their stored forms already."""

    server: Server = field(default_factory=Server)
    root: WhmUser = field(default_factory=WhmUser)
    accounts: tuple[Account, ...] = ()
    keys: tuple[SeedKey, ...] = ()


def load_seed(path: Path, *, without: Collection[str] = ()) -> Seed:
    """Read the seed file *path* and the key files it names.

    Args:
        path: the file.
        without: see `parse_seed`.

    Raises:
        ConfigurationError: a file cannot be read or is wrong; the text names file and key.
    """
    text = _read(path).decode("utf-8", "replace")
    return parse_seed(text, str(path), path.parent, without=without)


@functools.cache
def demo_seed() -> Seed:
    """Return the built-in demo seed: ``user`` and ``username`` with a key for example.com."""
    return load_seed(resources.fixtures() / "seeds" / "demo.toml")


def parse_seed(
    text: str,
    source: str,
    folder: Path,
    *,
    confined: bool = False,
    without: Collection[str] = (),
) -> Seed:
    """Read the seed in *text*.

    Args:
        text: TOML.
        source: what messages call it.
        folder: where the relative paths of keys start.
        confined: key files must lie below *folder*, as when the text came in a request.
        without: accounts that are checked and then left out, their keys not. To store the
            password of one takes a tenth of a second.

    Raises:
        ConfigurationError: it is wrong, or a key file cannot be read.
    """
    seed = Table(source, parse_toml(text, source)).only(("whm", "accounts", "server"))
    accounts = seed.table("accounts")
    tables = [accounts.table(user).only(_ACCOUNT_KEYS) for user in accounts]
    found = tuple(
        _account(user, table, stores_password=user not in without)
        for user, table in zip(accounts, tables, strict=True)
    )
    _check_together(found, accounts)
    return Seed(
        server=_server(seed.table("server").only(_SERVER_KEYS)),
        root=_root(seed.table("whm").only((ROOT_USER,)).table(ROOT_USER).only(_ROOT_KEYS)),
        accounts=tuple(account for account in found if account.user not in without),
        keys=tuple(
            key
            for user, table in zip(accounts, tables, strict=True)
            for key in _keys(user, table.table("keys"), folder, confined=confined)
        ),
    )


def _server(table: Table) -> Server:
    default = Server()
    hostname = table.text("hostname", default.hostname)
    if not is_domain(hostname):
        table.fail("hostname", 'must be a host name in lower case, such as "host.example.com"')
    ip = table.text("ip", default.ip)
    try:
        ipaddress.ip_address(ip)
    except ValueError:
        table.fail("ip", 'must be an IP address, such as "192.0.2.10"')
    roles = default.roles
    if "roles" in table:
        names = [role.value for role in Role]
        for name in table.texts("roles"):
            if name not in names:
                table.fail("roles", unknown(name, names).removesuffix("."))
        roles = frozenset(Role(name) for name in table.texts("roles"))
    return Server(hostname=hostname, ip=ip, roles=roles)


def _root(table: Table) -> WhmUser:
    return WhmUser(
        password=_password(table), access_hash=_access_hash(table), api_tokens=_tokens(table)
    )


def _account(user: str, table: Table, *, stores_password: bool) -> Account:
    if not is_account_name(user):
        table.fail_table(f"is no account name; {ACCOUNT_NAME_RULE}")
    table.require("domain", '"example.com"')
    for domain in (table.text("domain"), *table.texts("domains")):
        if not is_domain(domain):
            key = "domain" if domain == table.text("domain") else "domains"
            table.fail(key, f"cannot be {shown(domain)}; write a domain in lower-case ASCII")
    theme = table.text("theme", "x3")
    if not _THEME.fullmatch(theme):
        table.fail("theme", 'must be letters, digits, "-" and "_"')
    return Account(
        user=user,
        domain=table.text("domain"),
        password=_password(table, stores_it=stores_password),
        owner=table.text("owner", ROOT_USER),
        theme=theme,
        features=table.table("features").all_flags(),
        api_tokens=_tokens(table),
        access_hash=_access_hash(table),
        domains=table.texts("domains"),
        email=table.text("email"),
        plan=table.text("plan", "default"),
        start=_start(table),
        demo=table.flag("demo"),
        suspended=table.flag("suspended"),
    )


def _password(table: Table, *, stores_it: bool = True) -> str:
    """Return the stored password, ``""`` if there is none; then nobody logs in with one.

    Without *stores_it* it is checked alone.
    """
    if "password" not in table:
        return ""
    password = table.text("password")
    if not password:
        table.fail("password", "must not be empty; leave the line out to allow no password")
    return _store_once(table.name, password) if stores_it else ""


@functools.lru_cache(maxsize=1024)
def _store_once(_holder: str, password: str) -> str:
    """Return the stored form of a holder's *password*, the same one for the whole process.

    A test suite that seeds a fresh emulator for each test then pays for scrypt once.
    """
    return store_password(password)


def _access_hash(table: Table) -> str:
    return _stored(table, "access_hash") if "access_hash" in table else ""


def _tokens(table: Table) -> dict[str, str]:
    tokens = table.table("api_tokens")
    return {name: _stored(tokens, name) for name in tokens}


def _stored(table: Table, key: str) -> str:
    secret = table.text(key)
    if not secret.split() or not secret.isascii():
        table.fail(key, "must be ASCII and not empty")
    return store_token(secret)


def _start(table: Table) -> int:
    value = table.value("startdate")
    if value is None:
        return DEFAULT_START
    if isinstance(value, str | datetime.datetime):
        try:
            return int(moment(value, Path()).timestamp())
        except (ValueError, OverflowError):
            pass
    return table.fail("startdate", "must be a time as ISO 8601, such as 2026-01-05T09:00:00Z")


def _keys(user: str, table: Table, folder: Path, *, confined: bool) -> list[SeedKey]:
    keys = []
    for host in table:
        if not is_domain(host.removeprefix("*.")):
            table.fail(host, "is no host; write a domain in lower-case ASCII")
        path = folder / table.text(host)
        if confined and not _lies_below(path, folder):
            table.fail(host, f"must be the path of a file below {shown(folder)}")
        place = f"{table.source}: {table.name}.{host}"
        pem = _read(path, f"{place}: the key file ")
        if b"PRIVATE KEY-----" not in pem:
            raise ConfigurationError(f"{place}: {shown(path)} holds no private key as PEM.")
        keys.append(SeedKey(user=user, host=host, pem=pem, source=place))
    return keys


def _check_together(accounts: tuple[Account, ...], table: Table) -> None:
    users = [ROOT_USER, *(account.user for account in accounts)]
    owners_of_domains: dict[str, str] = {}
    for account in accounts:
        place = table.table(account.user)
        if account.owner not in users:
            place.fail("owner", unknown(account.owner, users).removesuffix("."))
        for domain in (account.domain, *account.domains):
            other = owners_of_domains.setdefault(domain, account.user)
            if other != account.user:
                place.fail("domain", f'"{domain}" belongs to the account "{other}" already')


def _lies_below(path: Path, folder: Path) -> bool:
    """Whether *path*, with its symbolic links followed, lies below *folder*."""
    if "\0" in str(path):
        return False
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))


def _read(path: Path, what: str = "") -> bytes:
    try:
        if path.exists() and not path.is_file():  # a device, say, which never ends
            raise ConfigurationError(f"{what}{shown(path)} is no file.")
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"{what}{shown(path)} cannot be read: {error.strerror}."
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"{what}{shown(path)} is no path: {error}.") from error
