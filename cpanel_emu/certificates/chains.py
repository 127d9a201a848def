"""What OpenSSL says about certificates: do they match a key, and does a bundle vouch for them.

All of it goes through pyOpenSSL, which is imported only when it is needed: few calls need it,
and it takes longer to import than most programs run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpanel_emu.certificates import pem
from cpanel_emu.certificates.keys import KeyPair
from cpanel_emu.errors import Failure
from cpanel_emu.lazy import LazyModule

if TYPE_CHECKING:
    from cryptography import x509
else:
    x509 = LazyModule("cryptography.x509")

UNREADABLE_BUNDLE = "The CA bundle could not be read."

_NO_CHECK_TIME = 0x200000
"""OpenSSL's ``X509_V_FLAG_NO_CHECK_TIME``, which pyOpenSSL has no name for."""

_LARGEST_BUNDLE = 100
"""Certificates in one CA bundle; real ones hold one to four."""


def key_matches(certificate: str, key: KeyPair) -> bool:
    """Whether the certificate (PEM) is for the public half of *key*."""
    from OpenSSL import SSL  # noqa: PLC0415  (heavy: see the module's docstring)

    context = SSL.Context(SSL.TLS_METHOD)
    # The strength of key and hash is no matter here: old releases made 1024 bits and SHA-1.
    context.set_cipher_list(b"DEFAULT:@SECLEVEL=0")
    try:
        context.use_certificate(x509.load_pem_x509_certificate(certificate.encode("ascii")))
        context.use_privatekey(key.private_key)
        context.check_privatekey()
    except SSL.Error:
        return False
    return True


def clean_bundle(text: str) -> str:
    """Return the certificates of a CA bundle as PEM blocks, without final line end.

    An empty *text* is an empty bundle.

    Raises:
        Failure: it holds anything that is no certificate, or nothing that is one.
    """
    from OpenSSL import crypto  # noqa: PLC0415

    if not text.strip():
        return ""
    blocks = pem.blocks(text)
    if not 0 < len(blocks) <= _LARGEST_BUNDLE:
        raise Failure(UNREADABLE_BUNDLE)
    try:
        loaded = [crypto.load_certificate(crypto.FILETYPE_PEM, block.encode()) for block in blocks]
    except crypto.Error:
        raise Failure(UNREADABLE_BUNDLE) from None
    dumped = [crypto.dump_certificate(crypto.FILETYPE_PEM, one).decode() for one in loaded]
    return "".join(dumped).rstrip("\n")


def bundle_vouches(certificate: str, bundle: str) -> bool:
    """Whether a certificate of *bundle* signed *certificate*; dates do not count.

    A bundle may stop at an intermediate, because a client has the root itself.
    """
    from OpenSSL import crypto  # noqa: PLC0415

    store = crypto.X509Store()
    store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN | _NO_CHECK_TIME)
    try:
        for block in pem.blocks(bundle):
            store.add_cert(crypto.load_certificate(crypto.FILETYPE_PEM, block.encode()))
        subject = crypto.load_certificate(crypto.FILETYPE_PEM, certificate.encode())
        crypto.X509StoreContext(store, subject).verify_certificate()
    except (crypto.Error, crypto.X509StoreContextError):
        return False
    return True


def certificate_text(certificate: str) -> str:
    """Return the text form of a certificate, OpenSSL's own (``ssl §6.2``, listcrts).

    Raises:
        ValueError: it is no certificate.
    """
    from OpenSSL import crypto  # noqa: PLC0415

    try:
        loaded = crypto.load_certificate(crypto.FILETYPE_PEM, certificate.encode())
    except crypto.Error as error:
        raise ValueError("no certificate") from error
    text: bytes = crypto.dump_certificate(crypto.FILETYPE_TEXT, loaded)
    return text.decode("utf-8", "replace")
