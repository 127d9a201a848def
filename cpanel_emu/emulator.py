"""The emulator: one object behind every door.

It puts together the accounts of a root, the functions and a release. The WSGI application, the
LiveAPI socket, the command line and the test fixture all call `Emulator.answer`, so the same
call gives the same answer through each of them.
"""

from __future__ import annotations

import contextlib
import functools
import random
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Self

from cpanel_emu import resources
from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.models import Account
from cpanel_emu.accounts.preferences import Preferences
from cpanel_emu.call import Answer, Api, Arguments, Call, whole_text
from cpanel_emu.called_pages import CalledPages
from cpanel_emu.certificates.manager import SslManager
from cpanel_emu.certificates.managers import SslManagers
from cpanel_emu.clock import Clock
from cpanel_emu.errors import ConfigurationError, Failure, StoreError
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.dispatch import answer
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.journal import Door, Journal, Passage, note_stored
from cpanel_emu.journal.passage import stored_files, through
from cpanel_emu.lazy import LazyModule
from cpanel_emu.options import Options, resolve
from cpanel_emu.releases import Release
from cpanel_emu.root import Root, store_errors

if TYPE_CHECKING:
    import shutil

    from cpanel_emu import temporary
    from cpanel_emu.accounts import lockout as lockouts
    from cpanel_emu.accounts import seed as seeds
    from cpanel_emu.accounts import seeding
    from cpanel_emu.accounts import sessions as logins
    from cpanel_emu.control import faults as planning
    from cpanel_emu.control import faults_file, prepared
    from cpanel_emu.frontend import Frontend, PageRequest
    from cpanel_emu.functions import stubs
    from cpanel_emu.pages import Pages
    from cpanel_emu.server.doors import Doors, SharedPorts
    from cpanel_emu.server.endpoints import Endpoint
else:
    # cpapi2 starts this in a process of its own, and needs none of these.
    shutil = LazyModule("shutil")
    temporary = LazyModule("cpanel_emu.temporary")
    lockouts = LazyModule("cpanel_emu.accounts.lockout")
    seeds = LazyModule("cpanel_emu.accounts.seed")
    seeding = LazyModule("cpanel_emu.accounts.seeding")
    logins = LazyModule("cpanel_emu.accounts.sessions")
    planning = LazyModule("cpanel_emu.control.faults")
    faults_file = LazyModule("cpanel_emu.control.faults_file")
    prepared = LazyModule("cpanel_emu.control.prepared")
    stubs = LazyModule("cpanel_emu.functions.stubs")

_FREE_PORTS = {"cpanel": 0, "cpanel_tls": 0, "whm": 0, "whm_tls": 0}
_DEMO_THEME = "x3"
_API_NAMES = {1: Api.API1, 2: Api.API2, 3: Api.UAPI, "uapi": Api.UAPI}


