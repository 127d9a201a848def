"""What the verbs of ``cpanel-emu`` share: the options of the table, and how errors end."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from cpanel_emu.cli import interrupt
from cpanel_emu.emulator import Emulator
from cpanel_emu.errors import ConfigurationError, EmulatorError
from cpanel_emu.options import OPTIONS, Option, Options, resolve

_Command = TypeVar("_Command", bound=Callable[..., Any])

FAILED = 1
WRONG_USAGE = 2

_ON_ALONE = frozenset({"fsync", "strict"})
"""Options that may stand without their value."""


def emulator_options(*shown: str, but: str = "") -> Callable[[_Command], _Command]:
    """Return what gives a command every option of the table.

    Args:
        shown: the options that its help tells of; without any, it tells of all.
        but: an option that the command has in a way of its own.
    """
    return _options([option for option in OPTIONS if option.name != but], shown)


def options_of(*names: str) -> Callable[[_Command], _Command]:
    """Return what gives a command the options of the table with these names."""
    return _options([option for option in OPTIONS if option.name in names], names)


def _options(options: Sequence[Option], shown: Sequence[str]) -> Callable[[_Command], _Command]:
    def give(command: _Command) -> _Command:
        for option in reversed(options):
            is_hidden = bool(shown) and option.name not in shown
            command = _flag(option, is_hidden=is_hidden)(command)
        return command

    return give


def _flag(option: Option, *, is_hidden: bool) -> Callable[[_Command], _Command]:
    alone: dict[str, Any] = {}
    if option.name in _ON_ALONE:
        alone = {"is_flag": False, "flag_value": "on"}
    return click.option(
        f"--{option.name}",
        option.field,
        metavar=option.metavar,
        multiple=option.repeatable,
        help=f"{option.help}  [default: {option.default_text}]",
        hidden=is_hidden,
        **alone,
    )


def resolved(flags: dict[str, object]) -> Options:
    """Return the options from *flags*, the environment and the TOML file.

    Raises:
        ConfigurationError: a wrong name or value.
    """
    return resolve(flags, os.environ)


def emulator(flags: dict[str, object]) -> Emulator:
    """Return an emulator over the root that *flags* name."""
    return Emulator.with_options(resolved(flags))


def run(command: click.Command) -> None:
    """Run *command* as the whole program: one line per error, no traceback, the exit status.

    0 done, 1 the operation failed, 2 wrong usage or configuration, 130 interrupted.
    """
    try:
        command.main(standalone_mode=False)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  (what is unknown goes on)
        if interrupt.is_behind(error):
            interrupt.told()
        _end(error)


def _end(error: BaseException) -> None:
    """End with what *error*, which is being handled, means; raise it again if that is a defect."""
    match error:
        case click.exceptions.Exit():
            sys.exit(error.exit_code)
        case click.Abort():
            sys.exit(FAILED)
        case click.ClickException():
            error.show()
            sys.exit(WRONG_USAGE)
        case ConfigurationError():
            click.echo(f"cpanel-emu: {error}", err=True)
            sys.exit(WRONG_USAGE)
        case EmulatorError():
            click.echo(f"cpanel-emu: {error}", err=True)
            sys.exit(FAILED)
        case BrokenPipeError():
            # The reader of a pipe has seen enough; Python must not complain again at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(FAILED)
        case _:
            raise  # noqa: PLE0704  (called where it is handled)
