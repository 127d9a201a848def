"""Finds secrets by the names under which they travel, in text of any of the forms.

Everything here replaces a secret by its name in braces and notes the secret, so that
`References.hide_known` finds it wherever else it stands.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Collection
from urllib.parse import unquote_plus

from cpanel_emu.journal.entries import SECRET_NAMES
from cpanel_emu.testing.recording.references import SHORTEST, References, brace, outside, respelled
from cpanel_emu.testing.spellings import spelled, unspelled

_KEY = r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----.*?-----END (?:[A-Z]+ )*PRIVATE KEY-----"
_KEY_PATTERN = (
    "-----BEGIN ([A-Z]+ )*PRIVATE KEY-----[A-Za-z0-9+/=\\\\\\s]+-----END ([A-Z]+ )*PRIVATE KEY-----"
)
_PEM_SPELLINGS: tuple[tuple[str, ...], ...] = (
    (),
    ("crlf",),
    ("json",),
    ("jsonslash",),
    ("crlf", "json"),
    ("crlf", "jsonslash"),
    ("xml",),
)
PEM_KINDS = {"CERTIFICATE REQUEST": "csr", "CERTIFICATE": "certificate", "PUBLIC KEY": "public_key"}
"""What is no secret by itself → the kind of its name."""
_NAMES = "|".join(sorted(map(re.escape, SECRET_NAMES)))
_JSON_MEMBER = rf'(?i)("(?:{_NAMES})"\s*:\s*")((?:[^"\\]|\\.)+)(?=")'
_XML_ELEMENT = rf"(?i)(<(?:{_NAMES})>)([^<]+)(?=<)"
_PAIR_IN_URL = rf"(?i)([?&](?:amp;)?(?:{_NAMES})=)([^&#\s\"'<>\\{{}}]+)"
_SESSION_IN_URL = r"(?i)([?&](?:amp;)?session=)([^&#\s\"'<>\\{}]+)"
_URL_SPELLINGS = ("form", "url", "urlsmall")
_SECURITY_TOKEN = r"cpsess([0-9]+)"  # noqa: S105  (a pattern)
_TOKEN_PATTERN = "[0-9]+"  # noqa: S105
_JSON_SPELLINGS = ("json", "jsonslash", "jsonascii", "jsonphp")
_HASH_LENGTH = 100
_PART = re.compile(r'(?is)(;[ \t]*name="?([^"\r\n;]*)"?.*?\r?\n\r?\n)(.*?)(\r?\n)?$')


def hide_keys(text: str, references: References, *, is_answer: bool = False) -> str:
    """Return *text* without private keys, however their line ends are spelled."""

    def name_of(found: re.Match[str]) -> str:
        plain, spellings = plain_pem(found[0])
        if is_answer:
            name = references.volatile("private_key", plain, _KEY_PATTERN)
        else:
            name = references.secret("private_key", plain)
        return brace(name, spellings)

    return outside(text, _KEY, name_of)


def plain_pem(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the lines of a PEM as such, and how they are spelled in *text*.

    Text of one line is returned as it is.
    """
    for spellings in _PEM_SPELLINGS:
        try:
            plain = unspelled(text, spellings)
        except ValueError:
            continue
        if "\n" in plain and "\r" not in plain and spelled(plain, spellings) == text:
            return plain, spellings
    return text, ()


def pem_pattern(kind: str) -> str:
    """Return the pattern of a PEM of *kind*, however its line ends are spelled."""
    return rf"-----BEGIN {kind}-----[A-Za-z0-9+/=\\\s]+-----END {kind}-----"


def hide_passwords_in_requests(text: str, references: References) -> str:
    """Return *text* without CSRs that carry a known secret, as their challenge password."""

    def name_of(found: re.Match[str]) -> str:
        plain, spellings = plain_pem(found[0])
        data = _der(plain)
        if not any(len(each) >= SHORTEST and each in data for each in references.secrets):
            return found[0]
        return brace(references.secret("csr", plain), spellings)

    return outside(text, pem_pattern("CERTIFICATE REQUEST"), name_of)


def _der(pem: str) -> str:
    """Return what a PEM holds, each byte that is no text as an escape; empty if it is none."""
    try:
        data = base64.b64decode("".join(pem.splitlines()[1:-1]) + "==")
    except binascii.Error:
        return ""
    return data.decode("utf-8", "surrogateescape")


