"""Names and paths in requests: none leads out of the root, the theme or the seed's folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from cpanel_emu import Emulator
from tests.functions.caller import EXAMPLE_KEY
from tests.server.conftest import client_of
from tests.server.wsgi import Client

ESCAPES = [
    "..",
    "../../../../etc/passwd",
    "/etc/passwd",
    "....//....//etc/passwd",
    "..\\..\\etc\\passwd",
    "%2e%2e%2fetc%2fpasswd",
    "a\0b",
    "a/b",
    ".",
    "~root",
    "file:///etc/passwd",
    "*" * 300,
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Emulator]:
    (tmp_path / "outside").mkdir()
    with Emulator(root=tmp_path / "root", liveapi="off") as emulator:
        yield emulator


@pytest.fixture
def client(server: Emulator) -> Client:
    return client_of(server)


def files(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("attack", ESCAPES)
def test_hosts_ids_and_friendly_names(
    server: Emulator, client: Client, tmp_path: Path, attack: str
) -> None:
    calls = {
        ("2", "gencsr"): ["host"],
        ("2", "genkey"): ["host"],
        ("2", "uploadkey"): ["host"],
        ("2", "fetchcabundle"): ["crt"],
        ("1", "showkey"): ["arg-0"],
        ("1", "delete"): ["arg-0"],
        ("3", "show_key"): ["id", "friendly_name"],
        ("3", "delete_key"): ["id", "friendly_name"],
        ("3", "upload_key"): ["friendly_name"],
        ("3", "set_key_friendly_name"): ["id", "new_friendly_name", "friendly_name"],
    }
    usual = {"key": EXAMPLE_KEY, "country": "US", "state": "a", "city": "b", "company": "c"}
    for (version, function), names in calls.items():
        form = {
            "cpanel_jsonapi_module": "SSL",
            "cpanel_jsonapi_func": function,
            "cpanel_jsonapi_apiversion": version,
            **usual,
            **dict.fromkeys(names, attack),
        }
        answer = client.post("/json-api/cpanel", form, login="user")
        assert answer.status == "200 OK"
        assert b"root:" not in answer.body
    assert {path.relative_to(tmp_path).parts[0] for path in files(tmp_path)} == {"root"}
    home = server.root.home("user")
    assert {path.relative_to(home).parts[:2] for path in files(home)} <= {
        ("ssl", "keys"),
        ("ssl", "ssl.db"),
    }


@pytest.mark.parametrize("attack", ESCAPES)
def test_accounts(server: Emulator, client: Client, attack: str) -> None:
    for name in ("user", "cpanel_jsonapi_user"):
        query = urlencode({name: attack, "cpanel_jsonapi_module": "SSL", "api.version": "1"})
        for function in ("cpanel", "accountsummary", "create_user_session"):
            answer = client.get(f"/json-api/{function}?{query}", login="root", door="whm")
            assert answer.status == "200 OK"
            assert b"root:x:" not in answer.body
    assert sorted(path.name for path in server.root.users.iterdir()) == ["user", "username"]


@pytest.mark.parametrize("attack", ESCAPES)
def test_paths_of_pages_and_files(client: Client, attack: str) -> None:
    for path in (
        f"/frontend/x3/{attack}",
        f"/frontend/{attack}/index.html",
        f"/cPanel_magic_revision_0/frontend/x3/{attack}",
        f"/{attack}",
    ):
        for spelled in (path, quote(path)):
            answer = client.get(spelled, login="user")
            assert b"root:" not in answer.body
            assert not answer.status.startswith("5")


@pytest.mark.parametrize("key", ["/etc/hostname", "../outside/a.key", "link.key", "/dev/zero"])
def test_a_posted_seed_reads_no_key_outside_its_folder(
    server: Emulator, client: Client, tmp_path: Path, key: str
) -> None:
    (tmp_path / "outside" / "a.key").write_text(EXAMPLE_KEY)
    (server.root.path / "link.key").symlink_to(tmp_path / "outside" / "a.key")
    seed = f'[accounts.new]\ndomain = "a.example"\nkeys = {{ "a.example" = "{key}" }}\n'
    answer = client.ask("POST", "/_emu/seed", seed.encode(), HTTP_HOST="127.0.0.1")
    assert answer.status == "400 Bad Request"
    assert b"must be the path of a file below" in answer.body
    assert server.accounts.get("new") is None


def test_a_posted_seed_reads_a_key_in_its_folder(server: Emulator, client: Client) -> None:
    (server.root.path / "a.key").write_text(EXAMPLE_KEY)
    seed = b'[accounts.new]\ndomain = "a.example"\nkeys = { "a.example" = "a.key" }\n'
    answer = client.ask("POST", "/_emu/seed", seed, HTTP_HOST="127.0.0.1")
    assert answer.status == "200 OK"
    assert server.accounts.get("new") is not None
