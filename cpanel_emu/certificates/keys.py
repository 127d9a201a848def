"""Private keys: generating, reading, and a cache that keeps reading off the hot path."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from cpanel_emu.certificates import ids
from cpanel_emu.errors import Failure
from cpanel_emu.root import is_settled

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

SMALLEST_RSA_KEY = 1024
LARGEST_RSA_KEY = 4096
UNREADABLE_KEY = "The key could not be read."

_CURVES: dict[str, ec.EllipticCurve] = {
    "prime256v1": ec.SECP256R1(),
    "secp384r1": ec.SECP384R1(),
}
_CURVE_NAMES = {curve.name: name for name, curve in _CURVES.items()}

_MOST_CHECKED = 1024
_checked: set[bytes] = set()
"""Digests of keys that were found sound: the check costs 33 ms, and a reset installs the same
keys again and again."""


@dataclass(frozen=True, slots=True)
class KeyKind:
    """What sort of key to make: RSA of so many bits, or ECDSA on a named curve."""

    bits: int = 0
    curve: str = ""

    @property
    def name(self) -> str:
        """The name UAPI gives it, such as ``rsa-2048`` or ``ecdsa-prime256v1`` (``ssl §8``)."""
        return f"ecdsa-{self.curve}" if self.curve else f"rsa-{self.bits}"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key, ready to sign, with everything that is derived from it once."""

    private_key: PrivateKey
    public_key_info: bytes
    """``SubjectPublicKeyInfo`` in DER."""
    modulus: str
    """RSA modulus in lower-case hex, or the uncompressed public point (``ssl §4``)."""
    id: str
    kind: KeyKind


def public_parts(public: object) -> tuple[str, KeyKind]:
    """Return the modulus (or public point) of a public key, as ids use it, and its kind.

    Raises:
        Failure: a sort of key or a curve that the emulated server does not know.
    """
    if isinstance(public, rsa.RSAPublicKey):
        return f"{public.public_numbers().n:x}", KeyKind(bits=public.key_size)
    if isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name in _CURVE_NAMES:
        point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return point.hex(), KeyKind(curve=_CURVE_NAMES[public.curve.name])
    raise Failure(UNREADABLE_KEY)


_POINT_LENGTHS = {130: "prime256v1", 194: "secp384r1"}


def curve_of(modulus: str) -> str:
    """Return the curve whose public point stands for *modulus*, ``""`` for an RSA modulus.

    A point begins with ``04``; a modulus is written without leading zeros (``ssl §4``).
    """
    return _POINT_LENGTHS.get(len(modulus), "") if modulus.startswith("04") else ""


def key_pair(private_key: PrivateKey) -> KeyPair:
    """Return *private_key* with its derived values.

    Raises:
        Failure: an elliptic curve that the emulated server does not know.
    """
    public = private_key.public_key()
    info = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    modulus, kind = public_parts(public)
    return KeyPair(
        private_key=private_key,
        public_key_info=info,
        modulus=modulus,
        id=ids.key_id(modulus),
        kind=kind,
    )


def generate(kind: KeyKind) -> PrivateKey:
    """Make a new key; takes a good part of a second for large RSA keys."""
    if kind.curve:
        return ec.generate_private_key(_CURVES[kind.curve])
    return rsa.generate_private_key(public_exponent=65537, key_size=kind.bits)


def to_pem(private_key: PrivateKey) -> str:
    """Return the key as PEM (PKCS #1 for RSA, SEC 1 for ECDSA), without final line end."""
    form = PrivateFormat.TraditionalOpenSSL
    return private_key.private_bytes(Encoding.PEM, form, NoEncryption()).decode("ascii").rstrip()


