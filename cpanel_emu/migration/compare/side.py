"""One of the two themes, and a server of its own: renders each page as if nothing was before.

Both sides have the same seed, clock, random numbers and keys, and serve their theme under the same
name. The server is put back only when a page, or another state, has changed it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cpanel_emu import resources
from cpanel_emu.accounts.models import Account
from cpanel_emu.emulator import Emulator
from cpanel_emu.frontend import PageRequest
from cpanel_emu.journal import Door, Passage
from cpanel_emu.journal.passage import through
from cpanel_emu.liveapi.live_pages import with_form
from cpanel_emu.liveapi.pages import is_live_page
from cpanel_emu.liveapi.process import ProcessLimits
from cpanel_emu.migration.compare.preparing import (
    SslCalls,
    planned_faults,
    prepare_account,
)
from cpanel_emu.migration.compare.rendered import Rendered
from cpanel_emu.migration.compare.states import Cell, State, Stored
from cpanel_emu.pages import Pages
from cpanel_emu.tags import MissingPage
from cpanel_emu.temporary import temporary_folder

CLOCK = "2026-01-05T09:00:00Z"
RANDOM_SEED = 1

_SAME: dict[str, Any] = {
    "clock": CLOCK,
    "random_seed": RANDOM_SEED,
    "liveapi": "off",
    "key_pool": resources.fixtures() / "keys" / "pool",
}
_HOST = "host.example.com:2082"
_TOKEN = "/cpsess1234567890"  # noqa: S105  (the token of every page in every comparison)
_LATE_FILES = "ssl.db"
"""Files whose names begin so are written some time after a call, by nobody's doing."""


class Side:
    """Renders the pages of one theme; a context manager, to be used by one thread.

    Args:
        theme: the theme's folder.
        name: what the theme is called in URLs.
        user: the account; empty for the first by name.
        options: the emulator's options, without those that must be the same on both sides.
        limits: what a page may use.
    """

    def __init__(
        self,
        theme: Path,
        name: str,
        *,
        user: str = "",
        options: Mapping[str, object],
        limits: ProcessLimits,
    ) -> None:
        self._closing = contextlib.ExitStack()
        with contextlib.ExitStack() as undo:
            undo.callback(self._closing.close)
            folder = self._closing.enter_context(temporary_folder("cpanel-emu-compare-"))
            # The URLs in a page hold the theme's name, which is that of its folder.
            link = folder / name
            link.symlink_to(theme.resolve(), target_is_directory=True)
            self.emulator = Emulator(**{**_SAME, **options, "root": None, "theme": link})
            self._closing.callback(self.emulator.close)
            self._pages = Pages(self.emulator, limits)
            self._user = self.emulator.accounts.existing(user or self._first()).user
            undo.pop_all()
        self._prepared: object = Stored.SEEDED
        self._before: Mapping[str, str] = {}
        self._files: Mapping[str, tuple[int, int, int]] = {}
        self._fresh = False

    def __enter__(self) -> Side:
        return self

    def __exit__(self, *_error: object) -> None:
        self._closing.close()

    @property
    def account(self) -> Account:
        """The account that looks at pages unless a state names another."""
        return self.emulator.accounts.existing(self._user)

    def render(self, cell: Cell) -> Rendered:
        """Return what the page of *cell* gives in its state.

        Raises:
            InterpreterError: what the page is written in is not installed.
            PreparationError: the account cannot be brought into the state.
        """
        state = cell.state
        user = state.user or self._user
        self._prepare(state, user)
        self._reseed()
        self.emulator.journal.clear()
        self.emulator.faults.replace(planned_faults(state))
        rendered = self._rendered(cell.page, self.emulator.accounts.existing(user), state)
        stored = self._stored(user)
        return dataclasses.replace(rendered, stored=stored)

    def texts(self, state: State) -> dict[str, str]:
        """Return key, certificate and request of the account in *state*, as PEM.

        Raises:
            PreparationError: the account cannot be brought into the state.
        """
        self._prepare(state, self._user)
        call = SslCalls(self.emulator, self.account)
        names = {"key": "key", "certificate": "crt", "request": "csr"}
        domain = self.account.domain
        return {name: call.perhaps(f"show{what}", domain) for name, what in names.items()}

    def _rendered(self, page: str, account: Account, state: State) -> Rendered:
        asked = self.emulator.frontend.located(
            PageRequest(account, page, dict(state.form), token=_TOKEN, host=_HOST)
        )
        with through(Passage(Door.PAGE, records=False)):
            try:
                if is_live_page(asked.source):
                    return self._live(asked, state.form)
                rendered = self._pages.render(asked)
            except MissingPage:
                return Rendered(missing=True)
        messages = tuple(warning.message for warning in rendered.warnings)
        return Rendered(
            rendered.body, _kind(asked.path), warnings=messages, variables=rendered.variables
        )

    def _live(self, asked: PageRequest, form: Mapping[str, str]) -> Rendered:
        request = dataclasses.replace(self._pages.live.cgi_request(asked), query="")
        sent = self._pages.live.run(asked, with_form(request, form) if form else request)
        kind = next((value for name, value in sent.headers if name.lower() == "content-type"), "")
        entries = self.emulator.journal.warnings()
        return Rendered(
            sent.body,
            kind.partition(";")[0].strip().lower(),
            sent.status,
            tuple(entry.warning.message for entry in entries),
            variables=sent.variables,
        )

    def _first(self) -> str:
        return next(iter(self.emulator.accounts.names()), "")

    def _prepare(self, state: State, user: str) -> None:
        """Bring the account into the state, from the seed on unless it is there already."""
        wanted = (user, state.preparation())
        if self._fresh and self._prepared == wanted:
            return
        self.emulator.reset()
        self._reseed()
        prepare_account(self.emulator, user, state)
        self._prepared, self._fresh = wanted, True
        self._files = dict(self._signatures(user))
        self._before = {path: self._digest(user, path) for path in self._files}

    def _reseed(self) -> None:
        self.emulator.random.seed(RANDOM_SEED)

    def _stored(self, user: str) -> Mapping[str, str]:
        """Return what is not as it was before the page."""
        now = dict(self._signatures(user))
        touched = [path for path in now if self._files.get(path) != now[path]]
        changed = {path: self._digest(user, path) for path in touched}
        changed = {path: one for path, one in changed.items() if self._before.get(path) != one}
        changed.update((path, "removed") for path in self._files if path not in now)
        if touched or changed:
            self._fresh = False
        return changed

    def _signatures(self, user: str) -> Iterator[tuple[str, tuple[int, int, int]]]:
        home = self.emulator.root.home(user)
        for path in sorted(home.rglob("*")):
            with contextlib.suppress(FileNotFoundError):
                status = path.lstat()
                is_late = path.name.startswith((_LATE_FILES, ".writing-"))
                if path.is_file() and not path.is_symlink() and not is_late:
                    told = (status.st_ino, status.st_size, status.st_mtime_ns)
                    yield path.relative_to(home).as_posix(), told

    def _digest(self, user: str, path: str) -> str:
        content = (self.emulator.root.home(user) / path).read_bytes()
        return hashlib.sha256(content).hexdigest()


def _kind(path: str) -> str:
    suffixes = {".json": "application/json", ".xml": "text/xml"}
    return suffixes.get(Path(path).suffix, "text/html")
