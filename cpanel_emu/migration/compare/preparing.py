"""Brings an account into a state, by the functions that a person would use."""

from __future__ import annotations

import dataclasses

from cpanel_emu.accounts.models import Account
from cpanel_emu.accounts.preferences import Preferences
from cpanel_emu.call import Api, Arguments, Call, Printed, Refusal
from cpanel_emu.emulator import Emulator
from cpanel_emu.errors import EmulatorError
from cpanel_emu.migration.compare.states import State, Stored
from cpanel_emu.migration.successors import successors

FAILURE = 'A planned failure, <b>"it\'s"</b> & no.'
"""What a function says that a state lets fail; pages must escape it as they did before."""

_SUBJECT = ("US", "Texas", "Houston", "Example", "Documentation", "user@example.com")


class PreparationError(EmulatorError):
    """The account cannot be brought into the state that is asked for."""


def planned_faults(state: State) -> list[dict[str, object]]:
    """Return the planned failures of a state; what replaces a function in UAPI fails with it."""
    planned = []
    new = [row.new_name for row in successors().values() if row.old_name in state.failing]
    for name in dict.fromkeys([*state.failing, *filter(None, new)]):
        module, _, function = name.partition("::")
        fault: dict[str, object] = {"kind": "fail", "text": FAILURE}
        if module != "*":
            fault["module"] = module
        if function not in {"", "*"}:
            fault["function"] = function
        planned.append(fault)
    return planned


def prepare_account(emulator: Emulator, user: str, state: State) -> None:
    """Bring the account *user* of an emulator that is as its seed has it into a state.

    Raises:
        AccountError: there is no such account.
        PreparationError: it cannot be brought into the state.
    """
    account = emulator.accounts.existing(user)
    _store(emulator, account, state.stored)
    for prepared in state.prepare:
        call = Call(prepared.api, prepared.module, prepared.function, prepared.arguments)
        outcome = emulator.answer(call, account).outcome
        if isinstance(outcome, Refusal):
            raise PreparationError(f'The state "{state.name}": {outcome.text}')
    preferences = Preferences(emulator.root, user)
    for name, value in state.preferences.items():
        preferences.save(name, value)
    features = {**account.features, **state.features}
    demo = state.demo or account.demo
    emulator.accounts.update(
        user, lambda account: dataclasses.replace(account, demo=demo, features=features)
    )
    if state.reseller:
        _make_reseller(emulator, user)


def _make_reseller(emulator: Emulator, user: str) -> None:
    """Give an account to *user*; one is made if there is no other."""
    others = [name for name in emulator.accounts.names() if name != user]
    if others:
        emulator.accounts.update(
            others[0], lambda account: dataclasses.replace(account, owner=user)
        )
        return
    account = emulator.accounts.get(user)
    assert account is not None
    emulator.accounts.add(
        dataclasses.replace(account, user="owned", domain=f"owned.{account.domain}", owner=user)
    )


def _store(emulator: Emulator, account: Account, stored: Stored) -> None:
    """Make what *stored* says, by the functions that a person would use."""
    if stored is Stored.SEEDED:
        return
    host = account.domain
    call = SslCalls(emulator, account)
    if stored is Stored.NOTHING:
        for what in ("key", "csr", "crt"):
            call.perhaps(f"delete{what}", host)
        return
    if not call.perhaps("showkey", host):
        call.must("genkey", host)
    if stored is Stored.KEY:
        return
    call.must("gencsr", host, *_SUBJECT, "12345luggage")
    if stored is Stored.REQUEST:
        return
    call.must("gencrt", host, *_SUBJECT)
    if stored is Stored.INSTALLED:
        call.must("install", host, call.must("showcrt", host), call.must("showkey", host), "")


class SslCalls:
    """Calls API 1 functions of SSL for an account, whatever features it has."""

    def __init__(self, emulator: Emulator, account: Account) -> None:
        self._emulator = emulator
        self._account = dataclasses.replace(account, features={}, demo=False)

    def perhaps(self, function: str, *arguments: str) -> str:
        """Return what a function prints, nothing if it says no."""
        return self._call(function, arguments)[0]

    def must(self, function: str, *arguments: str) -> str:
        """Return what a function prints.

        Raises:
            PreparationError: it says no.
        """
        printed, error = self._call(function, arguments)
        if error:
            raise PreparationError(f'SSL::{function} of "{self._account.user}": {error}')
        return printed

    def _call(self, function: str, arguments: tuple[str, ...]) -> tuple[str, str]:
        call = Call(Api.API1, "SSL", function, Arguments(positional=arguments))
        outcome = self._emulator.answer(call, self._account).outcome
        if isinstance(outcome, Refusal):
            return "", outcome.text
        assert isinstance(outcome, Printed)
        return outcome.text, outcome.error or ""
