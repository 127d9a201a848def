"""Which account a login may act for (``wire §2.5``)."""

from __future__ import annotations

from cpanel_emu.accounts.credentials import Login
from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.models import Account, Service


def may_act_for(login: Login, account: Account) -> bool:
    """Whether *login* may act for *account*.

    On WHM ports root may for any, a reseller for those it owns; on cPanel ports an account may
    for itself and for those it owns.
    """
    if account.owner == login.user:
        return True
    if login.service is Service.WHM:
        return login.is_root
    return account.user == login.user


def target_account(login: Login, named: str, directory: AccountDirectory) -> Account | None:
    """Return the account that a call by *login* is for, or ``None``: "bad user" (``wire §5.6``).

    *named* is the account that the request names, ``""`` if it names none; that means one's own
    on cPanel ports and is an error on WHM ports.

    Raises:
        StoreError: the files of the root cannot be read.
    """
    if not named and login.service is Service.CPANEL:
        named = login.user
    account = login.account if named == login.user else None
    if account is None:
        account = directory.get(named)
    return account if account is not None and may_act_for(login, account) else None
