"""From a request's payload to a message (``liveapi_cli §1.4``). Pure; never raises."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from cpanel_emu.call import Api, Arguments, Call, Tree, whole_text
from cpanel_emu.liveapi.messages import (
    Condition,
    Execute,
    Handshake,
    Message,
    PageText,
    Print,
    Shutdown,
    Unreadable,
)
from cpanel_emu.tongues.xml_action import read_xml_action

ACTION_START = b"<cpanelaction>"
ACTION_END = b"</cpanelaction>"

_HANDSHAKE = re.compile(r"""<cpaneljson\s+enable\s*=\s*(["']?)1\1\s*/?>""")
_SHUTDOWN = re.compile(r"""<cpanelxml\s+shutdown\s*=\s*(["']?)1\1\s*/?>""")
_PRINTING_WORDS = frozenset({"print", "langprint"})
_CONDITIONS = frozenset({"if", "feature"})
_APIS = {"1": Api.API1, "3": Api.UAPI, "uapi": Api.UAPI}


def read_payload(payload: bytes) -> Message:
    """Return the message that *payload* holds; bytes that are no UTF-8 count as U+FFFD."""
    stripped = payload.strip()
    if not stripped:
        return Unreadable()
    if stripped.startswith(ACTION_START) and stripped.endswith(ACTION_END):
        try:
            return _read_action(stripped)
        except RecursionError:
            return Unreadable()
    text = payload.decode("utf-8", "replace")
    element = text.strip()
    if _HANDSHAKE.fullmatch(element):
        return Handshake()
    if _SHUTDOWN.fullmatch(element):
        return Shutdown()
    return Unreadable() if stripped.startswith(ACTION_START) else PageText(text)


def _read_action(document: bytes) -> Message:
    content = document[len(ACTION_START) : -len(ACTION_END)].strip()
    members = read_xml_action(document) if content.startswith(b"<") else _read_json(content)
    if members is None:
        return Unreadable()
    request_type, module, function, version = (
        _text(members.get(name)) for name in ("reqtype", "module", "func", "apiversion")
    )
    arguments = members.get("args")
    if request_type in _CONDITIONS:
        return Condition(request_type, _positional(arguments).at(0))
    api = _APIS.get(version, Api.API2)
    if api is Api.API1 and module in _PRINTING_WORDS and not function:
        return Print(module, _positional(arguments).at(0))
    return Execute(Call(api, module, function, _arguments(api, arguments)))


def _read_json(content: bytes) -> Mapping[str, Tree] | None:
    """Return the members of a JSON object, its numbers as their text, or nothing."""
    try:
        members = json.loads(
            content.decode("utf-8", "replace"),
            parse_int=str,
            parse_float=str,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError):
        return None
    return members if isinstance(members, dict) else None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _arguments(api: Api, arguments: Tree) -> Arguments:
    """Return the arguments as the function gets them; what cannot be named counts as empty."""
    if isinstance(arguments, Mapping):
        return Arguments(named={_text(name): _text(value) for name, value in arguments.items()})
    return _positional(arguments) if api is Api.API1 else Arguments()


def _positional(arguments: Tree) -> Arguments:
    if isinstance(arguments, Sequence) and not isinstance(arguments, str):
        return Arguments(positional=tuple(_text(value) for value in arguments))
    if arguments is None or isinstance(arguments, Mapping):
        return Arguments()
    return Arguments(positional=(_text(arguments),))


def _text(value: Tree) -> str:
    """Return an argument as text: null empty, true ``1``, false ``0``, lists and hashes as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return whole_text(value)
