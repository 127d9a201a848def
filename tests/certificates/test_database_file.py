"""``ssl.db``, compared parsed (``ssl §5`` rule 3), and who writes it when (rule 7)."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import yaml

from cpanel_emu.certificates.database_file import database_text
from cpanel_emu.certificates.database_writer import DatabaseFiles
from cpanel_emu.certificates.directory import CertificateDirectory
from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.certificates.keys import GeneratedKeys, KeyCache
from cpanel_emu.certificates.manager import SslManager
from cpanel_emu.clock import Clock
from cpanel_emu.releases import RELEASES
from tests.certificates.examples import key
from tests.certificates.test_directory import NOW, Home, a_crt, a_csr, a_key


def _text(home: Home) -> str:
    with home.open() as directory:
        directory.add(a_key())
        directory.add(a_csr())
        directory.add(replace(a_csr("Dallas", host=None), friendly_name="Zoë's: [1]"))
        directory.add(a_crt())
        return database_text({kind: directory.all_of(kind) for kind in ItemKind})


def test_the_structure(tmp_path: Path) -> None:
    text = _text(Home(tmp_path))
    modulus, key_id = key().modulus, a_key().id
    first, second, certificate = a_csr().id, a_csr("Dallas", host=None).id, a_crt().id
    request = {
        "commonName": "example.com",
        "created": str(NOW),
        "domains": ["example.com"],
        "friendly_name": "example.com",
        "host": "example.com",
        "id": first,
        "modulus": modulus,
    }
    assert yaml.safe_load(text) == {
        "files": {
            "certificate": {
                certificate: {
                    "created": str(NOW),
                    "domains": ["example.com"],
                    "friendly_name": "example.com",
                    "host": "example.com",
                    "id": certificate,
                    "modulus": modulus,
                    "not_after": str(NOW + 365 * 86400),
                    "subject.commonName": "example.com",
                }
            },
            "csr": {
                first: request,
                second: {**request, "friendly_name": "Zoë's: [1]", "host": None, "id": second},
            },
            "key": {
                key_id: {
                    "created": str(NOW),
                    "friendly_name": "example.com",
                    "host": "example.com",
                    "id": key_id,
                    "modulus": modulus,
                    "modulus_length": 2048,
                }
            },
        },
        "indexes": {
            "certificate": {
                "modulus": {modulus: {certificate: None}},
                "subject.commonName": {"example.com": {certificate: None}},
            },
            "csr": {
                "commonName": {"example.com": {first: None, second: None}},
                "modulus": {modulus: {first: None, second: None}},
            },
        },
        "uniques": {
            "certificate": {"friendly_name": {"example.com": certificate}},
            "csr": {"friendly_name": {"Zoë's: [1]": second, "example.com": first}},
            "key": {"friendly_name": {"example.com": key_id}, "modulus": {modulus: key_id}},
        },
    }


def test_null_and_epochs_as_the_era_wrote_them(tmp_path: Path) -> None:
    lines = _text(Home(tmp_path)).splitlines()
    assert "      host: ~" in lines
    assert f"      created: '{NOW}'" in lines


def test_pauses_change_nothing(tmp_path: Path) -> None:
    home, pauses = Home(tmp_path), []
    text = _text(home)
    with home.open() as directory:
        items = {kind: list(directory.all_of(kind)) for kind in ItemKind}
    many = {**items, ItemKind.CSR: items[ItemKind.CSR] * 20}
    assert database_text(items) == text
    assert database_text(many, lambda: pauses.append(1)) == database_text(many)
    assert pauses


class _Account:
    """One open directory, written by a `DatabaseFiles`."""

    def __init__(self, home: Home, directory: CertificateDirectory) -> None:
        self.path = home.ssl / "ssl.db"
        self._manager = SslManager(
            directory, RELEASES["docs"], GeneratedKeys(), KeyCache(), Clock(NOW)
        )
        self.written = threading.Event()
        self.files = DatabaseFiles(self._using, lambda _user: self.path)

    @contextlib.contextmanager
    def _using(self, _user: str) -> Iterator[SslManager]:
        yield self._manager
        self.written.set()


def test_it_is_written_after_a_change(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.open() as directory:
        account = _Account(home, directory)
        directory.add(a_key())
        account.files.touch("user")
        assert account.written.wait(60)
        account.files.close()
    assert a_key().id in account.path.read_text()


def test_it_is_complete_after_a_clean_end(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.open() as directory:
        account = _Account(home, directory)
        for number in range(5):
            directory.add(a_csr(f"City {number}"))
            account.files.touch("user")
        account.files.close()
    assert len(yaml.safe_load(account.path.read_text())["files"]["csr"]) == 5


def test_what_was_forgotten_is_not_written(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.open() as directory:
        account = _Account(home, directory)
        account.files.touch("user")
        account.files.forget()
        account.files.close()
    assert not account.path.exists()
