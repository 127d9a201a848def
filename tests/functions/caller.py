"""Calls functions as a door does, over a directory of its own and without a server."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import NoReturn

import pytest

from cpanel_emu import resources
from cpanel_emu.accounts.models import Account, Server
from cpanel_emu.call import (
    Answer,
    Api,
    Arguments,
    Call,
    Data,
    Printed,
    Refusal,
    Row,
    Rows,
    Tree,
)
from cpanel_emu.certificates import keys
from cpanel_emu.certificates.directory import CertificateDirectory
from cpanel_emu.certificates.keys import KeyCache, KeySource
from cpanel_emu.certificates.manager import SslManager
from cpanel_emu.certificates.reading import read_item
from cpanel_emu.clock import Clock
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.dispatch import answer
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.releases import RELEASES, Release
from cpanel_emu.root import Root

KEYS = resources.fixtures() / "keys"
NOW = 1767603600
"""2026-01-05 09:00:00 UTC, the time of the handbook's examples."""

EXAMPLE = {
    "city": "Houston",
    "company": "cPanel",
    "companydivision": "Documentation",
    "country": "US",
    "email": "user@example.com",
    "host": "example.com",
    "state": "Texas",
}
"""The documented example of ``ssl §1.4`` without its password."""


def key_text(name: str) -> str:
    """Return the published test key in the file *name*."""
    return (KEYS / name).read_text("ascii")


EXAMPLE_KEY = key_text("example.com.key")


@functools.cache
def _pool() -> tuple[keys.PrivateKey, ...]:
    return tuple(
        keys.parse(path.read_text("ascii")).private_key for path in sorted(KEYS.glob("pool/*.key"))
    )


class PreparedKeys:
    """Hands out the published 2048-bit keys in name order, whatever is asked for."""

    def __init__(self) -> None:
        self._waiting = list(_pool())

    def new_key(self, _kind: keys.KeyKind) -> keys.PrivateKey:
        return self._waiting.pop(0)


class NoTheme:
    """A theme that nobody should ask for: no SSL function needs a page."""

    def open_page(self, *_: object) -> NoReturn:
        pytest.fail("a page was opened")

    def render_part(self, *_: object) -> NoReturn:
        pytest.fail("a part was rendered")


@dataclass
class Caller:
    """An account of one release; every method calls a function and checks how it ended."""

    folder: Path
    release: Release
    account: Account = field(default_factory=lambda: Account(user="user", domain="example.com"))
    server: Server = field(default_factory=Server)
    clock: Clock = field(default_factory=lambda: Clock(NOW))
    key_source: KeySource = field(default_factory=PreparedKeys)

    def __post_init__(self) -> None:
        self.directory = CertificateDirectory(
            self.folder / "ssl", self.folder / "index.sqlite", self.release, read_item
        )
        self.manager = SslManager(
            self.directory, self.release, self.key_source, KeyCache(), self.clock, Random(1)
        )

    def close(self) -> None:
        self.directory.close()

    def upgraded(self, release: str) -> Caller:
        """Return the same account under another release; this one is closed."""
        self.close()
        return replace(self, release=RELEASES[release])

    def answer(
        self, api: Api, function: str, named: Mapping[str, str], *positional: str,
        module: str = "SSL",
    ) -> Answer:  # fmt: skip
        context = Context(
            account=self.account,
            root=Root(self.folder),
            server=self.server,
            release=self.release,
            clock=self.clock,
            open_ssl=lambda: self.manager,
            theme=NoTheme(),
        )
        call = Call(api, module, function, Arguments(named, positional))
        return answer(call, context, REGISTRY)

    def rows(self, function: str, module: str = "SSL", **named: str) -> list[Row]:
        """Call API 2 and return the rows of an answer that says yes."""
        outcome = self.answer(Api.API2, function, named, module=module).outcome
        assert isinstance(outcome, Rows)
        assert outcome.error is None
        found = []
        for row in outcome.rows:
            assert isinstance(row, Mapping)
            found.append(row)
        return found

    def row(self, function: str, **named: str) -> Row:
        """Call API 2 and return the one row."""
        (row,) = self.rows(function, **named)
        return row

    def refused(self, function: str, **named: str) -> str:
        """Call API 2 and return the text of an answer that says no (``ssl §2.3``)."""
        outcome = self.answer(Api.API2, function, named).outcome
        assert isinstance(outcome, Rows)
        assert outcome.error is not None
        assert outcome.rows == ({"output": outcome.error, "result": 0},)
        return outcome.error

    def print(self, function: str, *positional: str, **named: str) -> str:
        """Call API 1 and return what an answer that says yes printed."""
        outcome = self.answer(Api.API1, function, named, *positional).outcome
        assert isinstance(outcome, Printed)
        assert outcome.error is None
        return outcome.text

    def variables(self, function: str) -> Mapping[str, str]:
        """Call API 1 and return the page variables it set; it prints nothing."""
        outcome = self.answer(Api.API1, function, {}).outcome
        assert isinstance(outcome, Printed)
        assert outcome.text == ""
        return outcome.variables

    def print_refused(self, function: str, *positional: str, **named: str) -> str:
        """Call API 1 and return the error of an answer that says no, which prints nothing."""
        outcome = self.answer(Api.API1, function, named, *positional).outcome
        assert isinstance(outcome, Printed)
        assert outcome.error is not None
        assert outcome.text == ""
        return outcome.error

    def data(self, function: str, *messages: str, **named: str) -> Tree:
        """Call UAPI and return the data of an answer that says yes with these *messages*."""
        outcome = self.answer(Api.UAPI, function, named).outcome
        assert isinstance(outcome, Data)
        assert outcome.errors == ()
        assert outcome.messages == messages
        return outcome.data

    def mapping(self, function: str, *messages: str, **named: str) -> Mapping[str, Tree]:
        """Call UAPI and return data that are one record."""
        data = self.data(function, *messages, **named)
        assert isinstance(data, Mapping)
        return data

    def records(self, function: str, **named: str) -> list[Mapping[str, Tree]]:
        """Call UAPI and return data that are a list of records."""
        data = self.data(function, **named)
        assert isinstance(data, list)
        for record in data:
            assert isinstance(record, Mapping)
        return data

    def errors(self, function: str, **named: str) -> tuple[str, ...]:
        """Call UAPI and return the errors of an answer that says no."""
        outcome = self.answer(Api.UAPI, function, named).outcome
        assert isinstance(outcome, Data)
        assert outcome.data is None
        assert outcome.errors
        return outcome.errors

    def refusal(self, api: Api, function: str, module: str = "SSL") -> str:
        """Call a function and return why it did not run."""
        outcome = self.answer(api, function, {}, module=module).outcome
        assert isinstance(outcome, Refusal)
        return outcome.text

    def with_example_key(self) -> Caller:
        """Install the published key for example.com, and return this."""
        self.row("uploadkey", key=EXAMPLE_KEY, host="example.com")
        return self
