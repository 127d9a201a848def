"""The pages of the served theme, for any account (``tags §1``, ``tags §5.2``).

Doors hand over who asks for which page with what form; the page's calls come back to
`Emulator.answer` like every other call.
"""

from __future__ import annotations

import functools
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import jinja2

from cpanel_emu.accounts.models import Account, Server
from cpanel_emu.accounts.preferences import BRANDING_PACKAGE
from cpanel_emu.call import Answer, Call
from cpanel_emu.clock import Clock
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.journal import Journal
from cpanel_emu.page_files import page_file, page_path
from cpanel_emu.releases import Release
from cpanel_emu.tags import (
    OpenPage,
    PageCalls,
    PageValues,
    RandomSource,
    RenderedPage,
    Renderer,
    StrictPageError,
    Theme,
)

_LIMITS = {
    "BWLIMIT": "unlimited",
    "MAXADDON": "unlimited",
    "MAXFTP": "unlimited",
    "MAXLST": "unlimited",
    "MAXPARK": "unlimited",
    "MAXPOP": "unlimited",
    "MAXSQL": "unlimited",
    "MAXSUB": "unlimited",
}


def page_cache(folder: Path | None) -> jinja2.BytecodeCache | None:
    """Return what keeps compiled pages in *folder*, None for None.

    What lies there is run as it is, so the folder is made with mode 0700, and one that others
    can write to is refused.

    Raises:
        ConfigurationError: it cannot be made, or is not this user's alone.
    """
    if folder is None:
        return None
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except OSError as error:
        raise ConfigurationError(f"The page cache {folder}: {error.strerror}.") from None
    if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ConfigurationError(
            f"The page cache {folder} can be changed by others; choose a folder of your own and "
            f"take their right to write away (chmod go-w)."
        )
    return jinja2.FileSystemBytecodeCache(str(folder))


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Who asks for which page, with what.

    ``path`` is relative to the theme. ``form`` is GET and POST together, unescaped.
    """

    account: Account
    path: str
    form: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    """The security token with its slash, ``/cpsess1234567890``, or ``""``."""
    host: str = ""
    port: str = "2082"
    file: str = ""
    """The file that answers for the page, if it has not the page's own path."""
    is_part: bool = False
    """Whether it is the header or footer of another page, which cannot have one of its own."""
    variables: dict[str, str] = field(default_factory=dict)
    """``$CPVAR{…}`` that the page starts with; for a call on a page, what they are then."""

    @property
    def source(self) -> str:
        """The file that answers for the page, relative to the theme."""
        return self.file or self.path


class Answers(Protocol):
    """Runs the calls of pages; `Emulator.answer` is one."""

    def __call__(self, call: Call, account: Account, *, page: PageRequest) -> Answer:
        """Run *call* as *account*, on *page*."""
        ...


class Frontend:
    """Renders the pages of one theme for the accounts of one server; thread-safe.

    Args:
        folder: the theme's folder.
        name: the name that its URLs have.
        release: whose tags are processed, if any.
        server: tells the server's data.
        answer: runs a page's call.
        preferences: tells the saved preferences of an account.
        is_reseller: whether an account owns others.
        random: where ``$random`` comes from.
        clock: the time; it also fixes MagicRevision's epoch, 0 when it is frozen.
        journal: where warnings go.
        bytecode: keeps compiled pages on disk.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        *,
        release: Release,
        server: Callable[[], Server],
        answer: Answers,
        preferences: Callable[[str], Mapping[str, str]],
        is_reseller: Callable[[str], bool],
        random: RandomSource,
        clock: Clock,
        journal: Journal,
        bytecode: jinja2.BytecodeCache | None = None,
    ) -> None:
        self._renderer = Renderer(Theme(folder, name), bytecode=bytecode, tags=release.tags)
        self._release = release
        self._server = server
        self._answer = answer
        self._preferences = preferences
        self._is_reseller = is_reseller
        self._random = random
        self._clock = clock
        self._journal = journal
        self._epoch = 0 if clock.frozen_at is not None else clock.epoch()

    @property
    def theme(self) -> Theme:
        """The theme's folder and name."""
        return self._renderer.theme

    def located(self, request: PageRequest) -> PageRequest:
        """Return *request* with the file that answers for its page, if there is any."""
        package = self._preferences(request.account.user).get(BRANDING_PACKAGE, "")
        file = page_file(self.theme, request.path, package)
        return replace(request, path=page_path(request.path), file=file or request.path)

    def render(self, request: PageRequest, *, strict: bool = False) -> RenderedPage:
        """Return the page, its bytes exactly as served; warnings go to the journal.

        Raises:
            MissingPage: there is none, or the path leads outside the theme.
            StrictPageError: *strict*, and the page has warnings.
        """
        on_page = replace(request, variables=dict(request.variables))
        page = self._renderer.render(
            request.path,
            self._values(request),
            self._calls(on_page),
            variables=on_page.variables,
        )
        for warning in page.warnings:
            self._journal.record_warning(
                warning, request.path, request.account.user, self._clock.now()
            )
        if strict and page.warnings:
            raise StrictPageError(page)
        return page

    def open(self, request: PageRequest, calls: PageCalls | None = None) -> OpenPage:
        """Return a page that keeps its variables between texts, as LiveAPI needs it.

        *calls* runs its calls; without it they go where those of other pages go.
        """
        on_page = replace(request, variables=dict(request.variables))
        return self._renderer.open(
            request.path,
            self._values(request),
            calls or self._calls(on_page),
            variables=on_page.variables,
        )

    def _calls(self, request: PageRequest) -> PageCalls:
        return functools.partial(_answered, self._answer, request)

    def _values(self, request: PageRequest) -> PageValues:
        account, server = request.account, self._server()
        preferences = self._preferences(account.user)
        reseller = "1" if self._is_reseller(account.user) else "0"
        return PageValues(
            user=account.user,
            random=self._random,
            version=self._release.whm_version,
            release=self._release.number,
            form=request.form,
            account=account_data(account),
            environment={
                "cp_security_token": request.token,
                "CPRESELLER": reseller,
                "HTTP_HOST": request.host,
                "REMOTE_USER": account.user,
                "SERVER_PORT": request.port,
            },
            scalars={
                "hostname": server.hostname,
                "httphost": request.host,
                "ip": server.ip,
                "isreseller": reseller,
            },
            preferences=preferences,
            branding_package=preferences.get(BRANDING_PACKAGE, ""),
            feature=account.has_feature,
            epoch=self._epoch,
        )


def _answered(answer: Answers, request: PageRequest, call: Call) -> Answer:
    return answer(call, request.account, page=request)


def account_data(account: Account) -> Mapping[str, str]:
    """Return what ``$CPDATA{…}`` holds for *account* (``tags §5.2``)."""
    features = {
        f"FEATURE-{name.upper()}": "1" if on else "0" for name, on in account.features.items()
    }
    return {
        **_LIMITS,
        "DEMO": "1" if account.demo else "0",
        "DNS": account.domain,
        "DOMAIN": account.domain,
        "OWNER": account.owner,
        "PLAN": account.plan,
        "RS": account.theme,
        "USER": account.user,
        **features,
    }
