"""``cpapi1``, ``cpapi2`` and ``uapi``: one program under three names (``liveapi_cli §2``).

It works on the root directly, beside a running server or without one. Written without a
command-line library: the rules are the old program's own, and it must start fast.
"""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from cpanel_emu.accounts.models import ROOT_USER
from cpanel_emu.call import Answer, Api, Arguments, Call
from cpanel_emu.emulator import Emulator
from cpanel_emu.errors import EmulatorError
from cpanel_emu.options import resolve
from cpanel_emu.releases import Release
from cpanel_emu.tongues import json_api, json_pretty, xml_api, yaml_cli
from cpanel_emu.tongues.envelopes import Envelope, envelope

_APIS = {"cpapi1": Api.API1, "cpapi2": Api.API2, "uapi": Api.UAPI}
_FORMATS = ("json", "jsonpretty", "xml", "yaml")
_INPUTS = ("key-value",)
_WITH_VALUE = ("user", "output", "input")

_HELP = """Usage: {program} [options] Module function [key=value ...]

Calls one function of {title} for an account and prints the answer.

  --user=NAME      the account to act for; needed when root calls, else the caller
  --output=FORMAT  yaml (default), json, jsonpretty or xml
  --input=FORM     key-value, the only form here
  --help           this text

Options may stand anywhere. Keys and values are URI-encoded: write %40 for @ and %2F for /; a plus
sign stays a plus sign. A key that is repeated counts by its last value. key=@FILE sends the content
of FILE as it is; write key=%40FILE for a value that begins with @.
{more}"""
_TITLES = {Api.API1: "API 1", Api.API2: "API 2", Api.UAPI: "UAPI"}
_API1_MORE = "A word without = is the next positional argument.\n"


class _UsageError(EmulatorError):
    """The command line is wrong; *with_help* prints the help under the message."""

    def __init__(self, text: str, *, with_help: bool = False) -> None:
        super().__init__(text)
        self.with_help = with_help


@dataclass(slots=True)
class _Words:
    """The command line, taken apart."""

    options: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    help: bool = False


def main() -> None:
    """Run the program under the name it was called by."""
    sys.exit(run(Path(sys.argv[0]).name, sys.argv[1:]))


def run(name: str, arguments: Sequence[str]) -> int:
    """Run the program called *name* and return its exit status (``liveapi_cli §2.2``)."""
    program = name if name in _APIS else "cpapi2"
    try:
        emulator = Emulator.with_options(resolve({}, os.environ))
    except EmulatorError as error:
        return _complain(program, str(error))
    with emulator:
        if not emulator.release.command_line:
            return _complain(program, "This release has no command line API.")
        try:
            text = _perform(program, arguments, emulator)
        except _UsageError as error:
            told = f"\n{_help(program, emulator)}" if error.with_help else ""
            return _complain(program, str(error), told)
        except EmulatorError as error:
            return _complain(program, str(error))
    return _print(text)


def _complain(program: str, text: str, more: str = "") -> int:
    sys.stderr.write(f"[{program}] {text}\n{more}")
    return 1


def _print(data: bytes) -> int:
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _perform(program: str, arguments: Sequence[str], emulator: Emulator) -> bytes:
    words = _take_apart(arguments)
    if words.help:
        return _help(program, emulator).encode()
    output = words.options.get("output", "yaml")
    for option, known in (("output", _FORMATS), ("input", _INPUTS)):
        value = words.options.get(option)
        if value is not None and value not in known:
            raise _UsageError(f"Unknown value for --{option}: {value}", with_help=True)
    user = words.options.get("user") or _caller(emulator)
    if user == ROOT_USER:
        text = "This program must be passed the --user flag when run by root!"
        raise _UsageError(text, with_help=True)
    account = emulator.accounts.get(user)
    if account is None:
        raise _UsageError(f'The user "{user}" does not exist.')
    if len(words.words) < 2:
        raise _UsageError("A module and a function are required.", with_help=True)
    module, function, *rest = words.words
    api = _APIS[program]
    call = Call(api, module, function, _arguments(rest, api))
    return _spell(emulator.answer(call, account), output, emulator.release)


def _take_apart(arguments: Iterable[str]) -> _Words:
    """Tell options, wherever they stand, from words.

    Raises:
        _UsageError: an option that is not known.
    """
    taken = _Words()
    waiting = iter(arguments)
    for word in waiting:
        if not word.startswith("-") or "=" in word.partition("--")[0]:
            taken.words.append(word)
            continue
        name, equals, value = word.lstrip("-").partition("=")
        if name == "help" and not equals:
            taken.help = True
        elif word.startswith("--") and name in _WITH_VALUE:
            taken.options[name] = value if equals else next(waiting, "")
        else:
            raise _UsageError(f"Unknown option: {name}", with_help=True)
    return taken


def _caller(emulator: Emulator) -> str:
    """Return the calling system user if it has an account, else root."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):
        return ROOT_USER
    return name if emulator.accounts.get(name) is not None else ROOT_USER


def _arguments(words: Iterable[str], api: Api) -> Arguments:
    named: dict[str, str] = {}
    positional: list[str] = []
    for word in words:
        key, equals, value = word.partition("=")
        if equals or api is not Api.API1:
            named[_decoded(key)] = _value(value)
        else:
            positional.append(_decoded(word))
    return Arguments(named, tuple(positional))


def _value(text: str) -> str:
    """Return a value: URI-decoded, or the content of the file that ``@`` names.

    Raises:
        _UsageError: the file cannot be read.
    """
    if not text.startswith("@"):
        return _decoded(text)
    try:
        return Path(text[1:]).read_bytes().decode("utf-8", "replace")
    except (OSError, ValueError):
        raise _UsageError(f'Cannot read the file "{text[1:]}".') from None


def _decoded(text: str) -> str:
    return unquote(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def _spell(answer: Answer, output: str, release: Release) -> bytes:
    """Return *answer* in the format asked for (``liveapi_cli §2.3``, §2.4)."""
    source = "internal" if output == "xml" else "module"
    told: Envelope = envelope(answer, undefined=release.undefined_api1, source=source)
    if output == "xml":
        return xml_api.encode(told)
    tree = json_api.root(told)
    if output == "json":
        return f"{json_api.dump(tree)}\n".encode("utf-8", "replace")
    text = json_pretty.dump(tree) if output == "jsonpretty" else yaml_cli.dump(tree)
    return text.encode("utf-8", "replace")


def _help(program: str, emulator: Emulator) -> str:
    api = _APIS[program]
    more = _API1_MORE if api is Api.API1 else ""
    if emulator.release.command_line_lists_functions:
        names = (f"{one.module}::{one.name}" for one in emulator.registry if one.api is api)
        more += "\nFunctions:\n" + "".join(f"{name}\n" for name in sorted(names))
    return _HELP.format(program=program, title=_TITLES[api], more=more)
