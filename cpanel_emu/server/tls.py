"""TLS: a certificate of our own, made once and kept, or the user's; a context for old clients.

Clients of the time do not verify the certificate and speak old protocol versions; so nothing
is asked of them, and every version that the OpenSSL at hand still knows is accepted.
"""

from __future__ import annotations

import datetime
import functools
import ipaddress
import re
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cpanel_emu.errors import ConfigurationError, StoreError
from cpanel_emu.root import Root, store_errors, write_atomically
from cpanel_emu.suggest import shown

_CIPHERS = "DEFAULT:@SECLEVEL=0"
_VALID_DAYS = 3650
_HOSTNAME = re.compile(r"[A-Za-z0-9_.-]{1,253}")
_MOST_NAME = 64  # characters of a common name (RFC 5280, ub-common-name)


def server_context(
    root: Root, hostname: str, certificate: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """Return the context of the TLS ports, with *certificate* and *key* or with our own.

    Raises:
        ConfigurationError: the files given cannot be used.
        StoreError: our own cannot be made or read.
    """
    if certificate is None:
        return context_with(own_certificate(root, hostname))
    return context_with(certificate, key)


def own_certificate(root: Root, hostname: str) -> Path:
    """Return a PEM file with a key and its certificate; make it if there is none.

    The certificate is self-signed, for *hostname* and for the names and addresses of loopback.
    The file has mode 0600 and stays; it is made anew only once the certificate has expired.

    Raises:
        ConfigurationError: *hostname* is no host name.
        StoreError: the file can be neither read nor written, or holds no certificate.
    """
    path = root.tls / "server.pem"
    with root.lock("tls"):
        if not _is_valid(path):
            root.make_directory(path.parent)
            write_atomically(path, _new_certificate(hostname), fsync=True)
    return path


def context_with(certificate: Path, key: Path | None = None) -> ssl.SSLContext:
    """Return a context for *certificate* and *key*; without *key* it is in the same file.

    Raises:
        ConfigurationError: a file cannot be read, or they do not belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION
    files = " and ".join(shown(path) for path in (certificate, key) if path)
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except ssl.SSLError as error:
        raise ConfigurationError(
            f"{files}: a PEM certificate and the PEM key that belongs to it are needed for TLS "
            f"({error.reason or 'unreadable'})."
        ) from error
    except OSError as error:
        # It does not say which of the two files.
        raise ConfigurationError(f"Cannot read {files}: {error.strerror}.") from error
    except _PasswordError as error:
        raise ConfigurationError(f"The key in {files} has a password; remove it.") from error
    return context


class _PasswordError(Exception):
    """The key is encrypted; OpenSSL would ask for the password at the terminal."""


def _no_password() -> str:
    raise _PasswordError


def _is_valid(path: Path) -> bool:
    """Whether *path* is there and its certificate has not expired."""
    with store_errors("read", path):
        if not path.exists():
            return False
        pem = path.read_bytes()
    try:
        certificate = x509.load_pem_x509_certificate(pem)
    except ValueError as error:
        raise StoreError(
            f"{shown(path)} holds no certificate; remove it, and a new one will be made."
        ) from error
    return certificate.not_valid_after_utc > datetime.datetime.now(datetime.UTC)


@functools.cache
def _new_certificate(hostname: str) -> bytes:
    """Return an RSA key and its certificate as one PEM file, the same throughout a process.

    Test suites start many emulators over temporary roots; making a key takes 0.1 s.
    """
    if not _HOSTNAME.fullmatch(hostname):
        raise ConfigurationError(f"No certificate can be made: {shown(hostname)} is no host name.")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hostname[:_MOST_NAME])])
    alternatives = x509.SubjectAlternativeName(
        [
            x509.DNSName(hostname),
            x509.DNSName("localhost"),
            x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
            x509.IPAddress(ipaddress.ip_address("::1")),
        ]
    )
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=_VALID_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(alternatives, critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
