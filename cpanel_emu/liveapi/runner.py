"""Runs the LiveAPI pages of a theme: real interpreters, each page with a socket of its own."""

from __future__ import annotations

import logging
from pathlib import Path

from cpanel_emu.liveapi import process
from cpanel_emu.liveapi.cgi_answer import read_cgi_output
from cpanel_emu.liveapi.commands import InterpreterError, command_for
from cpanel_emu.liveapi.conversation import OpenSession
from cpanel_emu.liveapi.environment import page_environment, write_php_settings
from cpanel_emu.liveapi.pages import CUT_SHORT, NEVER_CONNECTED, CgiRequest, PageAnswer
from cpanel_emu.liveapi.process import Outcome, ProcessLimits
from cpanel_emu.liveapi.server import LiveApiServer
from cpanel_emu.liveapi.socket_file import private_folder

_log = logging.getLogger(__name__)
_SECONDS_TO_FINISH = 10.0


class PageRunner:
    """Runs pages; thread-safe.

    Args:
        local_cpanel: the folder that pages know as ``/usr/local/cpanel``; `install_classes`
            fills it.
        open_session: answers what a page says, as the account that it runs for.
        limits: what a page may use.
    """

    def __init__(
        self, local_cpanel: Path, open_session: OpenSession, limits: ProcessLimits | None = None
    ) -> None:
        self._local_cpanel = local_cpanel
        self._open_session = open_session
        self._limits = limits or ProcessLimits()

    def run(self, request: CgiRequest) -> PageAnswer:
        """Run a page to its end, or to its limits.

        Raises:
            InterpreterError: the page's interpreter is missing, or cannot be started.
        """
        command = command_for(request.page, self._local_cpanel)
        with private_folder() as folder:
            write_php_settings(folder)
            socket = folder / "socket"
            with LiveApiServer(socket, request.account, self._open_session) as server:
                outcome = self._start(
                    command, request, page_environment(request, socket, self._local_cpanel, folder)
                )
                # A page may end without waiting for its answers.
                server.finish(_SECONDS_TO_FINISH)
                return _answer(request, outcome, connected=server.accepted > 0)

    def _start(
        self, command: list[str], request: CgiRequest, environment: dict[str, bytes]
    ) -> Outcome:
        try:
            return process.run(
                command,
                environment=environment,
                folder=request.page.parent,
                given=request.body,
                limits=self._limits,
            )
        except OSError as error:
            raise InterpreterError(f"Cannot run {command[0]}: {error.strerror}.") from None


def _answer(request: CgiRequest, outcome: Outcome, *, connected: bool) -> PageAnswer:
    answer = read_cgi_output(outcome.output)
    messages = outcome.errors.decode("utf-8", "replace")
    if messages:
        _log.warning("%s: %s", request.page.name, messages.rstrip())
    body = answer.body
    if not outcome.completed:
        body += CUT_SHORT
    if not connected:
        body += NEVER_CONNECTED
    return PageAnswer(
        status=answer.status,
        reason=answer.reason,
        headers=answer.headers,
        body=body,
        connected=connected,
        completed=outcome.completed,
        messages=messages,
    )
