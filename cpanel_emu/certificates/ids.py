"""Ids of stored items (``ssl §4``)."""

from __future__ import annotations

import hashlib


def _digest(text: str) -> str:
    return hashlib.md5(text.encode("ascii"), usedforsecurity=False).hexdigest()


def key_id(modulus: str) -> str:
    """Return the id of the key with this *modulus*.

    Args:
        modulus: RSA modulus in lower-case hex without leading zeros, or the uncompressed
            public point for ECDSA.
    """
    return f"{modulus[:5]}_{modulus[-5:]}_{_digest(modulus)}"


def domain_part(domain: str) -> str:
    """Return *domain* as ids write it: dots as underscores, ``*`` as ``_wildcard_``."""
    return domain.replace("*", "_wildcard_").replace(".", "_")


def request_id(domain: str, modulus: str, body: str) -> str:
    """Return the id of a CSR for *domain* (its first); *body* is its base64 (`pem.body`)."""
    return f"{domain_part(domain)}_{modulus[:5]}_{modulus[-5:]}_{_digest(body)}"


def certificate_id(domain: str, modulus: str, not_after: int, body: str) -> str:
    """Return the id of a certificate: *not_after* in epoch seconds, *body* its base64."""
    return f"{domain_part(domain)}_{modulus[:5]}_{modulus[-5:]}_{not_after}_{_digest(body)}"
