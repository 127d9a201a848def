"""``cpanel-emu account`` and ``cpanel-emu token``: what a seed refuses, they refuse too."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cpanel_emu.accounts.models import AccountError
from cpanel_emu.cli.accounts import account, token


def call(root: Path, *words: str) -> Result:
    group = account if words[0] == "account" else token
    return CliRunner().invoke(group, [*words[1:], "--root", str(root)])


def test_an_account_comes_and_goes(tmp_path: Path) -> None:
    added = call(
        tmp_path,
        *("account", "add", "jane", "example.org"),
        *("--password", "secret", "--owner", "user"),
    )
    assert added.output == "Added jane (example.org).\n"
    listed = call(tmp_path, "account", "list").output
    assert "jane\texample.org\tuser\n" in listed
    assert call(tmp_path, "token", "add", "jane", "ci", "--value", "TOKEN").output == "TOKEN\n"
    shown = call(tmp_path, "account", "show", "jane").output
    assert "API tokens:    ci\n" in shown
    assert "TOKEN" not in shown
    assert call(tmp_path, "account", "remove", "jane").exit_code == 0
    assert "jane" not in call(tmp_path, "account", "list").output


def test_a_seed_that_brings_a_removed_account_back_is_named(tmp_path: Path) -> None:
    seed = tmp_path / "seed.toml"
    seed.write_text('[accounts.jane]\ndomain = "example.org"\n')
    root = tmp_path / "root"
    given = ("--seed", str(seed))
    assert (
        call(root, "account", "add", "joe", "example.net", "--password", "x", *given).exit_code == 0
    )
    removed = call(root, "account", "remove", "jane", *given)
    assert removed.stdout == "Removed jane.\n"
    assert (
        removed.stderr == f"The next start adds it again: take it out of the seed '{seed}' too.\n"
    )
    assert call(root, "account", "remove", "joe", *given).output == "Removed joe.\n"
    assert call(root, "account", "remove", "jane").output == "Removed jane.\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("account", "add", "jane", "example.org", "--owner", "usr"), 'did you mean "user"?'),
        (("account", "add", "jane", "example.org", "--owner", "\udcff"), "known are: root, user"),
        (("account", "add", "jane", "example.com"), 'belongs to the account "user" already'),
        (("account", "add", "Jane", "example.org"), "is no account name"),
        (("account", "add", "user", "example.org"), 'There is an account "user" already.'),
        (("token", "add", "nobody", "ci"), "There is no account"),
        (("token", "add", "user", "\udcff"), "is no name of a token"),
        (("token", "add", "user", ""), "is no name of a token"),
        (("token", "add", "user", "a\nb"), "is no name of a token"),
        (("token", "add", "user", "ci", "--value", " "), "A token must be ASCII and not empty."),
        (("token", "add", "user", "ci", "--value", "\u00e9"), "A token must be ASCII"),
    ],
)
def test_what_nobody_could_use_is_refused(
    tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    given = ("--password", "secret") if words[0] == "account" else ()
    result = call(tmp_path, *words, *given)
    assert isinstance(result.exception, AccountError)
    assert message in str(result.exception)