class Emulator:
    """An emulated server; thread-safe.

    Takes every option of the command line as a keyword (``emulate_version="11.32"``,
    ``clock="2026-01-05T09:00:00Z"`` …). Without ``root`` it lives in a temporary folder that
    goes with it; ports are free ones unless they are given.

    Raises:
        ConfigurationError: an option or the seed is wrong; the text names the mend.
        StoreError: the root cannot be read or written.
    """

    def __init__(self, root: str | Path | None = None, **keywords: object) -> None:
        self._start(lambda: self._options({"root": root, **keywords}))

    @classmethod
    def with_options(cls, options: Options) -> Self:
        """Return an emulator with *options* that were resolved before."""
        emulator = cls.__new__(cls)
        emulator._start(lambda: options)
        return emulator

    def _start(self, options: Callable[[], Options]) -> None:
        """Open with what *options* returns; close what was opened if that comes to nothing."""
        self._closing = contextlib.ExitStack()
        with contextlib.ExitStack() as undo:
            undo.callback(self._closing.close)
            self._open(options())
            undo.pop_all()

    def _open(self, options: Options) -> None:
        self.options = options
        self.release: Release = options.release
        self.clock = Clock(options.clock.timestamp() if options.clock else None)
        self.random = (
            random.SystemRandom()
            if options.random_seed is None
            else random.Random(options.random_seed)  # noqa: S311  (asked to be repeatable)
        )
        self.root = Root.create(options.root, fsync=options.fsync)
        self._above = f"{self.root.path}/"
        self.accounts = AccountDirectory(self.root)
        self._managers = SslManagers(
            self.root,
            release=self.release,
            clock=self.clock,
            random=self.random,
            key_pool=options.key_pool,
            stored=note_stored,
        )
        self._closing.callback(self._managers.close)
        self.registry = REGISTRY
        """Every function that can be called here, stubs among them."""
        if options.stubs is not None:
            self.registry = REGISTRY.with_stubs(stubs.stub_functions(options.stubs))
        self.journal = Journal()
        """What happened lately, with helpers for tests."""
        self._given_seed: seeds.Seed | None = None
        self._change = threading.RLock()
        self._faults: planning.Faults | None = None
        if options.faults is not None:
            self._plan_faults()
        self._doors: Doors | None = None
        self._theme = CalledPages(self)
        self._seed()

    def _options(self, keywords: dict[str, object]) -> Options:
        if keywords.get("root") is None:
            keywords["root"] = self._closing.enter_context(
                temporary.temporary_folder("cpanel-emu-")
            )
        return resolve(keywords, {}, defaults=_FREE_PORTS)

    def _seed(self) -> None:
        for user in self.accounts.names():
            # At the start rather than at a call.
            self._managers.refuse_newer_layout(user)
        is_given = self._given_seed is not None or self.options.seed is not None
        if is_given or not self.accounts.is_seeded:
            seeding.install_seed(self.missing_seed, self.accounts, self._install_key)

    @property
    def missing_seed(self) -> seeds.Seed:
        """The seed without the accounts that the root has: what the next start adds."""
        if self._given_seed is None and self.options.seed is not None:
            return seeds.load_seed(self.options.seed, without=self.accounts.names())
        return self.seed

    @property
    def seed(self) -> seeds.Seed:
        """The seed that fills an empty root."""
        if self._given_seed is not None:
            return self._given_seed
        given = self.options.seed
        return seeds.load_seed(given) if given is not None else seeds.demo_seed()

    @functools.cached_property
    def sessions(self) -> logins.SessionStore:
        """The login sessions."""
        return logins.SessionStore(self.root, now=self.clock.now, generator=self.random)

    @functools.cached_property
    def lockout(self) -> lockouts.Lockout:
        """Which addresses failed to log in too often."""
        return lockouts.Lockout(self.options.lockout)

    @property
    def faults(self) -> planning.Faults:
        """What shall go wrong."""
        if self._faults is None:
            with self._change:
                if self._faults is None:
                    self._faults = planning.Faults()
        return self._faults

    def _install_key(self, key: seeds.SeedKey) -> None:
        with self._managers.using(key.user) as manager:
            text = key.pem.decode("utf-8", "replace")
            try:
                manager.upload_key(text, host=key.host, friendly_name=key.host)
            except Failure as failure:
                raise ConfigurationError(f"{key.source}: {failure}") from None

    @functools.cached_property
    def frontend(self) -> Frontend:
        """The pages of the served theme; the tag engine is loaded at first use."""
        # Heavy, and cpapi2 needs none of it.
        from cpanel_emu.frontend import Frontend, page_cache  # noqa: PLC0415

        folder = self.options.theme or resources.templates() / _DEMO_THEME
        return Frontend(
            folder,
            folder.name,
            release=self.release,
            server=lambda: self.accounts.server,
            answer=self.answer,
            preferences=lambda user: Preferences(self.root, user),
            is_reseller=self.accounts.is_reseller,
            random=self.random,
            clock=self.clock,
            journal=self.journal,
            bytecode=page_cache(self.options.page_cache),
        )

    @functools.cached_property
    def pages(self) -> Pages:
        """Every page of the served theme, whatever it is written in."""
        from cpanel_emu.pages import Pages  # noqa: PLC0415  (as above)

        return Pages(self)

    def answer(self, call: Call, account: Account, *, page: PageRequest | None = None) -> Answer:
        """Run *call* as *account* and return its answer; every door comes here.

        What the answer says was stored is on disk when this returns (``ssl §5`` rule 7). *page*
        is the page that the call stands on, if it is one; *account* is its account.

        Raises:
            StoreError: the account's files cannot be used at all.
        """
        stored: list[str] = []
        before = stored_files.set(stored)
        # Whoever removes the account also removes the file that this object came from.
        lent = self._managers.lend(account.user, witness=account)
        try:
            context = Context(
                account,
                self.root,
                self.accounts.server,
                self.release,
                self.clock,
                lent.open,
                self._theme,
                page,
            )
            planned = self._planned_failure(call, account)
            given = planned or answer(call, context, self.registry)
        finally:
            stored_files.reset(before)
            lent.give_back()
        files = [path.removeprefix(self._above) for path in stored]
        self.journal.record_call(call, given, account.user, self.clock.now(), files)
        return given

    def _planned_failure(self, call: Call, account: Account) -> Answer | None:
        if self._faults is None or not self._faults.any_planned:
            return None
        return prepared.planned_failure(call, account.user, self._faults, self.registry)

    def call(
        self,
        module: str,
        function: str,
        *positional: object,
        user: str,
        api: int | str = 2,
        **named: object,
    ) -> Answer:
        """Call a function in-process and return the typed answer.

        Args:
            module: the cPanel module, such as ``SSL``.
            function: the function's name.
            positional: API 1's positional arguments.
            user: the account to act as.
            api: 1, 2 or 3 (``"uapi"``).
            named: the function's arguments; numbers become text.

        Raises:
            AccountError: there is no such account.
            ConfigurationError: there is no such API.
            StoreError: the account's files cannot be used at all.
        """
        if api not in _API_NAMES:
            raise ConfigurationError(f'Unknown API "{api}"; choose 1, 2 or 3.')
        account = self.accounts.existing(user)
        arguments = Arguments(
            named={
                name: text if (text := str(value)).isascii() else whole_text(text)
                for name, value in named.items()
            },
            positional=tuple(whole_text(str(value)) for value in positional),
        )
        return self.answer(Call(_API_NAMES[api], module, function, arguments), account)

    def render(
        self,
        page: str,
        *,
        user: str,
        form: Mapping[str, str] | None = None,
        strict: bool = False,
    ) -> bytes:
        """Render one page of the theme and return its bytes, exactly as served.

        Args:
            page: the page's path relative to the theme.
            user: the account that looks at it.
            form: the form data, GET and POST together.
            strict: whether warnings are errors.

        Raises:
            AccountError: there is no such account.
            MissingPage: there is no such page, or it lies outside the theme.
            StrictPageError: *strict*, and the page has warnings.
            InterpreterError: what it is written in is not installed.
        """
        from cpanel_emu.frontend import PageRequest  # noqa: PLC0415  (as above)

        account = self.accounts.existing(user)
        request = PageRequest(account, page, form or {})
        with through(Passage(Door.PAGE, records=False)):
            return self.pages.render(request, strict=strict).body

    def ssl_manager(self, user: str) -> contextlib.AbstractContextManager[SslManager]:
        """Lend the SSL manager of the account *user* for a block.

        Raises:
            AccountError: there is no such account.
            ConfigurationError, StoreError: its directory cannot be opened.
        """
        return self._managers.using(self.accounts.existing(user).user)

    def remove_account(self, user: str) -> None:
        """Remove the account *user* with its home, its index and its sessions.

        Raises:
            AccountError: there is no such account, or it owns others.
            StoreError: something could not be removed; without its file the account has gone.
        """
        with self._change:
            try:
                self.accounts.remove(user)
            except StoreError:
                if self.accounts.get(user) is None:
                    self._forget(user)
                raise
            self._forget(user)

    def change_password(self, user: str, password: str) -> None:
        """Replace the password of *user*, an account or ``root``, and end its sessions.

        Raises:
            AccountError: there is no such user.
            StoreError: the password could not be written, or a session not ended.
        """
        with self._change:
            self.accounts.set_password(user, password)
            self.sessions.end_all(user)

    def _forget(self, user: str) -> None:
        """Remove what is kept of an account outside its home: another may get its name."""
        self.sessions.end_all(user)
        self._managers.remove_index(user)

    def reset(self, seed: seeds.Seed | None = None) -> None:
        """Put everything back as the seed has it: accounts, keys, CSRs, certificates, sessions.

        The journal is empty afterwards, the faults are those of the start, nobody is locked out,
        and what is drawn with ``--random-seed`` is drawn from the beginning again.

        Args:
            seed: to be used instead of the one before, from now on.

        Raises:
            ConfigurationError: the seed is wrong.
            StoreError: the root cannot be emptied or filled.
        """
        with self._change:
            if seed is not None:
                self._given_seed = seed
            self._managers.forget()
            self.random.seed(self.options.random_seed)  # the system's generator takes no notice
            with store_errors("empty", self.root.path):
                for path in (self.root.homes, self.root.path / "var"):
                    shutil.rmtree(path, ignore_errors=not path.exists())
            self._seed()
            self.journal.clear()
            self.lockout.forget()
            if self._faults is not None:
                self._plan_faults()

    def _plan_faults(self) -> None:
        given = self.options.faults
        self.faults.replace([] if given is None else faults_file.load_faults(given))

    def assert_all_answers_used(self) -> None:
        """Check that every stub was called and that every planned fault struck.

        Raises:
            AssertionError: some were not since the last reset; the text lists them.
        """
        unused = list(prepared.unused_answers(self.registry, self.journal, self.faults))
        if unused:
            raise AssertionError("\n  ".join(["Prepared answers that were not used:", *unused]))

    def open_doors(self, shared: SharedPorts | None = None) -> None:
        """Listen on the ports now; otherwise that happens when a URL is first asked for.

        Args:
            shared: ports that were bound before, for several processes to answer on.

        Raises:
            ListenError: a port cannot be had; the text names it.
            SocketFileError: the LiveAPI socket cannot be made.
        """
        with self._change:
            if self._doors is None:
                # The doors need the application, which needs this module.
                from cpanel_emu.server.doors import Doors  # noqa: PLC0415
                from cpanel_emu.sweeping import sweep  # noqa: PLC0415  (cpapi2 needs it not)

                sweep(self.root)
                doors = Doors(self, shared)
                doors.open()
                self._closing.callback(doors.close)
                self._doors = doors

    @property
    def is_listening(self) -> bool:
        """Whether the doors are open."""
        return self._doors is not None

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Every address that is listened on; the doors open at first use."""
        return self._opened().endpoints

    @property
    def cpanel_url(self) -> str:
        """URL of the plain cPanel port, without a final slash."""
        return self._opened().url("cpanel", tls=False)

    @property
    def cpanel_tls_url(self) -> str:
        """URL of the cPanel port with TLS."""
        return self._opened().url("cpanel", tls=True)

    @property
    def whm_url(self) -> str:
        """URL of the plain WHM port."""
        return self._opened().url("whm", tls=False)

    @property
    def whm_tls_url(self) -> str:
        """URL of the WHM port with TLS."""
        return self._opened().url("whm", tls=True)

    @property
    def liveapi_socket(self) -> str:
        """Path of the LiveAPI socket for programs outside pages (``liveapi_cli §1``)."""
        return str(self._opened().liveapi_socket)

    def _opened(self) -> Doors:
        self.open_doors()
        assert self._doors is not None
        return self._doors

    def close(self) -> None:
        """Stop the doors, write what is waiting, and remove a temporary root."""
        if self._faults is not None:
            self._faults.close()
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()
