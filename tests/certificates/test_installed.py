"""Installed hosts: one file each, whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cpanel_emu.certificates import pem
from cpanel_emu.certificates.certificate import create_certificate
from cpanel_emu.certificates.file_changes import FileChanges
from cpanel_emu.certificates.installed import InstalledHost, InstalledHosts
from cpanel_emu.certificates.service_name import service_name
from cpanel_emu.certificates.values import SubjectValues
from cpanel_emu.errors import StoreError
from cpanel_emu.releases import RELEASES
from tests.certificates.examples import key

_HOST = InstalledHost(
    "example.com",
    pem.encode("RSA PRIVATE KEY", b"key"),
    pem.encode("CERTIFICATE", b"certificate"),
    f"{pem.encode('CERTIFICATE', b'one')}\n{pem.encode('CERTIFICATE', b'two')}",
)


@pytest.fixture
def files(tmp_path: Path) -> Iterator[FileChanges]:
    changes = FileChanges(tmp_path / "notes", tmp_path, lambda: 1, owner="")
    with contextlib.closing(changes) as files:
        yield files


def _put(hosts: InstalledHosts, host: InstalledHost, files: FileChanges) -> None:
    hosts.put(host, files)
    files.finish()


def test_there_and_back(tmp_path: Path, files: FileChanges) -> None:
    hosts = InstalledHosts(tmp_path / "installed")
    assert hosts.domains() == []
    assert hosts.get("example.com") is None
    wildcard = InstalledHost("*.example.com", _HOST.key, _HOST.certificate)
    _put(hosts, _HOST, files)
    _put(hosts, wildcard, files)
    assert hosts.domains() == ["*.example.com", "example.com"]
    assert list(hosts.all()) == [wildcard, _HOST]
    path = tmp_path / "installed" / "example.com.pem"
    assert path.read_text() == f"{_HOST.key}\n{_HOST.certificate}\n{_HOST.bundle}\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_replace_and_undo(tmp_path: Path, files: FileChanges) -> None:
    hosts = InstalledHosts(tmp_path / "installed")
    _put(hosts, _HOST, files)
    other = InstalledHost("example.com", _HOST.key, pem.encode("CERTIFICATE", b"other"))
    hosts.put(other, files)
    assert hosts.get("example.com") == other
    files.take_back()
    assert hosts.get("example.com") == _HOST


def test_undo_of_the_first(tmp_path: Path, files: FileChanges) -> None:
    hosts = InstalledHosts(tmp_path / "installed")
    hosts.put(_HOST, files)
    assert hosts.domains() == ["example.com"]
    files.take_back()
    assert hosts.domains() == []


def test_remove(tmp_path: Path, files: FileChanges) -> None:
    hosts = InstalledHosts(tmp_path / "installed")
    _put(hosts, _HOST, files)
    assert hosts.remove("example.com", files)
    assert not hosts.remove("example.com", files)
    assert hosts.domains() == []


def test_what_people_and_crashes_leave(tmp_path: Path) -> None:
    folder = tmp_path / "installed"
    folder.mkdir()
    (folder / ".writing-0123").write_text("half")
    (folder / "example.org.pem").write_text("damaged")
    (folder / "notes.txt").write_text("x")
    hosts = InstalledHosts(folder)
    assert list(hosts.all()) == []


def test_a_folder_that_is_none(tmp_path: Path, files: FileChanges) -> None:
    (tmp_path / "installed").write_text("x")
    hosts = InstalledHosts(tmp_path / "installed")
    with pytest.raises(StoreError):
        hosts.domains()
    with pytest.raises(StoreError):
        _put(hosts, _HOST, files)


def _installed(domain: str, *names: str, now: int = 0) -> InstalledHost:
    values = SubjectValues(city="x", company="x", country="US", state="x", hosts=names)
    text = create_certificate(values, key("rsa-1024"), RELEASES["docs"], now=now, serial=1)
    return InstalledHost(domain, "", text)


@pytest.mark.parametrize(
    ("domain", "mail", "expected"),
    [
        ("example.com", False, ("example.com", "exact")),
        ("www.example.com", False, ("www.example.com", "exact-wildcard")),
        ("a.www.example.com", False, ("host.example.net", "hostname")),
        ("example.com", True, ("mail.example.com", "mail-wildcard")),
        ("example.org", True, ("mail.example.org", "exact")),
        ("example.org", False, ("example.org", "exact")),
        ("mail.example.org", True, ("mail.example.org", "exact")),
        ("other.example", True, ("host.example.net", "hostname")),
    ],
)
def test_names_for_services(domain: str, mail: bool, expected: tuple[str, str]) -> None:
    installed = [
        _installed("example.com", "example.com", "*.example.com"),
        _installed("example.org", "example.org", "mail.example.org"),
        InstalledHost("damaged.example", "", "x"),
    ]
    found = service_name(installed, domain, "host.example.net", mail=mail)
    assert (found.name, found.method) == expected
    assert (found.certificate is None) == (found.method == "hostname")


def test_the_certificate_that_lasts_longest() -> None:
    installed = [_installed("a.example", "a.example", now=now) for now in (0, 1000, 500)]
    found = service_name(installed, "a.example", "host.example.net", mail=False)
    assert found.certificate is not None
    assert found.certificate.number("not_before") == 1000
