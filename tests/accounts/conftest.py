"""A root with the accounts that the tests of this folder talk about."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.models import Account, Server, WhmUser
from cpanel_emu.accounts.passwords import PUBLISHED_PASSWORD, store_password, store_token
from cpanel_emu.root import Root


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root.create(tmp_path / "root")


@pytest.fixture
def directory(root: Root) -> AccountDirectory:
    """Root, the reseller ``seller`` with the account ``bought``, and ``plain``.

    All have the published password; ``seller`` and ``plain`` have the token ``TOKEN``.
    """
    password = store_password(PUBLISHED_PASSWORD)
    tokens = {"ci": store_token("TOKEN")}
    directory = AccountDirectory(root)
    directory.add(Account("seller", "seller.example", password, api_tokens=tokens))
    directory.add(Account("bought", "bought.example", password, owner="seller"))
    directory.add(Account("plain", "plain.example", password, api_tokens=tokens))
    directory.finish_seeding(
        Server(), WhmUser(password=password, access_hash=store_token("HA\nSH"), api_tokens=tokens)
    )
    return directory
