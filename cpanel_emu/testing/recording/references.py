"""The names that stand in a recording for secrets, and for what differs from run to run.

The same text has the same name throughout a recording, so identity survives: that a token is the
one which the login gave, that two passwords are one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from cpanel_emu.testing.placeholders import NAME
from cpanel_emu.testing.spellings import spelled

SHORTEST = 4
"""A shorter secret is hidden only where its name stands: elsewhere it is there by accident."""

_CONTEXTS: tuple[tuple[str, ...], ...] = (
    (),
    ("json",),
    ("jsonslash",),
    ("jsonascii",),
    ("jsonphp",),
    ("xml",),
    ("url",),
    ("urlsmall",),
    ("form",),
    ("crlf",),
    ("crlf", "json"),
    ("crlf", "jsonslash"),
    ("crlf", "form"),
    ("xml", "form"),
    ("base64",),
)
"""The ways in which a text is looked for."""
_PLAIN = re.compile(r"[A-Za-z0-9_.-]*")


@dataclass(slots=True)
class References:
    """The names given so far; secrets have stand-ins, the others patterns."""

    stand_ins: dict[str, str] = field(default_factory=dict)
    """Secret's name → what stands in for it."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Secret → name."""
    met: dict[str, str] = field(default_factory=dict)
    """Text that differs from run to run, and comes back in later exchanges → name."""
    patterns: dict[str, str] = field(default_factory=dict)
    """Name of what differs from run to run → pattern of its text as it first stood."""
    sent: set[str] = field(default_factory=set)
    """What looks as if it differed, but was in a request first."""
    _counts: dict[str, int] = field(default_factory=dict)

    def secret(self, kind: str, text: str) -> str:
        """Return the name of the secret *text*; *kind* is the beginning of a new one."""
        known = self.secrets.get(text) or self.met.get(text)
        if known is None:
            known = self._name(kind)
            self.secrets[text] = known
            self.stand_ins[known] = _stand_in(kind, known, text)
        return known

    def volatile(self, kind: str, text: str, pattern: str) -> str:
        """Return the name of *text*, which differs from run to run but is the same within one."""
        known = self.secrets.get(text) or self.met.get(text)
        if known is None:
            known = self._name(kind)
            self.met[text] = known
            self.patterns[known] = pattern
        return known

    def fresh(self, kind: str, pattern: str) -> str:
        """Return a name for a text that need not be the same anywhere else."""
        name = self._name(kind)
        self.patterns[name] = pattern
        return name

    def hide_known(self, text: str, context: Sequence[str] = ()) -> str:
        """Return *text* with a name for each known text in it; *context* is how it is spelled."""
        text = _hidden(self.secrets, text, (tuple(context), *_CONTEXTS))
        # What differs from run to run keeps its kind of characters; a secret may need escapes.
        return _hidden(self.met, text, _CONTEXTS)

    def hide_secrets(self, text: str) -> str:
        """Return *text* with a name for each secret in it, however it is spelled."""
        return _hidden(self.secrets, text, _CONTEXTS)

    def _name(self, kind: str) -> str:
        self._counts[kind] = number = self._counts.get(kind, 0) + 1
        return f"{kind}_{number}"


def _hidden(texts: Mapping[str, str], text: str, contexts: Sequence[tuple[str, ...]]) -> str:
    for known in sorted(texts, key=len, reverse=True):
        if len(known) < SHORTEST:
            continue
        # Most texts are spelled alike everywhere, and a long recording knows many.
        is_plain = _PLAIN.fullmatch(known)
        for spellings in (contexts[0], ("base64",)) if is_plain else contexts:
            written = spelled(known, spellings)
            if written in text:
                text = outside(text, re.escape(written), brace(texts[known], spellings))
    return text


def brace(name: str, spellings: Sequence[str] = ()) -> str:
    """Return *name* as it stands in a case."""
    return "{{" + "|".join((name, *spellings)) + "}}"


_NAME_TEXT = re.compile(f"({re.sub('[(](?![?])', '(?:', NAME.pattern.decode('ascii'))})")


def outside(text: str, pattern: str, new: str | Callable[[re.Match[str]], str]) -> str:
    """Return *text* with *pattern* replaced wherever it is not within a name in braces."""
    replace = new if callable(new) else lambda _found: new
    parts = _NAME_TEXT.split(text)
    parts[::2] = [re.sub(pattern, replace, part, flags=re.DOTALL) for part in parts[::2]]
    return "".join(parts)


def respelled(text: str, spelling: str) -> str:
    """Return *text*, which has names in braces, in *spelling*; the names say it too."""
    parts = _NAME_TEXT.split(text)
    parts[::2] = [spelled(part, (spelling,)) for part in parts[::2]]
    parts[1::2] = [f"{part[:-2]}|{spelling}}}}}" for part in parts[1::2]]
    return "".join(parts)


def _stand_in(kind: str, name: str, text: str) -> str:
    """Return what an emulator can be given in place of a secret: of its kind, and no secret."""
    if kind == "private_key":
        return _stand_in_key(text)
    digest = hashlib.sha256(name.encode()).hexdigest()
    if kind == "hash":
        return digest * (len(text) // len(digest) + 1)
    if kind == "security_token":
        return str(int(digest, 16))[: len(text)]
    return f"{name.replace('_', '-')}-{digest[:16]}"


def _stand_in_key(text: str) -> str:
    """Return a key of the same kind and size as *text*, made for the purpose."""
    try:
        like = serialization.load_pem_private_key(text.encode(), None)
    except (ValueError, TypeError):
        like = None
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if isinstance(like, ec.EllipticCurvePrivateKey):
        key = ec.generate_private_key(like.curve)
    else:
        size = like.key_size if isinstance(like, rsa.RSAPrivateKey) else 2048
        key = rsa.generate_private_key(public_exponent=65537, key_size=size)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL
        if "RSA PRIVATE" in text or "EC PRIVATE" in text
        else serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode("ascii").rstrip("\n")