def parse(text: str, *, trusted: bool = False) -> KeyPair:
    """Read a private key in any PEM form.

    Args:
        text: the PEM.
        trusted: the key was checked when it was installed; skips the costly check.

    Raises:
        Failure: it is no key that can be used, with the text of ``ssl §6.2``.
    """
    data = text.encode("utf-8", "replace")
    digest = hashlib.sha256(data).digest()
    private = _loaded(data, checked=False)
    if isinstance(private, rsa.RSAPrivateKey):
        # Before the check: it holds up every thread, for a minute with a key of 16,384 bits.
        if not SMALLEST_RSA_KEY <= private.key_size <= LARGEST_RSA_KEY:
            raise Failure(UNREADABLE_KEY)
        if not trusted and digest not in _checked:
            private = _loaded(data, checked=True)
    pair = key_pair(private)
    if not trusted:
        if len(_checked) >= _MOST_CHECKED:
            _checked.clear()
        _checked.add(digest)
    return pair


def _loaded(data: bytes, *, checked: bool) -> PrivateKey:
    """Return the key in PEM *data*; *checked*: its numbers fit together, its primes are prime."""
    try:
        private = serialization.load_pem_private_key(
            data, password=None, unsafe_skip_rsa_key_validation=not checked
        )
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Failure(UNREADABLE_KEY) from None
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Failure(UNREADABLE_KEY)
    return private


class KeyCache:
    """Keys by their file, so that a call neither parses nor checks one again.

    An entry belongs to one state of its file (inode, size, times of change): a replaced file is
    read anew. A file that has just changed is not kept: a second change could leave all of these
    alike. Bounded; the oldest entry goes first. Thread-safe.
    """

    def __init__(self, size: int = 256) -> None:
        self._size = size
        self._keys: dict[str, tuple[tuple[int, ...], KeyPair]] = {}
        self._lock = threading.Lock()

    def load(self, path: Path | str, read: Callable[[Path], str] | None = None) -> KeyPair:
        """Return the key stored at *path*.

        Args:
            path: the file.
            read: returns what it holds, or refuses to; unless given, it is simply read.

        Raises:
            Failure: the file cannot be read or holds no usable key.
        """
        try:
            status = os.stat(path)  # noqa: PTH116  (pathlib's is twice as slow, on the hot path)
        except OSError:
            raise Failure(UNREADABLE_KEY) from None
        name = str(path)
        state = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        known = self._keys.get(name)
        if known is not None and known[0] == state:
            return known[1]
        try:
            file = Path(path)
            text = file.read_text("utf-8") if read is None else read(file)
        except (OSError, UnicodeDecodeError):
            raise Failure(UNREADABLE_KEY) from None
        loaded = parse(text, trusted=True)
        if is_settled(status.st_ctime_ns):
            with self._lock:
                self._keys.pop(name, None)
                self._keys[name] = (state, loaded)
                while len(self._keys) > self._size:
                    del self._keys[next(iter(self._keys))]
        return loaded


class KeySource(Protocol):
    """Where new private keys come from: a generator, or a pool of prepared files."""

    def new_key(self, kind: KeyKind) -> PrivateKey:
        """Return a key of this *kind* that was not handed out before.

        Raises:
            Failure: there is none.
        """


class GeneratedKeys:
    """Keys made on demand."""

    def new_key(self, kind: KeyKind) -> PrivateKey:
        """Make a key of this *kind*."""
        return generate(kind)


class KeyPool:
    """Keys from the files of one folder, handed out in name order (``--key-pool``).

    Each kind of key has an order of its own, so that a pool may hold RSA keys of several
    sizes and ECDSA keys side by side.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._keys: dict[KeyKind, list[PrivateKey]] | None = None

    def new_key(self, kind: KeyKind) -> PrivateKey:
        """Return the next unused key of this *kind*.

        Raises:
            Failure: the pool has no unused key of this kind left.
        """
        with self._lock:
            if self._keys is None:
                self._keys = self._read()
            waiting = self._keys.get(kind)
            if not waiting:
                raise Failure(f"The key pool has no unused {kind.name} key.")
            return waiting.pop(0)

    def restart(self) -> None:
        """Hand the keys out from the beginning again."""
        with self._lock:
            self._keys = None

    def _read(self) -> dict[KeyKind, list[PrivateKey]]:
        keys: dict[KeyKind, list[PrivateKey]] = {}
        for path in sorted(self._folder.iterdir()):
            if path.suffix in {".key", ".pem"} and path.is_file():
                pair = parse(path.read_text("utf-8"))
                keys.setdefault(pair.kind, []).append(pair.private_key)
        return keys
