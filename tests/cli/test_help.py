"""``--help`` of every verb: it teaches, and its examples are right."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
import pytest
from click.testing import CliRunner

from cpanel_emu.cli.main import cli

_PLAIN = {"demo", "version", "coverage", "account list", "account show", "account remove"}
"""Verbs that say all in one line."""


def verbs(group: click.Group, *before: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from verbs(command, *before, name)
        else:
            yield " ".join([*before, name]), command


VERBS = dict(verbs(cli))


def shown(*words: str) -> str:
    done = CliRunner().invoke(cli, [*words, "--help"], prog_name="cpanel-emu")
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("verb", VERBS)
def test_examples_are_right(verb: str) -> None:
    text = shown(*verb.split())
    lines = [line.strip().removeprefix("sudo ") for line in text.splitlines()]
    examples = [line for line in lines if line.startswith(f"cpanel-emu {verb}")]
    assert examples or verb in _PLAIN or verb == "fixtures update"
    for line in examples:
        words = shlex.split(line)[1 + len(verb.split()) :]
        VERBS[verb].make_context(verb, words)


@pytest.mark.parametrize("words", [(), ("account",), ("fixtures",), ("theme",), ("token",)])
def test_lists_of_verbs_are_not_cut(words: tuple[str, ...]) -> None:
    assert "..." not in shown(*words).partition("Commands:")[2]


def test_help_leaves_out_what_does_not_matter_there() -> None:
    text = shown("account", "list")
    assert "--root" in text
    assert "--max-head" not in text
    # It is taken all the same, as a variable and a key of the file are.
    VERBS["account list"].make_context("list", ["--max-head", "1M"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["srve"], "unknown name 'srve'; did you mean \"serve\"?"),
        (["theme", "chek"], "unknown name 'chek'; did you mean \"check\"?"),
        (["account", "zzz"], "unknown name 'zzz'; known are: add, list, password, remove, show."),
    ],
)
def test_a_typo_is_answered_with_the_nearest_verb(words: list[str], said: str) -> None:
    done = CliRunner().invoke(cli, words)
    assert (done.exit_code, said in done.output) == (2, True)
