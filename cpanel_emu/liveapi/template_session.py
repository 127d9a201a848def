"""The LiveAPI session of a page in Template Toolkit.

Calls come as those of every LiveAPI page do. What tags have and the protocol has no word for, such
as the variables that a call has set, the page asks in one more kind of message: ``<cpanelemu>`` and
a JSON list, the question and its arguments. It is no part of the emulated protocol, and only these
sessions know it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from cpanel_emu.call import Answer, Call, Refusal
from cpanel_emu.control.liveapi_watch import Reply
from cpanel_emu.liveapi import answers
from cpanel_emu.liveapi.messages import Message, PageText
from cpanel_emu.liveapi.session import LiveApiSession
from cpanel_emu.tongues.envelopes import Envelope

if TYPE_CHECKING:
    from cpanel_emu.tags import PageWarning

_MARK = "<cpanelemu>"


class TemplateSession(LiveApiSession):
    """Answers what one page says."""

    def exchange(self, frame: bytes, message: Message, answer: Callable[[], bytes]) -> Reply:
        """Return the reply to *message*; a question is no call, and no journal tells of it."""
        if _is_question(message):
            return Reply(answer())
        return super().exchange(frame, message, answer)

    def answer(self, message: Message) -> bytes:
        """Return the frame that answers *message*.

        Raises:
            AccountError: the account has been removed.
            StoreError: the account's files cannot be used.
        """
        if not _is_question(message):
            return super().answer(message)
        assert isinstance(message, PageText)
        try:
            question, *arguments = json.loads(message.text.removeprefix(_MARK))
            answer = self._page.ask(str(question), [str(argument) for argument in arguments])
        except (ValueError, TypeError, RecursionError):
            return answers.EMPTY
        return answers.encode(Envelope({"answer": answer}, wrapped=False), as_json=True)

    def _call(self, call: Call) -> Answer:
        answer = super()._call(call)
        if isinstance(answer.outcome, Refusal):
            self._page.warn("tags §1.10", answer.outcome.text)
        return answer

    @property
    def warnings(self) -> tuple[PageWarning, ...]:
        """What was found wrong with what the page asked and with the tags of its phrases."""
        return self._page.warnings


def _is_question(message: Message) -> bool:
    return isinstance(message, PageText) and message.text.startswith(_MARK)
