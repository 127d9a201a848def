"""The accounts of a root: one file for each, shared by every process that uses the root."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cpanel_emu.accounts.kept import KeptFiles
from cpanel_emu.accounts.models import (
    ACCOUNT_NAME_RULE,
    ROOT_USER,
    Account,
    AccountError,
    Server,
    WhmUser,
    is_account_name,
)
from cpanel_emu.accounts.passwords import store_password, store_token
from cpanel_emu.accounts.records import (
    ServerRecord,
    read_account,
    read_server,
    write_account,
    write_server,
)
from cpanel_emu.lazy import LazyModule
from cpanel_emu.root import Root, store_errors
from cpanel_emu.suggest import shown, unknown

if TYPE_CHECKING:
    import shutil
else:
    shutil = LazyModule("shutil")

LOCK = "accounts"
"""The lock that writers of account files hold."""


class AccountDirectory:
    """Looks up and changes the accounts of one root.

    A look-up costs one `stat`, and sees a change by another process at once. Changes exclude
    each other across threads and processes. Every method that reads or writes raises
    `StoreError` if a file is damaged or the root cannot be used.
    """

    def __init__(self, root: Root) -> None:
        """Use the accounts of *root*; nothing is read or made yet."""
        self.root = root
        self._users = root.users
        self._accounts = KeptFiles(root.users, read_account, is_account_name)
        self._servers = KeptFiles(root.server_file.parent, read_server)
        self._server_file = root.server_file.name

    @property
    def is_seeded(self) -> bool:
        """Whether a seed was installed completely (`cpanel_emu.accounts.seeding`)."""
        return self.root.server_file.exists()

    @property
    def server(self) -> Server:
        """The server's name, address and roles."""
        return self._server_record().server

    @property
    def root_user(self) -> WhmUser:
        """WHM's root."""
        return self._server_record().root

    def get(self, user: str) -> Account | None:
        """Return the account *user*, or ``None``, also for what can be no account's name."""
        return self._accounts.get(user)

    def existing(self, user: str) -> Account:
        """Return the account *user*.

        Raises:
            AccountError: there is no such account.
        """
        account = self.get(user)
        if account is None:
            raise AccountError(f"There is no account {shown(user)}.")
        return account

    def names(self) -> tuple[str, ...]:
        """Return the names of all accounts, sorted."""
        with store_errors("read", self._users):
            try:
                found = [path.name for path in self._users.iterdir()]
            except FileNotFoundError:
                found = []
        return tuple(sorted(name for name in found if is_account_name(name)))

    def all(self) -> tuple[Account, ...]:
        """Return all accounts, sorted by name."""
        found = (self.get(name) for name in self.names())
        return tuple(account for account in found if account is not None)

    def owned_by(self, user: str) -> tuple[Account, ...]:
        """Return the accounts that *user* owns, itself not among them, sorted by name."""
        return tuple(one for one in self.all() if one.owner == user != one.user)

    def is_reseller(self, user: str) -> bool:
        """Whether *user* owns an account other than itself (``wire §3.1``)."""
        return bool(self.owned_by(user))

    def add(self, account: Account) -> None:
        """Add *account* and make its home directory.

        Raises:
            AccountError: its name cannot be an account's, or there is one of that name.
        """
        if not is_account_name(account.user):
            raise AccountError(f"{shown(account.user)} is no account name; {ACCOUNT_NAME_RULE}.")
        with self.root.lock(LOCK):
            if self.get(account.user) is not None:
                raise AccountError(f'There is an account "{account.user}" already.')
            self.root.make_directory(self.root.home(account.user))
            self._write(account)

    def update(self, user: str, change: Callable[[Account], Account]) -> Account:
        """Replace the account *user* by what *change* makes of it, and return that.

        Raises:
            AccountError: there is no such account, or *change* renamed it.
        """
        with self.root.lock(LOCK):
            account = change(self.existing(user))
            if account.user != user:
                raise AccountError(f'The account "{user}" cannot be renamed.')
            self._write(account)
        return account

    def remove(self, user: str) -> None:
        """Remove the account *user* and its home directory with everything in it.

        Raises:
            AccountError: there is no such account, or it owns others.
        """
        with self.root.lock(LOCK):
            self.existing(user)
            if owned := [account.user for account in self.owned_by(user)]:
                raise AccountError(
                    f'The account "{user}" owns {", ".join(owned)}; remove these first.'
                )
            self.root.remove(self._users / user)
            home = self.root.home(user)
            with store_errors("remove", home), contextlib.suppress(FileNotFoundError):
                shutil.rmtree(home)

    def add_token(self, user: str, name: str, token: str) -> None:
        """Let *user*, an account or ``root``, log in with *token*; an older one *name* goes.

        Raises:
            AccountError: there is no such user, or nobody could use such a token.
        """
        if not name or not name.isprintable():
            raise AccountError(f"{shown(name)} is no name of a token; write letters and digits.")
        if not token.split() or not token.isascii():
            raise AccountError("A token must be ASCII and not empty.")
        stored = store_token(token)
        self._change_credentials(user, lambda one: {"api_tokens": {**one.api_tokens, name: stored}})

    def remove_token(self, user: str, name: str) -> None:
        """Refuse *user*, an account or ``root``, from now on with the token called *name*.

        Raises:
            AccountError: there is no such user, or it has no such token.
        """

        def without(one: Account | WhmUser) -> dict[str, Any]:
            if not one.api_tokens:
                raise AccountError(f'"{user}" has no API tokens.')
            if name not in one.api_tokens:
                raise AccountError(f"API tokens: {unknown(name, one.api_tokens)}")
            return {"api_tokens": {key: v for key, v in one.api_tokens.items() if key != name}}

        self._change_credentials(user, without)

    def remove_access_hash(self, user: str) -> None:
        """Refuse *user*, an account or ``root``, from now on with its access hash.

        Raises:
            AccountError: there is no such user, or it has no access hash.
        """

        def without(one: Account | WhmUser) -> dict[str, Any]:
            if not one.access_hash:
                raise AccountError(f'"{user}" has no access hash.')
            return {"access_hash": ""}

        self._change_credentials(user, without)

    def set_password(self, user: str, password: str) -> None:
        """Let *user*, an account or ``root``, log in with *password* in place of the old one.

        Its sessions go on; `Emulator.change_password` ends them.

        Raises:
            AccountError: there is no such user.
        """
        stored = store_password(password)
        self._change_credentials(user, lambda _: {"password": stored})

    def _change_credentials(
        self, user: str, change: Callable[[Account | WhmUser], dict[str, Any]]
    ) -> None:
        """Replace the fields that *change* returns, of an account or of ``root``."""
        if user == ROOT_USER:
            self.update_root(lambda one: replace(one, **change(one)))
        else:
            self.update(user, lambda one: replace(one, **change(one)))

    def update_root(self, change: Callable[[WhmUser], WhmUser]) -> WhmUser:
        """Replace WHM's root by what *change* makes of it, and return that."""
        with self.root.lock(LOCK):
            record = self._server_record()
            record = replace(record, root=change(record.root))
            self._write_server(record)
        return record.root

    def finish_seeding(self, server: Server, root_user: WhmUser) -> None:
        """Write the server's file, unless it is there; from then on the root counts as seeded."""
        with self.root.lock(LOCK):
            if not self.is_seeded:
                self._write_server(ServerRecord(server, root_user))

    def _server_record(self) -> ServerRecord:
        return self._servers.get(self._server_file) or ServerRecord()

    def _write(self, account: Account) -> None:
        self.root.make_directory(self._users)
        self.root.write(self._users / account.user, write_account(account))

    def _write_server(self, record: ServerRecord) -> None:
        path: Path = self.root.server_file
        self.root.make_directory(path.parent)
        self.root.write(path, write_server(record))
