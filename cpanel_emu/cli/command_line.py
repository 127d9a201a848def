"""The command line of ``cpapi2`` and its like: options and arguments (``liveapi_cli §2.1``)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

from cpanel_emu.call import Api, Arguments
from cpanel_emu.errors import EmulatorError

FORMATS = ("json", "jsonpretty", "xml", "yaml")
"""What ``--output`` takes."""

_INPUTS = ("key-value",)
_WITH_VALUE = ("user", "output", "input")
_LIST_SEPARATOR = ","
"""UAPI reads several values from one text with it."""


class UsageError(EmulatorError):
    """The command line is wrong; *with_help* prints the help under the message."""

    def __init__(self, text: str, *, with_help: bool = False) -> None:
        super().__init__(text)
        self.with_help = with_help


@dataclass(slots=True)
class CommandLine:
    """The words, taken apart; ``words`` are module, function and arguments."""

    user: str = ""
    output: str = "yaml"
    help: bool = False
    words: list[str] = field(default_factory=list)


def take_apart(arguments: Iterable[str]) -> CommandLine:
    """Tell options, wherever they stand, from words; behind ``--`` there are only words.

    Raises:
        UsageError: an option that is not known, or has no such value.
    """
    taken = CommandLine()
    waiting = iter(arguments)
    for word in waiting:
        if word == "--":
            taken.words += waiting
        elif not word.startswith("-") or word == "-":
            taken.words.append(word)
        else:
            name, equals, value = word.removeprefix("-").removeprefix("-").partition("=")
            if name == "help" and not equals:
                taken.help = True
            elif word.startswith("--") and name in _WITH_VALUE:
                _set(taken, name, value if equals else next(waiting, ""))
            else:
                raise UsageError(f"Unknown option: {name}", with_help=True)
    return taken


def _set(taken: CommandLine, name: str, value: str) -> None:
    if name == "user":
        taken.user = value
        return
    if value not in (FORMATS if name == "output" else _INPUTS):
        raise UsageError(f"Unknown value for --{name}: {value}", with_help=True)
    if name == "output":
        taken.output = value


def read_arguments(words: Iterable[str], api: Api) -> Arguments:
    """Return the arguments that *words* give, in the way of the *api*.

    Keys and values are URI-decoded, a plus sign stays one. A key that is repeated counts by its
    last value; in UAPI its values make a list.

    Raises:
        UsageError: a file that cannot be read.
    """
    named: dict[str, str] = {}
    positional: list[str] = []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals and api is Api.API1:
            positional.append(_decoded(word))
            continue
        name, text = _decoded(key), _value(value)
        if api is Api.UAPI and name in named:
            text = named[name] + _LIST_SEPARATOR + text
        named[name] = text
    return Arguments(named, tuple(positional))


def _value(text: str) -> str:
    """Return a value: URI-decoded, or the content of the file that ``@`` names."""
    if not text.startswith("@"):
        return _decoded(text)
    try:
        return Path(text[1:]).read_bytes().decode("utf-8", "replace")
    except (OSError, ValueError):
        raise UsageError(f'Cannot read the file "{text[1:]}".') from None


def _decoded(text: str) -> str:
    # Bytes of the command line that are no UTF-8 come as lone surrogates.
    return unquote(text.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
