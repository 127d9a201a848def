"""The directory of accounts: look-up, change, and other processes."""

from __future__ import annotations

import dataclasses
import json
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cpanel_emu.accounts import kept
from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.kept import KeptFiles
from cpanel_emu.accounts.models import Account, AccountError, Role, Server, WhmUser
from cpanel_emu.accounts.passwords import store_token
from cpanel_emu.errors import StoreError
from cpanel_emu.root import Root

FULL = Account(
    user="full",
    domain="full.example",
    password="scrypt$1$2$3$aa$bb",
    owner="seller",
    theme="paper_lantern",
    features={"sslmanager": False, "x": True},
    api_tokens={"ci": store_token("T"), "ü": store_token("U")},
    access_hash=store_token("H"),
    domains=("a.example", "b.example"),
    email="full@full.example",
    plan="gold",
    start=1,
    demo=True,
    suspended=True,
)


def test_what_was_added_is_found_by_every_process(directory: AccountDirectory) -> None:
    directory.add(FULL)
    assert directory.get("full") == FULL
    assert AccountDirectory(directory.root).get("full") == FULL
    assert directory.names() == ("bought", "full", "plain", "seller")
    assert [account.user for account in directory.all()] == list(directory.names())


def test_files_lie_where_a_real_server_has_them_and_are_private(
    directory: AccountDirectory, root: Root
) -> None:
    file = root.path / "var" / "cpanel" / "users" / "plain"
    assert json.loads(file.read_bytes())["domain"] == "plain.example"
    for path, mode in ((file, 0o600), (root.server_file, 0o600), (root.home("plain"), 0o700)):
        assert stat.S_IMODE(path.stat().st_mode) == mode
    assert directory.is_seeded


@pytest.mark.parametrize(
    "user", ["", "root", "PLAIN", "nobody", "../users/plain", "a\0", "x" * 999]
)
def test_unknown_and_impossible_names_are_nobody(directory: AccountDirectory, user: str) -> None:
    assert directory.get(user) is None


def test_an_empty_root_has_nobody(root: Root) -> None:
    directory = AccountDirectory(root)
    assert directory.all() == ()
    assert directory.get("user") is None
    assert not directory.is_seeded
    assert directory.server == Server()
    assert directory.root_user == WhmUser()
    assert list(root.path.iterdir()) == []


def test_add_refuses_doubles_and_bad_names(directory: AccountDirectory) -> None:
    with pytest.raises(AccountError, match='There is an account "plain" already'):
        directory.add(Account("plain", "other.example"))
    with pytest.raises(AccountError, match=r"'\.\./x' is no account name; choose 1 to 16"):
        directory.add(Account("../x", "other.example"))


def test_update(directory: AccountDirectory) -> None:
    other = AccountDirectory(directory.root)
    assert other.get("plain") is not None
    new = directory.update("plain", lambda account: dataclasses.replace(account, theme="new"))
    assert new.theme == "new"
    assert other.get("plain") == new
    with pytest.raises(AccountError, match="There is no account 'nobody'"):
        directory.update("nobody", lambda account: account)
    with pytest.raises(AccountError, match="cannot be renamed"):
        directory.update("plain", lambda account: dataclasses.replace(account, user="other"))


