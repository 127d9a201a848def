"""The seed file, the demo seed, and how they fill a root."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpanel_emu import Emulator, resources
from cpanel_emu.accounts import seed as seeds
from cpanel_emu.accounts.credentials import CredentialChecker, parse_authorization
from cpanel_emu.accounts.directory import AccountDirectory
from cpanel_emu.accounts.models import Account, Role, Server, Service
from cpanel_emu.accounts.passwords import (
    PUBLISHED_PASSWORD,
    PasswordVerifier,
    store_password,
    store_token,
)
from cpanel_emu.accounts.seed import Seed, SeedKey, demo_seed, load_seed, parse_seed
from cpanel_emu.accounts.seeding import holders_of_published_secrets, install_seed
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.root import Root
from tests.requirements import require_program

PEM = "-----BEGIN RSA PRIVATE KEY-----\nMII=\n-----END RSA PRIVATE KEY-----\n"

DEMO_ACCESS_HASH = (
    "WHM root:d3a0c1f2e4b5968778695a4b3c2d1e0f0123456789abcdef0123456789abcdef"
    "fedcba9876543210fedcba9876543210"
)

FULL = """
[whm.root]
password = "12345luggage"
access_hash = "AB\\nCD"
api_tokens = { ci = "WHMTOKEN" }
[accounts.user]
domain = "example.com"
password = "12345luggage"
owner = "seller"
theme = "paper_lantern"
api_tokens = { ci = "TOKEN" }
features = { sslmanager = true, sslinstall = false }
keys = { "example.com" = "sub/user.key", "*.example.com" = "sub/user.key" }
access_hash = "HASH"
domains = ["example.org"]
email = "user@example.com"
plan = "gold"
startdate = 2026-01-05T09:00:00Z
demo = true
suspended = true
[accounts.seller]
domain = "seller.example"
[server]
roles = ["webmail"]
hostname = "other.example.com"
ip = "2001:db8::1"
"""


def test_every_key(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "user.key").write_text(PEM)
    (tmp_path / "seed.toml").write_text(FULL)
    seed = load_seed(tmp_path / "seed.toml")
    assert seed.server == Server("other.example.com", "2001:db8::1", frozenset({Role.WEBMAIL}))
    assert PasswordVerifier().verify(PUBLISHED_PASSWORD, seed.root.password)
    assert seed.root.access_hash == store_token("ABCD")
    assert seed.root.api_tokens == {"ci": store_token("WHMTOKEN")}
    assert seed.accounts == (
        Account(
            user="user",
            domain="example.com",
            password=seed.root.password,
            owner="seller",
            theme="paper_lantern",
            features={"sslmanager": True, "sslinstall": False},
            api_tokens={"ci": store_token("TOKEN")},
            access_hash=store_token("HASH"),
            domains=("example.org",),
            email="user@example.com",
            plan="gold",
            start=1767603600,
            demo=True,
            suspended=True,
        ),
        Account(user="seller", domain="seller.example"),
    )
    place = f"{tmp_path}/seed.toml: accounts.user.keys"
    assert seed.keys == (
        SeedKey("user", "example.com", PEM.encode(), f"{place}.example.com"),
        SeedKey("user", "*.example.com", PEM.encode(), f"{place}.*.example.com"),
    )


def test_an_empty_seed_is_a_server_without_accounts() -> None:
    assert parse_seed("", "x", Path()) == Seed()


def test_an_empty_list_switches_all_roles_off() -> None:
    assert parse_seed("[server]\nroles = []", "x", Path()).server.roles == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[accounts.user", "seed.toml is no TOML file: "),
        (
            "[acounts.user]",
            "seed.toml: acounts: unknown name 'acounts'; did you mean \"accounts\"?",
        ),
        ("accounts = 5", "seed.toml: accounts must be a table of keys."),
        ("[accounts]\nuser = 5", "seed.toml: accounts.user must be a table of keys."),
        (
            "[accounts.user]\ndomain='example.com'\npasword='x'",
            "seed.toml: accounts.user.pasword: unknown name 'pasword'; did you mean \"password\"?",
        ),
        (
            "[accounts.user]",
            'accounts.user.domain is missing; write such a line: domain = "example.com".',
        ),
        ("[accounts.User]\ndomain='x.com'", "accounts.User is no account name; choose 1 to 16"),
        ("[accounts.root]\ndomain='x.com'", "accounts.root is no account name; choose 1 to 16"),
        ("[accounts.'a/b']\ndomain='x.com'", "accounts.a/b is no account name; choose 1 to 16"),
        ("[accounts.user]\ndomain='Example'", "domain cannot be 'Example'; write a domain in"),
        ("[accounts.user]\ndomain='x.com'\ndomains=['y']", "domains cannot be 'y'; write a domain"),
        ("[accounts.user]\ndomain='x.com'\ndomains='y.com'", "domains must be a list of texts"),
        ("[accounts.user]\ndomain='x.com'\npassword=5", "user.password must be a text in quotes."),
        ("[accounts.user]\ndomain='x.com'\npassword=''", "user.password must not be empty"),
        ("[accounts.user]\ndomain='x.com'\ntheme='../x'", "theme must be letters, digits,"),
        ("[accounts.user]\ndomain='x.com'\nowner='usr'", "user.owner unknown name 'usr'; did you"),
        ("[accounts.user]\ndomain='x.com'\nfeatures={a='on'}", "features.a must be true or false"),
        ("[accounts.user]\ndomain='x.com'\ndemo='yes'", "user.demo must be true or false"),
        ("[accounts.user]\ndomain='x.com'\napi_tokens={a=''}", "api_tokens.a must be ASCII and"),
        ("[accounts.user]\ndomain='x.com'\napi_tokens={a='ü'}", "api_tokens.a must be ASCII and"),
        ("[accounts.user]\ndomain='x.com'\nstartdate='never'", "startdate must be a time as ISO"),
        ("[accounts.user]\ndomain='x.com'\nstartdate=5", "startdate must be a time as ISO"),
        ("[accounts.user]\ndomain='x.com'\nkeys={x='k'}", "accounts.user.keys.x is no host"),
        (
            "[accounts.user]\ndomain='x.com'\nkeys={'x.com'='no.key'}",
            "keys.x.com: the key file 'no.key' cannot be read: No such file or directory.",
        ),
        ("[accounts.user]\ndomain='x.com'\nkeys={'x.com'=\"a\\u0000\"}", "is no path"),
        (
            "[accounts.a]\ndomain='x.com'\n[accounts.b]\ndomain='b.com'\ndomains=['x.com']",
            'accounts.b.domain "x.com" belongs to the account "a" already.',
        ),
        ("['a\nb']", "seed.toml"),
        ('["a\\nb"]', "seed.toml: 'a\\nb': unknown name"),
        ('[accounts."a\\nb"]', "accounts.'a\\nb' is no account name"),
        ("[whm.rot]", "seed.toml: whm.rot: unknown name 'rot'; did you mean \"root\"?"),
        ("[whm.root]\naccess_hash=' '", "whm.root.access_hash must be ASCII and not empty."),
        ("[server]\nhost='x'", "server.host: unknown name 'host'; did you mean \"hostname\"?"),
        ("[server]\nhostname='X'", "server.hostname must be a host name in lower case"),
        ("[server]\nip='1.2.3'", "server.ip must be an IP address"),
        ("[server]\nroles=['webmial']", "roles unknown name 'webmial'; did you mean \"webmail\"?"),
    ],
)
def test_an_error_names_file_key_and_mend(text: str, expected: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_seed(text, "seed.toml", Path())
    assert str(caught.value).startswith("seed.toml")
    assert str(caught.value).isprintable()
    assert expected in str(caught.value)


def test_a_key_file_must_hold_a_key(tmp_path: Path) -> None:
    (tmp_path / "x.key").write_text("-----BEGIN CERTIFICATE-----")
    with pytest.raises(ConfigurationError, match="holds no private key as PEM"):
        parse_seed("[accounts.a]\ndomain='x.com'\nkeys={'x.com'='x.key'}", "seed.toml", tmp_path)


def test_a_missing_or_binary_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.toml' cannot be read: No such file"):
        load_seed(tmp_path / "none.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\x00")
    with pytest.raises(ConfigurationError, match="is no TOML file"):
        load_seed(tmp_path / "binary.toml")


def test_passwords_never_reach_a_message() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse_seed("[accounts.user]\npassword='hunter2'\ndomain='X'", "seed.toml", Path())
    assert "hunter2" not in str(caught.value)


@given(st.text(alphabet="[]=.'\"accountsuerdmi{}\n5é", max_size=60))
def test_any_text_is_a_seed_or_a_refusal_in_one_line(text: str) -> None:
    try:
        parse_seed(text, "seed.toml", Path("/nowhere"))
    except ConfigurationError as error:
        refusal = str(error)
    else:
        refusal = ""
    assert refusal.isprintable()


def test_the_demo_seed_is_the_contract() -> None:
    seed = demo_seed()
    assert [(one.user, one.domain, one.owner, one.theme) for one in seed.accounts] == [
        ("user", "example.com", "root", "x3"),
        ("username", "example.net", "root", "x3"),
    ]
    for password in (seed.root.password, *(one.password for one in seed.accounts)):
        assert PasswordVerifier().verify("12345luggage", password)
    assert [(key.user, key.host) for key in seed.keys] == [
        ("user", "example.com"),
        ("username", "example.com"),
    ]
    published = (resources.fixtures() / "keys" / "example.com.key").read_bytes()
    assert {key.pem for key in seed.keys} == {published}
    assert seed.server == Server("host.example.com", "192.0.2.10", frozenset(Role))


@pytest.mark.parametrize(
    ("header", "service"),
    [
        ("Basic dXNlcjoxMjM0NWx1Z2dhZ2U=", Service.CPANEL),
        ("cpanel user:CPANELDEMOTOKEN0123456789ABCDEFG", Service.CPANEL),
        ("whm root:WHMDEMOTOKEN0123456789ABCDEFGHIJ", Service.WHM),
        (DEMO_ACCESS_HASH, Service.WHM),
    ],
)
def test_the_documented_credentials_open_a_demo_root(
    root: Root, header: str, service: Service
) -> None:
    directory = AccountDirectory(root)
    install_seed(demo_seed(), directory, lambda _key: None)
    credentials = parse_authorization(header)
    assert credentials is not None
    assert CredentialChecker(directory).check(credentials, service) is not None


def test_a_start_stores_no_password_of_accounts_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes a tenth of a second: a restart with hundreds of accounts would take a minute."""
    seed = tmp_path / "seed.toml"
    seed.write_text(
        "".join(
            f'[accounts.{user}]\ndomain = "{user}.example"\npassword = "not {user}"\n'
            for user in ("jane", "joe")
        )
    )
    with Emulator(root=tmp_path / "root", seed=seed) as emulator:
        before = emulator.accounts.all()
        emulator.remove_account("joe")
    stored: list[str] = []

    def store(password: str) -> str:
        stored.append(password)
        return store_password(password)

    seeds._store_once.cache_clear()
    monkeypatch.setattr(seeds, "store_password", store)
    with Emulator(root=tmp_path / "root", seed=seed) as emulator:
        assert stored == ["not joe"]
        assert [one.user for one in emulator.accounts.all()] == ["jane", "joe"]
        assert emulator.accounts.get("jane") == before[0]
        emulator.reset()
        assert sorted(stored) == ["not jane", "not joe"]


