"""Accounts and the server as JSON files, for `directory`; people may read and edit them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from cpanel_emu.accounts.models import DEFAULT_START, ROOT_USER, Account, Role, Server, WhmUser
from cpanel_emu.accounts.tables import Table
from cpanel_emu.errors import ConfigurationError, StoreError


@dataclasses.dataclass(frozen=True, slots=True)
class ServerRecord:
    """What `Root.server_file` holds: the server, and root's credentials."""

    server: Server = dataclasses.field(default_factory=Server)
    root: WhmUser = dataclasses.field(default_factory=WhmUser)


def write_account(account: Account) -> bytes:
    """Return the file of *account*."""
    return _json(dataclasses.asdict(account))


def read_account(data: bytes, source: str) -> Account:
    """Return the account in *data*; *source* is the file's path.

    Raises:
        StoreError: the file is damaged; the text names the key.
    """
    try:
        table = _table(data, source).only(_names(Account))
        if table.text("user") != Path(source).name:
            table.fail("user", "must be the name of the file")
        table.require("domain", '"example.com"')
        return Account(
            user=table.text("user"),
            domain=table.text("domain"),
            password=table.text("password"),
            owner=table.text("owner", ROOT_USER),
            theme=table.text("theme", "x3"),
            features=table.table("features").all_flags(),
            api_tokens=table.table("api_tokens").all_texts(),
            access_hash=table.text("access_hash"),
            domains=table.texts("domains"),
            email=table.text("email"),
            plan=table.text("plan", "default"),
            start=table.number("start", DEFAULT_START),
            demo=table.flag("demo"),
            suspended=table.flag("suspended"),
        )
    except ConfigurationError as error:
        raise StoreError(str(error)) from error


def write_server(record: ServerRecord) -> bytes:
    """Return the server's file."""
    server = {
        "hostname": record.server.hostname,
        "ip": record.server.ip,
        "roles": [role.value for role in Role if role in record.server.roles],
    }
    return _json({"server": server, "root": dataclasses.asdict(record.root)})


def read_server(data: bytes, source: str) -> ServerRecord:
    """Return what the server's file holds; *source* is its path.

    Raises:
        StoreError: the file is damaged; the text names the key.
    """
    try:
        table = _table(data, source).only(_names(ServerRecord))
        server = table.table("server").only(_names(Server))
        root = table.table("root").only(_names(WhmUser))
        return ServerRecord(
            server=Server(
                hostname=server.text("hostname"),
                ip=server.text("ip"),
                roles=frozenset(_role(server, name) for name in server.texts("roles")),
            ),
            root=WhmUser(
                password=root.text("password"),
                access_hash=root.text("access_hash"),
                api_tokens=root.table("api_tokens").all_texts(),
            ),
        )
    except ConfigurationError as error:
        raise StoreError(str(error)) from error


def _role(table: Table, name: str) -> Role:
    try:
        return Role(name)
    except ValueError:
        return table.fail("roles", f'names "{name}", which is no role')


def _names(record: type[Account | WhmUser | Server | ServerRecord]) -> list[str]:
    return [field.name for field in dataclasses.fields(record)]


def _table(data: bytes, source: str) -> Table:
    try:
        return Table(source, json.loads(data))
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{source} is no JSON file: {error}.") from error


def _json(value: object) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode() + b"\n"
