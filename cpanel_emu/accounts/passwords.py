"""How secrets are stored, and how a given one is compared with a stored one.

A password, which people choose, is stored as scrypt with a salt. API tokens and access hashes,
which are long and random, are stored as SHA-256. Both comparisons take the same time for every
wrong secret of the same length.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import random
import string
import threading
from collections import OrderedDict
from collections.abc import Iterable

PUBLISHED_PASSWORD = "12345luggage"  # noqa: S105 -- the documentation's own example
"""The password of the documented example calls and of the demo seed."""

_PUBLISHED_STORED = (
    "scrypt$16384$8$1$6370616e656c2d656d752064656d6f21$"
    "a0d80bafdb7df6519f2d8bea988bce1bef25f9d212705b0329d6012fb4ee2242"
)

_COST, _BLOCK_SIZE, _PARALLEL = 16384, 8, 1
_TOKEN_CHARACTERS = string.ascii_uppercase + string.digits


def store_password(password: str) -> str:
    """Return *password* as it is stored: ``scrypt$N$r$p$salt$digest``, the last two in hex.

    The published password always gets the same salt. That makes a demo start at once, and lets
    the server see, without trying it, that an account has a password that everybody knows.
    """
    if password == PUBLISHED_PASSWORD:
        return _PUBLISHED_STORED
    return _store_password(password, os.urandom(16))


def store_token(token: str) -> str:
    """Return an API token or access hash as it is stored: ``sha256$digest``.

    White space does not count, since access hashes are shown with line breaks (``wire §3.1``).
    """
    return "sha256$" + hashlib.sha256(_to_bytes("".join(token.split()))).hexdigest()


def token_matches(token: str, stored: Iterable[str]) -> bool:
    """Whether *token* is one of those *stored*; every one is compared, in constant time."""
    given = store_token(token).encode()
    return any([hmac.compare_digest(given, one.encode()) for one in stored])  # noqa: C419


def new_token(generator: random.Random) -> str:
    """Return a new API token: 32 capitals and digits (``wire §3.1``)."""
    return "".join(generator.choices(_TOKEN_CHARACTERS, k=32))


class PasswordVerifier:
    """Compares passwords with stored ones and remembers which pairs matched.

    scrypt is slow on purpose; a client that sends its password with each of a thousand requests
    pays for it once. What is remembered is a hash, under a key that only this object has, of
    password and stored form together: after a change of the password the old pair is never
    asked for again. Wrong passwords are not remembered. Safe to share between threads.
    """

    def __init__(self, size: int = 1024) -> None:
        """Remember up to *size* pairs, the latest used."""
        self._size = size
        self._key = os.urandom(32)
        self._lock = threading.Lock()
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def verify(self, password: str, stored: str) -> bool:
        """Whether *password* is the *stored* one.

        With ``""`` for *stored* (no such user, or no password) the answer is no, and takes as
        long as for a wrong password.
        """
        pair = self._pair(password, stored)
        if self._remembers(pair):
            return True
        if not _matches(password, stored):
            return False
        self._remember(pair)
        return True

    def _pair(self, password: str, stored: str) -> bytes:
        text = _to_bytes(stored) + b"\0" + _to_bytes(password)
        return hashlib.blake2b(text, key=self._key, digest_size=32).digest()

    def _remembers(self, pair: bytes) -> bool:
        with self._lock:
            if pair not in self._known:
                return False
            self._known.move_to_end(pair)
            return True

    def _remember(self, pair: bytes) -> None:
        with self._lock:
            self._known[pair] = None
            if len(self._known) > self._size:
                self._known.popitem(last=False)


SHARED_VERIFIER = PasswordVerifier()
"""One memory for the whole process: whether a password fits a stored form depends on nothing
else, and a test suite with a fresh emulator for each test pays for scrypt once."""


def _store_password(password: str, salt: bytes) -> str:
    digest = _scrypt(password, salt, _COST, _BLOCK_SIZE, _PARALLEL)
    return f"scrypt${_COST}${_BLOCK_SIZE}${_PARALLEL}${salt.hex()}${digest.hex()}"


def _matches(password: str, stored: str) -> bool:
    try:
        _, cost, block_size, parallel, salt, digest = stored.split("$")
        expected = bytes.fromhex(digest)
        given = _scrypt(password, bytes.fromhex(salt), int(cost), int(block_size), int(parallel))
    except ValueError:
        _scrypt(password, bytes(16), _COST, _BLOCK_SIZE, _PARALLEL)
        return False
    return hmac.compare_digest(given, expected)


def _scrypt(password: str, salt: bytes, cost: int, block_size: int, parallel: int) -> bytes:
    return hashlib.scrypt(
        _to_bytes(password), salt=salt, n=cost, r=block_size, p=parallel, dklen=32
    )


def _to_bytes(text: str) -> bytes:
    # Lone surrogates come from bytes that were no UTF-8; they must not raise here.
    return text.encode("utf-8", "surrogatepass")