def test_installing_fills_a_root_and_leaves_what_is_there(root: Root) -> None:
    directory = AccountDirectory(root)
    installed: list[str] = []
    added = install_seed(demo_seed(), directory, lambda key: installed.append(key.user))
    assert added == ("user", "username")
    assert installed == ["user", "username"]
    assert directory.is_seeded
    assert directory.all() == demo_seed().accounts
    installed.clear()
    directory.remove("user")
    changed = directory.update("username", lambda one: Account(one.user, "changed.example"))
    assert install_seed(demo_seed(), directory, lambda key: installed.append(key.user)) == ("user",)
    assert installed == ["user"]
    assert directory.get("username") == changed


def test_a_start_that_was_cut_off_is_made_good(root: Root) -> None:
    directory = AccountDirectory(root)

    def fail(_key: SeedKey) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install_seed(demo_seed(), directory, fail)
    assert not directory.is_seeded
    installed: list[str] = []
    assert install_seed(demo_seed(), directory, lambda key: installed.append(key.user)) == ()
    assert installed == ["user", "username"]
    assert directory.is_seeded


def test_holders_of_published_secrets_are_named(root: Root) -> None:
    directory = AccountDirectory(root)
    directory.add(Account("safe", "safe.example", api_tokens={"a": store_token("OWN")}))
    assert holders_of_published_secrets(directory) == ()
    install_seed(demo_seed(), directory, lambda _key: None)
    assert holders_of_published_secrets(directory) == ("root", "user", "username")
    directory.add_token("safe", "copied", "CPANELDEMOTOKEN0123456789ABCDEFG")
    assert holders_of_published_secrets(directory) == ("root", "safe", "user", "username")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("example.com.key", "RSA 2048"),
        ("rsa-1024.key", "RSA 1024"),
        ("rsa-4096.key", "RSA 4096"),
        ("ecdsa-prime256v1.key", "EC 256"),
        ("ecdsa-secp384r1.key", "EC 384"),
        *((f"pool/rsa-2048-{number}.key", "RSA 2048") for number in (1, 2, 3, 4)),
    ],
)
def test_the_published_keys_are_what_their_names_say(name: str, kind: str) -> None:
    openssl = require_program("openssl")
    path = resources.fixtures() / "keys" / name
    label, bits = kind.split()
    assert path.read_text().startswith(f"-----BEGIN {label} PRIVATE KEY-----\n")
    text = subprocess.run(
        [openssl, "pkey", "-in", path, "-noout", "-text", "-check"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert f"Private-Key: ({bits} bit" in text
    assert "Key is valid" in text


def test_no_key_is_published_twice() -> None:
    files = sorted((resources.fixtures() / "keys").rglob("*.key"))
    assert len(files) == 9
    assert len({file.read_bytes() for file in files}) == 9
