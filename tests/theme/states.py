"""States of an account in which every page of the theme must be whole."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cpanel_emu import Emulator
from cpanel_emu.call import Printed

SUBJECT = {
    "country": "US",
    "state": "Texas",
    "city": "Houston",
    "company": "cPanel",
    "companydivision": "Documentation",
    "email": "user@example.com",
}
HOST = {"host": "example.com"}
HOSTILE = """"'><script>alert(1)</script></textarea><cpanel print="x">{{ 7*7 }}{% x %}&amp;../%00"""


def api1(emulator: Emulator, function: str, *arguments: str) -> str:
    """Call an API 1 function of SSL that must work, and return what it printed."""
    outcome = emulator.call("SSL", function, *arguments, user="user", api=1).outcome
    assert isinstance(outcome, Printed)
    assert outcome.error is None
    return outcome.text


def nothing(emulator: Emulator) -> None:
    """Take away the key of the seed."""
    api1(emulator, "deletekey", "example.com")


def request(emulator: Emulator) -> None:
    """Make a CSR."""
    api1(emulator, "gencsr", "example.com", *SUBJECT.values(), "12345luggage")


def certificate(emulator: Emulator) -> None:
    """Make a CSR and a self-signed certificate."""
    request(emulator)
    api1(emulator, "gencrt", "example.com", *SUBJECT.values())


def installed(emulator: Emulator) -> None:
    """Make a certificate and install it."""
    certificate(emulator)
    crt, key = api1(emulator, "showcrt", "example.com"), api1(emulator, "showkey", "example.com")
    api1(emulator, "install", "example.com", crt, key, "")


def account(**changes: Any) -> Callable[[Emulator], None]:
    """Return what changes the account ``user``."""

    def change(emulator: Emulator) -> None:
        emulator.accounts.update("user", lambda account: dataclasses.replace(account, **changes))

    return change


@dataclass(frozen=True)
class State:
    """What is on the account, and what the visitor sends."""

    prepare: Callable[[Emulator], None] = lambda _: None
    form: dict[str, str] = field(default_factory=dict)
    release: str = "docs"


STATES = {
    "nothing stored": State(nothing),
    "nothing stored, asked for a host": State(nothing, HOST),
    "a key": State(form={**HOST, **SUBJECT, "domain": "example.com"}),
    "a request": State(request, HOST),
    "a certificate": State(certificate, HOST),
    "an installed certificate": State(installed, {**HOST, "domain": "example.com"}),
    "a wrong host": State(form={**SUBJECT, "host": "no host", "domain": "no host"}),
    "hostile values": State(
        form=dict.fromkeys((*SUBJECT, "host", "domain", "crt", "key", "item", "pass"), HOSTILE)
    ),
    "no SSL features": State(account(features={"sslmanager": False, "sslinstall": False}), HOST),
    "the oldest release": State(form=HOST, release="11.32"),
}