def hide_security_tokens(text: str, references: References, *, is_answer: bool = False) -> str:
    """Return *text* with a name for each number behind ``cpsess``."""

    def name_of(found: re.Match[str]) -> str:
        if is_answer:
            name = references.volatile("security_token", found[1], _TOKEN_PATTERN)
        else:
            name = references.secret("security_token", found[1])
        return f"cpsess{brace(name)}"

    return outside(text, _SECURITY_TOKEN, name_of)


def hide_members(text: str, references: References, *, is_answer: bool = False) -> str:
    """Return JSON or XML without the values of members that have the name of a secret."""

    def hidden(found: re.Match[str], spellings: tuple[str, ...]) -> str:
        value, spelling = _plain_value(found[2], spellings)
        if is_answer:
            name = references.volatile("token", value, '[^"<]+')
        else:
            name = references.secret(_kind(value), value)
        return found[1] + brace(name, (spelling,))

    text = outside(text, _JSON_MEMBER, lambda found: hidden(found, _JSON_SPELLINGS))
    return outside(text, _XML_ELEMENT, lambda found: hidden(found, ("xml",)))


def hide_in_urls(text: str, references: References, *, is_answer: bool = False) -> str:
    """Return *text* without the secret parameters of URLs in it; of an answer, its sessions."""

    def hidden(found: re.Match[str]) -> str:
        value, spelling = _plain_value(found[2], _URL_SPELLINGS)
        if is_answer:
            name = references.volatile("session", value, "[^&]+")
        else:
            name = references.secret(_kind(value), value)
        return found[1] + brace(name, (spelling,))

    return outside(text, _SESSION_IN_URL if is_answer else _PAIR_IN_URL, hidden)


def _plain_value(text: str, spellings: tuple[str, ...]) -> tuple[str, str]:
    """Return what *text* says, and its spelling; the first if it is none exactly."""
    try:
        plain = unspelled(text, spellings[:1])
    except ValueError:
        return text, spellings[0]
    exact = (each for each in spellings if spelled(plain, (each,)) == text)
    return plain, next(exact, spellings[0])


def hide_pairs(text: str, references: References, more_names: Collection[str] = ()) -> str:
    """Return ``name=value&…`` without the values of secrets."""
    return "&".join(_hidden_pair(pair, references, more_names) for pair in text.split("&"))


def _hidden_pair(pair: str, references: References, more_names: Collection[str]) -> str:
    raw_name, equals, raw = pair.partition("=")
    if not raw:
        return pair
    value = unquote_plus(raw, errors="surrogateescape")
    hidden = hide_value(unquote_plus(raw_name), value, references, more_names)
    return pair if hidden == value else raw_name + equals + respelled(hidden, "form")


def hide_value(
    name: str, value: str, references: References, more_names: Collection[str] = ()
) -> str:
    """Return the *value* of a parameter without what is secret in it, or all of it by its name."""
    hidden = hide_passwords_in_requests(hide_keys(value, references), references)
    if hidden != value:
        return hidden
    if name.lower() in SECRET_NAMES or name.lower() in more_names:
        return brace(references.secret(_kind(value), value))
    if value.lstrip().startswith(("{", "<", "[")):
        hidden = hide_members(value, references)
    return references.hide_known(hide_security_tokens(hidden, references))


def hide_parts(body: str, references: References, more_names: Collection[str] = ()) -> str:
    """Return a multipart body without the parts that are secret; its first line is the boundary."""
    boundary = body.partition("\n")[0].rstrip("\r")
    if not boundary.startswith("--") or len(boundary) < 3:
        return hide_keys(body, references)
    parts = body.split(boundary)
    return boundary.join(_hidden_part(part, references, more_names) for part in parts)


def _hidden_part(part: str, references: References, more_names: Collection[str]) -> str:
    found = _PART.search(part)
    if found is None or not found[3]:
        return part
    hidden = hide_value(found[2], found[3], references, more_names)
    return part[: found.start(3)] + hidden + part[found.end(3) :]


def token_kind(text: str) -> str:
    """Return the kind of what stands behind a user's name in Authorization: hash or token."""
    return "hash" if len(text) >= _HASH_LENGTH else "token"


def _kind(value: str) -> str:
    return "hash" if len(value) >= _HASH_LENGTH else "password"
