"""A click group whose commands are imported when they are asked for, so that each starts fast."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from cpanel_emu.cli import interrupt


class LazyGroup(click.Group):
    """Has the commands of *verbs* (name → module of `cpanel_emu.cli` and command) and its own."""

    def __init__(self, *words: Any, verbs: Mapping[str, tuple[str, str]], **named: Any) -> None:
        super().__init__(*words, **named)
        self._verbs = verbs

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
        return command
