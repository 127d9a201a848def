"""A session that knows no functions: its answers tell what was asked, and as which account."""

from __future__ import annotations

from cpanel_emu.call import Answer, Api, Call, Data, Printed, Refusal, RefusalKind, Result, Rows
from cpanel_emu.liveapi import answers
from cpanel_emu.liveapi.messages import (
    Condition,
    Execute,
    Handshake,
    Message,
    PageText,
    Print,
)
from cpanel_emu.releases import UndefinedApi1
from cpanel_emu.tongues.envelopes import envelope


class EchoSession:
    """Answers ``Echo::all`` with the call's arguments and the account; others are unknown."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._as_json = False

    def answer(self, message: Message) -> bytes:
        match message:
            case Handshake():
                self._as_json = True
                return answers.HANDSHAKE
            case Execute(call):
                sealed = envelope(
                    Answer(call, self._outcome(call)),
                    undefined=UndefinedApi1.STRICT_REFS,
                    source="internal",
                )
                return answers.encode(sealed, as_json=self._as_json)
            case Print(word, text):
                return self._printed(word, f"{word} {text}")
            case Condition(word, text):
                return answers.encode_verdict(word, holds=text == "yes", as_json=self._as_json)
            case PageText(text):
                return self._printed("exec", text)
            case _:
                return answers.EMPTY

    def _printed(self, word: str, text: str) -> bytes:
        expanded = text.replace("$user", self._account)
        return answers.encode_printed(word, expanded, as_json=self._as_json)

    def _outcome(self, call: Call) -> Result | Refusal:
        named = dict(call.arguments.named)
        positional = list(call.arguments.positional)
        match call.api, call.module, call.function:
            case Api.API1, "Echo", "all":
                return Printed("/".join([self._account, *positional]))
            case Api.API2, "Echo", "all":
                return Rows(({"account": self._account, **named},))
            case Api.UAPI, "Echo", "all":
                return Data([{"account": self._account, **named}])
            case Api.UAPI, "Chrome", "get_dom":
                title, key = named.get("page_title", ""), named.get("app_key", "")
                return Data({"header": f"<h1>{title}</h1>{key}\n", "footer": f"<i>{title}</i>\n"})
            case _:
                text = f"Could not find function '{call.function}' in module '{call.module}'"
                return Refusal(RefusalKind.UNKNOWN_FUNCTION, text)