def test_no_update_is_lost(directory: AccountDirectory) -> None:
    def add_tokens(name: str) -> None:
        for number in range(20):
            AccountDirectory(directory.root).add_token("plain", f"{name}{number}", "T")

    threads = [threading.Thread(target=add_tokens, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    account = directory.get("plain")
    assert account is not None
    assert len(account.api_tokens) == 1 + 4 * 20


def test_tokens_of_accounts_and_root(directory: AccountDirectory) -> None:
    directory.add_token("plain", "ci", "NEW")
    directory.add_token("root", "second", "MORE")
    account = directory.get("plain")
    assert account is not None
    assert account.api_tokens == {"ci": store_token("NEW")}
    assert directory.root_user.api_tokens == {
        "ci": store_token("TOKEN"),
        "second": store_token("MORE"),
    }
    with pytest.raises(AccountError):
        directory.add_token("nobody", "x", "T")


def test_remove_takes_the_home_along(directory: AccountDirectory, root: Root) -> None:
    (root.home("plain") / "ssl").mkdir()
    (root.home("plain") / "ssl" / "file").write_text("x")
    directory.remove("plain")
    assert directory.get("plain") is None
    assert not root.home("plain").exists()
    with pytest.raises(AccountError, match="There is no account"):
        directory.remove("plain")


def test_remove_does_not_follow_a_link(
    directory: AccountDirectory, root: Root, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("x")
    root.home("plain").rmdir()
    root.home("plain").symlink_to(tmp_path / "outside")
    with pytest.raises(StoreError, match=r"Cannot remove .* symbolic link"):
        directory.remove("plain")
    assert (tmp_path / "outside" / "file").exists()


def test_a_reseller_with_accounts_stays(directory: AccountDirectory) -> None:
    assert directory.is_reseller("seller")
    assert not directory.is_reseller("bought")
    with pytest.raises(AccountError, match='"seller" owns bought; remove these first'):
        directory.remove("seller")
    directory.remove("bought")
    assert not directory.is_reseller("seller")
    directory.remove("seller")


def test_owning_oneself_makes_no_reseller(directory: AccountDirectory) -> None:
    directory.update("plain", lambda account: dataclasses.replace(account, owner="plain"))
    assert not directory.is_reseller("plain")
    directory.remove("plain")


def test_root_changes_and_the_server_stays(tmp_path: Path) -> None:
    directory = AccountDirectory(Root.create(tmp_path))
    server = Server(roles=frozenset({Role.WEBMAIL}))
    directory.finish_seeding(server, WhmUser(access_hash="abc"))
    directory.update_root(lambda user: dataclasses.replace(user, access_hash=""))
    assert directory.root_user == WhmUser(access_hash="")
    assert AccountDirectory(directory.root).server == server


def test_finish_seeding_never_overwrites(directory: AccountDirectory) -> None:
    before = directory.root_user
    directory.finish_seeding(Server(hostname="other.example"), WhmUser())
    assert directory.root_user == before
    assert directory.server == Server()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", "is no JSON file"),
        ("[]", "it must be a table"),
        ('{"user": "other", "domain": "x.example"}', "user must be the name of the file"),
        ('{"user": "plain"}', "domain is missing"),
        ('{"user": "plain", "domain": 5}', "domain must be a text"),
        ('{"user": "plain", "domain": "x.example", "pasword": ""}', 'did you mean "password"?'),
        ('{"user": "plain", "domain": "x.example", "start": true}', "start must be a whole number"),
        ('{"user": "plain", "domain": "x.example", "features": {"a": 1}}', "features.a must be"),
        (
            '{"user": "plain", "domain": "x.example", "api_tokens": []}',
            "api_tokens must be a table",
        ),
    ],
)
def test_a_damaged_file_names_itself_and_the_key(
    directory: AccountDirectory, root: Root, text: str, expected: str
) -> None:
    (root.users / "plain").write_text(text)
    with pytest.raises(StoreError) as caught:
        directory.get("plain")
    assert str(root.users / "plain") in str(caught.value)
    assert expected in str(caught.value)


def test_a_damaged_server_file(directory: AccountDirectory, root: Root) -> None:
    root.server_file.write_text('{"server": {"roles": ["webmial"]}}')
    with pytest.raises(StoreError, match=r'server\.roles names "webmial", which is no role'):
        _ = directory.server


def test_an_edit_by_another_process_is_seen(directory: AccountDirectory, root: Root) -> None:
    assert directory.get("plain") is not None
    program = (
        "import json, pathlib, sys; path = pathlib.Path(sys.argv[1]);"
        "data = json.loads(path.read_text()); data['theme'] = 'edited';"
        "path.write_text(json.dumps(data))"
    )
    subprocess.run([sys.executable, "-c", program, root.users / "plain"], check=True)
    account = directory.get("plain")
    assert account is not None
    assert account.theme == "edited"


def test_leftovers_and_folders_are_no_accounts(directory: AccountDirectory, root: Root) -> None:
    (root.users / ".writing-0123").write_text("{")
    (root.users / "README.txt").write_text("")
    assert directory.names() == ("bought", "plain", "seller")


def test_a_file_that_does_not_change_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "is_settled", lambda _changed: True)
    parsed: list[bytes] = []

    def parse(data: bytes, source: str) -> bytes:
        assert source == str(tmp_path / "file")
        parsed.append(data)
        return data

    files = KeptFiles(tmp_path, parse)
    assert files.get("file") is None
    (tmp_path / "file").write_bytes(b"1")
    assert [files.get("file") for _ in range(3)] == [b"1"] * 3
    (tmp_path / "file").write_bytes(b"22")
    assert [files.get("file") for _ in range(3)] == [b"22"] * 3
    assert parsed == [b"1", b"22"]
    (tmp_path / "file").unlink()
    assert files.get("file") is None


def test_a_file_that_was_just_written_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "is_settled", lambda _changed: False)
    parsed: list[bytes] = []

    def parse(data: bytes, _source: str) -> int:
        parsed.append(data)
        return 0

    files = KeptFiles(tmp_path, parse)
    (tmp_path / "file").write_bytes(b"1")
    files.get("file")
    files.get("file")
    assert parsed == [b"1", b"1"]


def test_the_number_of_kept_files_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "is_settled", lambda _changed: True)
    monkeypatch.setattr(kept, "_MOST_KEPT", 2)
    parsed: list[bytes] = []

    def parse(data: bytes, _source: str) -> int:
        parsed.append(data)
        return 0

    files = KeptFiles(tmp_path, parse)
    for name in "abc":
        (tmp_path / name).write_bytes(name.encode())
        files.get(name)
    files.get("c")
    files.get("a")
    assert parsed == [b"a", b"b", b"c", b"a"]
