"""From a seed to a filled root, and the check for secrets that everybody knows."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeAlias

from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.models import Account, AccountError, WhmUser
from cpanel_emu.accounts.seed import Seed, SeedKey, demo_seed

_Holder: TypeAlias = Account | WhmUser


def install_seed(
    seed: Seed, directory: AccountDirectory, install_key: Callable[[SeedKey], None]
) -> tuple[str, ...]:
    """Add what *seed* has and the root lacks, and return the names of the added accounts.

    What is there stays as it is. *install_key* is called for each key of an added account and,
    while the root is not seeded, for every key, since an earlier start may have been cut off;
    so a key that is there already must be no error. The server's file comes last: once it is
    there, everything is.

    Raises:
        StoreError: the root cannot be written.
    """
    first = not directory.is_seeded
    added = tuple(account.user for account in seed.accounts if _add_if_missing(directory, account))
    for key in seed.keys:
        if first or key.user in added:
            install_key(key)
    directory.finish_seeding(seed.server, seed.root)
    return added


@functools.cache
def published_secrets() -> frozenset[str]:
    """Return the stored forms of all secrets of the demo seed."""
    seed = demo_seed()
    holders: list[_Holder] = [seed.root, *seed.accounts]
    return frozenset(secret for holder in holders for secret in _secrets(holder))


def holders_of_published_secrets(directory: AccountDirectory) -> tuple[str, ...]:
    """Return who can log in with a secret of the demo seed: ``root`` first, then by name.

    A server that listens on anything but loopback refuses these secrets
    (`CredentialChecker`), and should say so at start.
    """
    holders: list[_Holder] = [directory.root_user, *directory.all()]
    published = published_secrets()
    return tuple(holder.user for holder in holders if not published.isdisjoint(_secrets(holder)))


def _secrets(holder: _Holder) -> list[str]:
    every = (holder.password, holder.access_hash, *holder.api_tokens.values())
    return [stored for stored in every if stored]


def _add_if_missing(directory: AccountDirectory, account: Account) -> bool:
    try:
        directory.add(account)
    except AccountError:
        return False
    return True
