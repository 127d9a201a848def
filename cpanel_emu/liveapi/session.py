"""The session of one LiveAPI connection: answers messages as one account (``liveapi_cli §1.5``).

Calls go to `Emulator.answer` like those of every other door. Tags, variables and conditions are
read by one open page, so what a call or a ``setvar`` sets is seen by what comes after it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from cpanel_emu.accounts.models import AccountError
from cpanel_emu.call import Answer, Api, Call, Printed
from cpanel_emu.control.liveapi_watch import Reply, watched
from cpanel_emu.frontend import PageRequest
from cpanel_emu.liveapi import answers
from cpanel_emu.liveapi.messages import (
    Condition,
    Execute,
    Handshake,
    Message,
    PageText,
    Print,
)
from cpanel_emu.tags import OpenPage, parse, single_tag
from cpanel_emu.tags.tree import Word, function_use
from cpanel_emu.tongues.envelopes import envelope

if TYPE_CHECKING:
    from cpanel_emu.emulator import Emulator

_ANY_TEXT = "exec"
"""The ``command`` of what is neither a single word nor a single API 1 tag."""


class LiveApiSession:
    """Answers the messages of one connection, in order.

    Args:
        emulator: the server.
        request: the page that the connection belongs to, and its account; a connection outside
            pages has one with an empty path.
    """

    def __init__(self, emulator: Emulator, request: PageRequest) -> None:
        self._emulator = emulator
        self._request = request
        self._as_json = False
        self._tag_answer: Answer | None = None
        self._warnings_told = 0

    def exchange(self, frame: bytes, message: Message, answer: Callable[[], bytes]) -> Reply:
        """Return the reply to *message*: its answer, or what a planned fault makes of it.

        Both go into the journal, but for a handshake, which tells nothing.

        Args:
            frame: the message as it came.
            message: what it says.
            answer: returns the frame that answers it.
        """
        if isinstance(message, Handshake):
            return Reply(answer())
        call = message.call if isinstance(message, Execute) else None
        return watched(self._emulator, self._request.account.user, frame, call, answer)

    def answer(self, message: Message) -> bytes:
        """Return the frame that answers *message*.

        Raises:
            AccountError: the account has been removed.
            StoreError: the account's files cannot be used.
        """
        match message:
            case Handshake():
                self._as_json = True
                return answers.HANDSHAKE
            case Execute(call):
                return self._execute(call)
            case Print(word, text):
                return self._printed(word, self._page.word(word, text))
            case Condition(word, text):
                test = self._page.feature if word == "feature" else self._page.condition
                return answers.encode_verdict(word, holds=test(text), as_json=self._as_json)
            case PageText(text):
                return self._page_text(text)
            case _:
                return answers.EMPTY

    @property
    def variables(self) -> Mapping[str, str]:
        """``$CPVAR{…}`` as they are now."""
        return dict(self._page.variables)

    @functools.cached_property
    def _page(self) -> OpenPage:
        return self._emulator.frontend.open(self._request, self._call_in_text)

    def _execute(self, call: Call) -> bytes:
        answer = self._call(call)
        self._page.note(answer)
        return self._encoded(answer)

    def _call(self, call: Call) -> Answer:
        account = self._emulator.accounts.existing(self._request.account.user)
        page = replace(self._request, account=account, variables=self._page.variables)
        return self._emulator.answer(call, account, page=page)

    def _call_in_text(self, call: Call) -> Answer:
        self._tag_answer = self._call(call)
        return self._tag_answer

    def _page_text(self, text: str) -> bytes:
        """Render *text*; a word or an API 1 tag alone answers as such (``liveapi_cli §1.5``)."""
        tag = single_tag(parse(text))
        self._tag_answer = None
        printed = self._page.text(text)
        if isinstance(tag, Word):
            return self._printed(tag.word, printed)
        use = function_use(tag) if tag is not None else None
        if use is None or use.api is not Api.API1:
            return self._printed(_ANY_TEXT, printed)
        if self._tag_answer is not None:
            return self._encoded(self._tag_answer)
        # Some functions belong to pages alone, and a call may have crashed.
        module = use.module[:1].upper() + use.module[1:]
        return self._encoded(Answer(Call(Api.API1, module, use.function), Printed(printed)))

    def _printed(self, word: str, text: str) -> bytes:
        self._tell_warnings()
        return answers.encode_printed(word, text, as_json=self._as_json)

    def _encoded(self, answer: Answer) -> bytes:
        undefined = self._emulator.release.undefined_api1
        told = envelope(answer, undefined=undefined, source="internal")
        return answers.encode(told, as_json=self._as_json)

    def _tell_warnings(self) -> None:
        """Put what was wrong with the text into the journal."""
        request, warnings = self._request, self._page.warnings
        for warning in warnings[self._warnings_told :]:
            self._emulator.journal.record_warning(
                warning, request.path, request.account.user, self._emulator.clock.now()
            )
        self._warnings_told = len(warnings)


def open_standing_session(emulator: Emulator, user: str) -> LiveApiSession:
    """Return the session of a connection outside pages.

    Args:
        emulator: the server.
        user: the account that it speaks for; the first by name if it is empty
            (``liveapi_cli §1.1``).

    Raises:
        AccountError: there is no such account.
    """
    name = user or next(iter(emulator.accounts.names()), None)
    if name is None:
        raise AccountError("There is no account.")
    return LiveApiSession(emulator, PageRequest(emulator.accounts.existing(name), ""))
