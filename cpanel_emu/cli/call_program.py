"""``cpapi1``, ``cpapi2`` and ``uapi``: one program under three names (``liveapi_cli §2``).

It works on the root directly, beside a running server or without one. Written without a
command-line library: the rules are the old program's own, and it must start fast.
"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Sequence

from cpanel_emu.accounts.models import ROOT_USER
from cpanel_emu.call import Answer, Api, Call
from cpanel_emu.cli.command_line import UsageError, read_arguments, take_apart
from cpanel_emu.emulator import Emulator
from cpanel_emu.errors import EmulatorError
from cpanel_emu.options import resolve
from cpanel_emu.releases import Release
from cpanel_emu.tongues import json_api
from cpanel_emu.tongues.envelopes import envelope

PROGRAMS = {"cpapi1": Api.API1, "cpapi2": Api.API2, "uapi": Api.UAPI}
"""The names of the program and the family that each of them calls."""

_DEFAULT_PROGRAM = "cpapi2"

_HELP = """Usage: {program} [options] Module function [key=value ...]

Calls one function of {title} for an account and prints the answer.

  --user=NAME      the account to act for; needed when root calls, else the caller
  --output=FORMAT  yaml (default), json, jsonpretty or xml
  --input=FORM     key-value, the only form here
  --help           this text

Options may stand anywhere before a "--" of its own. Keys and values are URI-encoded: write %40 for
@ and %2F for /; a plus sign stays a plus sign. key=@FILE sends the content of FILE as it is; write
key=%40FILE for a value that begins with @. {repeated}
{more}"""
_TITLES = {Api.API1: "API 1", Api.API2: "API 2", Api.UAPI: "UAPI"}
_LAST_COUNTS = "A key that is repeated counts by its last value."
_REPEATED = {
    Api.API1: _LAST_COUNTS,
    Api.API2: _LAST_COUNTS,
    Api.UAPI: "A key that is repeated is a list.",
}
_MORE = {Api.API1: "A word without = is the next positional argument.\n"}


def run(name: str, arguments: Sequence[str]) -> int:
    """Run the program called *name* and return its exit status (``liveapi_cli §2.2``)."""
    program = name if name in PROGRAMS else _DEFAULT_PROGRAM
    try:
        emulator = Emulator.with_options(resolve({}, os.environ))
    except EmulatorError as error:
        return _complain(program, str(error))
    with emulator:
        if not emulator.release.command_line:
            return _complain(program, "This release has no command line API.")
        try:
            output = _perform(program, arguments, emulator)
        except UsageError as error:
            told = f"\n{_help(program, emulator)}" if error.with_help else ""
            return _complain(program, str(error), told)
        except EmulatorError as error:
            return _complain(program, str(error))
    return _print(output)


def _complain(program: str, text: str, more: str = "") -> int:
    sys.stderr.write(f"[{program}] {text}\n{more}")
    return 1


def _print(output: bytes) -> int:
    try:
        sys.stdout.buffer.write(output)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python must not complain again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _perform(program: str, arguments: Sequence[str], emulator: Emulator) -> bytes:
    """Return what the program prints.

    Raises:
        UsageError: the command line is wrong.
        StoreError: the account's files cannot be used.
    """
    line = take_apart(arguments)
    if line.help:
        return _help(program, emulator).encode()
    user = line.user or _caller(emulator)
    if not user:
        text = "This program must be passed the --user flag when run by root!"
        raise UsageError(text, with_help=True)
    account = emulator.accounts.get(user)
    if account is None:
        raise UsageError(f'The user "{user}" does not exist.')
    if len(line.words) < 2:
        raise UsageError("A module and a function are required.", with_help=True)
    module, function, *rest = line.words
    api = PROGRAMS[program]
    call = Call(api, module, function, read_arguments(rest, api))
    return _spell(emulator.answer(call, account), line.output, emulator.release)


def _caller(emulator: Emulator) -> str:
    """Return the name of the calling system user if it is an account's, else ``""``."""
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return ""
    return name if name != ROOT_USER and emulator.accounts.get(name) is not None else ""


def _spell(answer: Answer, output: str, release: Release) -> bytes:
    """Return *answer* in the format asked for (``liveapi_cli §2.3``, ``liveapi_cli §2.4``)."""
    source = "internal" if output == "xml" else "module"
    told = envelope(answer, undefined=release.undefined_api1, source=source)
    # Each format is loaded when it is asked for: the program must start fast.
    if output == "xml":
        from cpanel_emu.tongues import xml_api  # noqa: PLC0415

        return xml_api.encode(told)
    tree = json_api.root(told)
    if output == "json":
        return json_api.encode_tree(tree, line_end=True)
    if output == "jsonpretty":
        from cpanel_emu.tongues import json_pretty  # noqa: PLC0415

        text = json_pretty.dump(tree)
    else:
        from cpanel_emu.tongues import yaml_cli  # noqa: PLC0415

        text = yaml_cli.dump(tree)
    return text.encode("utf-8", "replace")


def _help(program: str, emulator: Emulator) -> str:
    api = PROGRAMS[program]
    more = _MORE.get(api, "")
    if emulator.release.command_line_lists_functions:
        names = (f"{one.module}::{one.name}" for one in emulator.registry if one.api is api)
        more += "\nFunctions:\n" + "".join(f"{name}\n" for name in sorted(names))
    return _HELP.format(program=program, title=_TITLES[api], repeated=_REPEATED[api], more=more)
