"""Typed arguments of the SSL functions, read from what a tongue decoded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from cpanel_emu.call import Arguments
from cpanel_emu.certificates.keys import LARGEST_RSA_KEY, SMALLEST_RSA_KEY, KeyKind
from cpanel_emu.certificates.values import (
    SubjectValues,
    canonical_host,
    checked_host,
    checked_values,
    required,
)
from cpanel_emu.errors import Failure

_DEFAULT_KEY_SIZE = 2048
_NUMBER = re.compile(r"[0-9]{1,5}", re.ASCII)


def subject_values(named: Mapping[str, str], *, password: bool = True) -> SubjectValues:
    """Return the checked values of gencsr or gencrt from their named arguments.

    ``pass`` stands in for ``password``, which wins when both are sent (``ssl §2.1`` rule 3).

    Args:
        named: the arguments.
        password: whether the function has a password at all; gencrt has none.

    Raises:
        Failure: rows 1 to 6 of ``ssl §2.2``.
    """
    get = named.get
    secret = get("password", get("pass", "")) if password else ""
    return checked_values(
        SubjectValues(
            get("city", ""),
            get("company", ""),
            get("country", ""),
            (get("host", ""),),
            get("state", ""),
            get("companydivision", ""),
            get("email", ""),
            secret,
        )
    )


def host(arguments: Mapping[str, str], name: str = "host") -> str:
    """Return the checked host, or the argument called *name* that holds one.

    Raises:
        Failure: missing or no domain name (``ssl §6.2``, rules).
    """
    return checked_host(name, arguments.get(name, ""))


def hosts_among(texts: Iterable[str]) -> list[str]:
    """Return those of *texts* that are hosts, as stored; what is none names no item."""
    return [found for text in texts if (found := canonical_host(text)) is not None]


def flag(arguments: Mapping[str, str], name: str) -> bool:
    """Return the argument called *name*, which is 0 or 1; absent means 0.

    Raises:
        Failure: it is something else.
    """
    text = arguments.get(name, "")
    if text not in {"", "0", "1"}:
        raise Failure(f'"{name}" must be 0 or 1.')
    return text == "1"


def require(arguments: Mapping[str, str], *names: str) -> None:
    """Check that the arguments *names* are there and not empty.

    Raises:
        Failure: naming the first that is missing (``ssl §2.2`` row 1).
    """
    for name in names:
        if not arguments.get(name):
            raise Failure(required(name))


def key_kind(text: str) -> KeyKind:
    """Return the kind of RSA key that ``keysize`` asks for; 2048 bits if it is empty.

    Raises:
        Failure: no number from 1024 to 4096 (``ssl §6.2``).
    """
    if not text:
        return KeyKind(bits=_DEFAULT_KEY_SIZE)
    bits = int(text) if _NUMBER.fullmatch(text) else 0
    if not SMALLEST_RSA_KEY <= bits <= LARGEST_RSA_KEY:
        raise Failure(f'"keysize" must be a number from {SMALLEST_RSA_KEY} to {LARGEST_RSA_KEY}.')
    return KeyKind(bits=bits)


def by_position(arguments: Arguments, *names: str) -> Mapping[str, str]:
    """Return API 1 arguments under *names*: the named ones, overlaid by the positional."""
    named = {name: arguments.named[name] for name in names if name in arguments.named}
    return {**named, **dict(zip(names, arguments.positional, strict=False))}
