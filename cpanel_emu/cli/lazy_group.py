"""A click group whose commands are imported when they are asked for, so that each starts fast."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from typing import Any

import click

from cpanel_emu.cli import interrupt
from cpanel_emu.suggest import unknown

_EXAMPLES = re.compile(r"\n\n( *)(?=Examples?:\n)")
"""Click keeps the lines of a paragraph that begins with a backspace."""


class LazyGroup(click.Group):
    """Has the commands of *verbs* (name → module of `cpanel_emu.cli` and command) and its own."""

    def __init__(
        self, *words: Any, verbs: Mapping[str, tuple[str, str]] | None = None, **named: Any
    ) -> None:
        super().__init__(*words, **named)
        self._verbs = verbs or {}

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that *args* begin with, and the rest; name the nearest to a typo."""
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            ctx.fail(f"{unknown(name, self.list_commands(ctx))}")
        return super().resolve_command(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, sorted."""
        return sorted({*super().list_commands(ctx), *self._verbs})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, imported."""
        command = super().get_command(ctx, cmd_name)
        if cmd_name in self._verbs:
            module, name = self._verbs[cmd_name]
            command = getattr(importlib.import_module(f"cpanel_emu.cli.{module}"), name)
        if not isinstance(command, LazyGroup):
            interrupt.clean_up()
        if command is not None and command.help is not None:
            command.help = _EXAMPLES.sub("\n\n\\1\b\n\\1", command.help)
        return command
