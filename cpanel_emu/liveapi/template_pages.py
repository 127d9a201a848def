"""Pages in Template Toolkit, processed by the real one with LiveAPI behind it.

A Perl program of ours, ``toolkit/page.pl``, gives a page its world and takes its calls to a socket
of its own, as `PageRunner` does for LiveAPI pages.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cpanel_emu.call import Tree
from cpanel_emu.frontend import PageRequest
from cpanel_emu.liveapi import process
from cpanel_emu.liveapi.commands import InterpreterError
from cpanel_emu.liveapi.installation import install_classes
from cpanel_emu.liveapi.pages import CUT_SHORT
from cpanel_emu.liveapi.process import Outcome, ProcessLimits
from cpanel_emu.liveapi.server import LiveApiServer
from cpanel_emu.liveapi.socket_file import private_folder
from cpanel_emu.liveapi.template_error import error_page
from cpanel_emu.liveapi.template_session import TemplateSession
from cpanel_emu.page_files import page_file
from cpanel_emu.tags import (
    MissingPage,
    OpenPage,
    PageWarning,
    RenderedPage,
    StrictPageError,
    encode,
)

if TYPE_CHECKING:
    from cpanel_emu.emulator import Emulator

_TOOLKIT = Path(__file__).parent / "toolkit"
_RULE = "tags §9.2"
_MOST_MESSAGES = 100
_SECONDS_TO_FINISH = 10.0
_TEMPLATE_ERROR = 3
_NOT_INSTALLED = 4
_PLACE = re.compile(r"(?:error - )*(?P<file>[^\s:]+) line (?P<line>\d+)")
_MOST_MEMORY = 1024 * 1024 * 1024
_NEEDED = (
    "Pages in Template Toolkit need Perl and its module Template, which are not installed; on "
    "Debian and Ubuntu: apt-get install libtemplate-perl."
)


class TemplatePages:
    """Finds and processes the pages; thread-safe.

    Args:
        emulator: the server.
        limits: what a page may use.

    Raises:
        StoreError: the root cannot be written.
    """

    def __init__(self, emulator: Emulator, limits: ProcessLimits | None = None) -> None:
        self._emulator = emulator
        self._limits = limits or ProcessLimits()
        if self._limits.memory is None:
            # Perl has no limit of its own, as PHP has.
            self._limits = replace(self._limits, memory=_MOST_MEMORY)
        install_classes(emulator.root)

    def render(self, asked: PageRequest, *, strict: bool = False) -> RenderedPage:
        """Return the page, its bytes exactly as served; warnings go to the journal.

        A page with an error is one that tells it.

        Raises:
            MissingPage: there is no such page, or it lies outside the theme.
            InterpreterError: Perl or Template Toolkit is missing.
            StrictPageError: *strict*, and the page has warnings.
        """
        emulator = self._emulator
        theme = emulator.frontend.theme
        file = asked.source
        if page_file(theme, file) is None:
            raise MissingPage(f'There is no page "{asked.path}".')
        session = TemplateSession(emulator, asked)
        world = _world(emulator.frontend.open(asked), theme.folder, file)
        outcome = self._outcome(session, world, asked.account.user)
        page = _page(file, outcome, session)
        for warning in page.warnings:
            emulator.journal.record_warning(
                warning, asked.path, asked.account.user, emulator.clock.now()
            )
        if strict and page.warnings:
            raise StrictPageError(page)
        return page

    def _outcome(self, session: TemplateSession, world: bytes, user: str) -> Outcome:
        """Process a page whose questions *session* answers.

        Raises:
            InterpreterError: Perl or Template Toolkit is missing.
        """
        perl = shutil.which("perl")
        if perl is None:
            raise InterpreterError(_NEEDED)
        local_cpanel = self._emulator.root.local_cpanel
        command = [perl, f"-I{local_cpanel}", f"-I{_TOOLKIT}", str(_TOOLKIT / "page.pl")]
        with private_folder() as folder:
            socket = folder / "socket"
            with LiveApiServer(socket, user, lambda _: session) as server:
                try:
                    outcome = process.run(
                        command,
                        environment=_environment(socket, self._emulator.root.home(user)),
                        folder=folder,
                        given=world,
                        limits=self._limits,
                    )
                except OSError as error:
                    raise InterpreterError(f"Cannot run {perl}: {error.strerror}.") from None
                server.finish(_SECONDS_TO_FINISH)
        if outcome.status == _NOT_INSTALLED:
            raise InterpreterError(_NEEDED)
        return outcome


def _environment(socket: Path, home: Path) -> dict[str, bytes]:
    variables = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "CPANEL_CONNECT_SOCKET": str(socket),
        # Perl shuffles the keys of hashes otherwise, and no two pages were the same.
        "PERL_HASH_SEED": "0",
        "PERL_PERTURB_KEYS": "0",
    }
    return {name: os.fsencode(value) for name, value in variables.items()}


def _world(page: OpenPage, theme: Path, file: str) -> bytes:
    """Return what ``page.pl`` reads: where the page is, and the variables that do not change."""
    values = page.values
    hashes: dict[str, Mapping[str, str]] = {
        "RAW_FORM": values.form,
        "CPDATA": values.account,
        "ENV": values.environment,
        "CONF": values.configuration,
        "NVDATA": values.preferences,
        "CPFLAGS": values.build_flags,
        "HASMODULE": values.modules,
    }
    world: Tree = {
        "theme": str(theme.absolute()),
        "file": file,
        "hashes": {name: dict(given) for name, given in hashes.items()},
        "scalars": {
            **page.scalars,
            "formdump": page.form_dump(raw=False),
            "raw_formdump": page.form_dump(raw=True),
        },
    }
    return encode(json.dumps(world, ensure_ascii=False))


def _page(file: str, outcome: Outcome, session: TemplateSession) -> RenderedPage:
    """Return the page that came out."""
    lines = outcome.errors.decode("utf-8", "replace").splitlines()[:_MOST_MESSAGES]
    warnings = [*session.warnings, *(PageWarning(file, 1, 1, _RULE, line) for line in lines)]
    if not outcome.completed:
        message = "the page was stopped: it took too long or printed too much"
        warnings.append(PageWarning(file, 1, 1, _RULE, message))
        return RenderedPage(outcome.output + CUT_SHORT, tuple(warnings), session.variables)
    if outcome.status == 0:
        return RenderedPage(outcome.output, tuple(warnings), session.variables)
    if outcome.status == _TEMPLATE_ERROR:
        told = outcome.output.decode("utf-8", "replace").rstrip()
    else:
        told = "the page ended before it was complete; it may need too much memory"
    place = _PLACE.search(told)
    where = (place["file"], int(place["line"])) if place is not None else (file, 1)
    error = PageWarning(where[0], where[1], 1, _RULE, " ".join(told.split()))
    return RenderedPage(error_page(file, error), (*warnings, error), session.variables)
