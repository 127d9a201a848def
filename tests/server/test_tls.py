"""The certificate of our own, the user's, and the context for old clients."""

from __future__ import annotations

import datetime
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from cpanel_emu.errors import ConfigurationError, StoreError
from cpanel_emu.root import Root
from cpanel_emu.server.tls import context_with, own_certificate, server_context


@pytest.fixture
def root(tmp_path: Path) -> Root:
    return Root.create(tmp_path / "root")


def certificate_in(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def write_pair(folder: Path, *, days: int = 1, password: bytes | None = None) -> tuple[Path, Path]:
    """Write a certificate and its key into two files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "given.example.com")])
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(end - datetime.timedelta(days=30))
        .not_valid_after(end)
        .sign(key, hashes.SHA256())
    )
    encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        encryption = serialization.BestAvailableEncryption(password)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    )
    folder.mkdir(exist_ok=True)
    (folder / "given.key").write_bytes(pem)
    (folder / "given.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return folder / "given.crt", folder / "given.key"


def test_our_certificate_is_for_loopback_and_the_host(root: Root) -> None:
    path = own_certificate(root, "host.example.com")
    certificate = certificate_in(path)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["host.example.com", "localhost"]
    assert [str(ip) for ip in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]
    assert certificate.subject.rfc4514_string() == "CN=host.example.com"
    assert isinstance(certificate.public_key(), rsa.RSAPublicKey)
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert key.public_key() == certificate.public_key()


def test_only_the_owner_can_read_the_key(root: Root) -> None:
    path = own_certificate(root, "host.example.com")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_our_certificate_is_kept(root: Root) -> None:
    before = own_certificate(root, "host.example.com").read_bytes()
    assert own_certificate(root, "other.example.com").read_bytes() == before


def test_an_expired_certificate_is_made_anew(root: Root) -> None:
    path = own_certificate(root, "host.example.com")
    expired, key = write_pair(root.path / "given", days=-1)
    path.write_bytes(key.read_bytes() + expired.read_bytes())
    own_certificate(root, "host.example.com")
    assert certificate_in(path).not_valid_after_utc > datetime.datetime.now(datetime.UTC)
    context_with(path)


def test_all_who_make_it_at_once_get_the_same(root: Root) -> None:
    with ThreadPoolExecutor(8) as pool:
        names = [f"host{index}.example.com" for index in range(8)]
        paths = list(pool.map(lambda name: own_certificate(root, name), names))
    assert len(set(paths)) == 1
    context_with(paths[0])


def test_a_file_without_certificate_is_not_overwritten(root: Root) -> None:
    path = own_certificate(root, "host.example.com")
    path.write_text("mine")
    with pytest.raises(StoreError, match="holds no certificate; remove it"):
        own_certificate(root, "host.example.com")
    assert path.read_text() == "mine"


@pytest.mark.parametrize("hostname", ["", "a b", "b\u00fccher.example", "x" * 254])
def test_a_certificate_is_for_a_host_name(root: Root, hostname: str) -> None:
    with pytest.raises(ConfigurationError, match="is no host name"):
        own_certificate(root, hostname)


def test_the_user_may_give_certificate_and_key(root: Root) -> None:
    certificate, key = write_pair(root.path / "given")
    server_context(root, "host.example.com", certificate, key)
    assert not root.tls.exists()
    server_context(root, "host.example.com")
    assert (root.tls / "server.pem").exists()


def test_given_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    certificate, key = write_pair(tmp_path / "one")
    _, other_key = write_pair(tmp_path / "two")
    _, secret_key = write_pair(tmp_path / "three", password=b"secret")
    nothing = tmp_path / "nothing.pem"
    text = tmp_path / "text.pem"
    text.write_text("no PEM")
    for pair, words in [
        ((certificate, nothing), ["Cannot read", "nothing.pem", "No such file"]),
        ((nothing, key), ["Cannot read", "nothing.pem", "No such file"]),
        ((text, key), ["text.pem", "a PEM certificate and the PEM key"]),
        ((certificate, text), ["text.pem", "a PEM certificate and the PEM key"]),
        ((certificate, other_key), ["given.key", "belongs to it"]),
        ((certificate, secret_key), ["given.key", "has a password; remove it"]),
    ]:
        with pytest.raises(ConfigurationError) as error:
            context_with(*pair)
        assert all(word in str(error.value) for word in words)
        assert "\n" not in str(error.value)
