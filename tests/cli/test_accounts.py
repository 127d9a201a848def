"""``cpanel-emu account`` and ``cpanel-emu token``: what a seed refuses, they refuse too."""

from __future__ import annotations

import contextlib
import http.client
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result

from cpanel_emu.accounts.models import AccountError, Service
from cpanel_emu.cli.accounts import account, token
from cpanel_emu.emulator import Emulator
from cpanel_emu.errors import ConfigurationError
from tests.cli.test_serve import LISTED, PATIENCE, serving
from tests.server.wsgi import basic

SEED = """
[whm.root]
password = "12345luggage"
access_hash = "0123456789abcdef"
[accounts.user]
domain = "example.com"
password = "12345luggage"
api_tokens = { ci = "USERTOKEN" }
access_hash = "fedcba9876543210"
"""


def call(root: Path, *words: str, typed: str | bytes | None = None) -> Result:
    group = account if words[0] == "account" else token
    return CliRunner().invoke(group, [*words[1:], "--root", str(root)], input=typed)


def status(url: str, target: str = LISTED, **headers: str) -> int:
    """Send one request with these headers and return the status of the answer."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)
    with contextlib.closing(connection):
        connection.request("GET", target, headers=headers)
        return connection.getresponse().status


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
        (("account", "password", "nobody"), "There is no account 'nobody'."),
        (("token", "remove", "nobody", "ci"), "There is no account"),
        (("token", "remove", "user", "c"), "API tokens: unknown name 'c'; known are: demo."),
        (("token", "remove-hash", "user"), '"user" has no access hash.'),
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
    given = ("--password", "secret") if words[:2] == ("account", "add") else ()
    result = call(tmp_path, *words, *given)
    assert isinstance(result.exception, AccountError)
    assert message in str(result.exception)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Give the password on standard input."),
        ("\n", "Give the password on standard input."),
        (b"p\xe9\n", "Write the password on standard input in UTF-8."),
    ],
)
def test_a_password_that_nobody_could_use_is_refused(
    tmp_path: Path, typed: str | bytes, message: str
) -> None:
    result = call(tmp_path, "account", "password", "user", typed=typed)
    assert isinstance(result.exception, ConfigurationError)
    assert str(result.exception) == message


def test_a_running_server_refuses_at_once_what_was_taken_back(tmp_path: Path) -> None:
    """The password, a session made with it, a token and access hashes (``wire §3.1``, §3.3)."""
    seed = tmp_path / "seed.toml"
    seed.write_text(SEED)
    root = tmp_path / "root"
    with serving(root, seed=str(seed), cpanel_tls="off", whm_tls="off") as server:
        cpanel, whm = server.urls
        old, new = basic("user"), basic("user", "\u00fcber secret")
        with Emulator(root=root) as emulator:
            session = emulator.sessions.create("user", Service.CPANEL)
            others = emulator.sessions.create("root", Service.WHM)
        target, cookie = session.token + LISTED, f"cpsession={session.cookie_value}"
        theirs, their_cookie = others.token + LISTED, f"whostmgrsession={others.cookie_value}"
        api_token = "cpanel user:USERTOKEN"
        access_hash = "WHM root:0123456789abcdef"
        assert status(cpanel, Authorization=old) == 200
        assert status(cpanel, Authorization=api_token) == 200
        assert status(cpanel, target, Cookie=cookie) == 200
        assert status(whm, Authorization=access_hash) == 200
        assert status(whm, Authorization=basic("root")) == 200

        changed = call(root, "account", "password", "user", typed="\u00fcber secret\n")
        assert changed.output == "Changed the password of user.\n"
        assert status(cpanel, Authorization=old) == 403
        assert status(cpanel, Authorization=new) == 200
        assert status(cpanel, target, Cookie=cookie) == 403
        assert status(cpanel, Authorization=api_token) == 200
        assert status(whm, theirs, Cookie=their_cookie) == 200

        removed = call(root, "token", "remove", "user", "ci")
        assert removed.output == "Removed the token ci of user.\n"
        assert status(cpanel, Authorization=api_token) == 403
        assert status(cpanel, Authorization=new) == 200

        removed = call(root, "token", "remove-hash", "root")
        assert removed.output == "Removed the access hash of root.\n"
        assert status(whm, Authorization=access_hash) == 403

        assert call(root, "account", "password", "root", typed="other\n").exit_code == 0
        assert status(whm, Authorization=basic("root")) == 403
        assert status(whm, Authorization=basic("root", "other")) == 200
        assert status(whm, theirs, Cookie=their_cookie) == 403
