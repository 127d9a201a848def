"""What a CSR's subject may hold: the checks of gencsr, in their order, with their texts.

The rules are those of ``ssl §2.1``, the order and texts those of ``ssl §2.2`` rows 1 to 6.
Parameter names are handed in, because API 2 and UAPI call the same value differently.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cpanel_emu.errors import Failure
from cpanel_emu.lazy import LazyModule

if TYPE_CHECKING:
    import idna
else:
    idna = LazyModule("idna")

MAXIMUM_HOST_NAME = 253
_LONGEST_UNICODE_HOST = 1000

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?:\*\.)?(?:{_LABEL}\.)+(?![0-9]+\Z){_LABEL}", re.ASCII)
_COUNTRY = re.compile(r"[A-Za-z]{2}", re.ASCII)
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}", re.ASCII)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_BETWEEN = "\0"
_TEXT = r"[^\0-\x1f\x7f-\x9f]"
_UP_TO_64 = r"(?=[^\0]{1,64}\0)"
_DOMAIN = rf"(?:{_LABEL}\.)+[a-z]{{2,63}}"
_WORD = r"[A-Za-z0-9_+-]+"
_USUAL = re.compile(
    _BETWEEN.join(
        (
            rf"{_TEXT}{{1,128}}",
            rf"{_TEXT}{{1,64}}",
            rf"{_TEXT}{{0,64}}",
            r"[A-Z]{2}",
            rf"(?:{_UP_TO_64}{_WORD}(?:\.{_WORD})*@{_DOMAIN})?",
            rf"{_UP_TO_64}{_DOMAIN}",
            rf"{_TEXT}{{1,128}}",
            rf"{_TEXT}{{0,255}}",
        )
    )
)
"""Values, in the order of ``ssl §2.2``, that every check lets by and that go in as they are."""


@dataclass(slots=True)  # not frozen: one is made for every CSR
class SubjectValues:
    """The values of one CSR or certificate; the first host is the common name.

    Field names are those of API 2 (``ssl §1.4``); an empty optional value is ``""``.
    """

    city: str
    company: str
    country: str
    hosts: tuple[str, ...]
    state: str
    companydivision: str = ""
    email: str = ""
    password: str = ""

    @property
    def host(self) -> str:
        """The common name, the first of the hosts."""
        return self.hosts[0]


API2_NAMES: Mapping[str, str] = {
    name: name
    for name in (
        "city",
        "company",
        "companydivision",
        "country",
        "email",
        "host",
        "state",
        "password",
    )
}
"""What API 2 calls each value, in the order of ``ssl §2.2``."""

_REQUIRED = frozenset({"city", "company", "country", "host", "state"})
_LIMITS = {
    "city": 128,
    "company": 64,
    "companydivision": 64,
    "country": 2,
    "email": 255,
    "host": 64,
    "state": 128,
    "password": 255,
}


def canonical_host(text: str) -> str | None:
    """Return *text* as A-labels in lower case, or None if it is no host name.

    The host rule of ``ssl §2.1`` rule 6: an optional leading ``*.``, at least two labels,
    the last not all digits, at most 253 characters. U-labels go through IDNA 2008 with
    UTS 46 mapping, non-transitional.
    """
    if not text.isascii():
        wildcard = "*." if text.startswith("*.") else ""
        converted = _to_a_labels(text[len(wildcard) :])
        if converted is None:
            return None
        text = wildcard + converted
    host = text.lower()
    if len(host) > MAXIMUM_HOST_NAME or not _HOST.fullmatch(host):
        return None
    return host


def _to_a_labels(name: str) -> str | None:
    # idna's work grows faster than its input; nothing this long can be a host name.
    if len(name) > _LONGEST_UNICODE_HOST:
        return None
    try:
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
        return ".".join(
            label if label.isascii() else idna.alabel(label).decode("ascii")
            for label in mapped.split(".")
        )
    except (idna.IDNAError, UnicodeError):
        return None


def is_email(text: str) -> bool:
    """Whether *text* is an e-mail address by ``ssl §2.1`` rule 7."""
    local, at, domain = text.rpartition("@")
    if not at or not _LOCAL_PART.fullmatch(local) or not domain.isascii():
        return False
    dotted = local.startswith(".") or local.endswith(".") or ".." in local
    return not dotted and not domain.startswith("*.") and canonical_host(domain) is not None


def checked_host(name: str, text: str) -> str:
    """Return *text* as a stored host, by ``ssl §2.1`` rules 6 and 8.

    Args:
        name: the parameter's name, for the refusal.
        text: what the caller sent.

    Raises:
        Failure: missing, no host name, or longer than 64 characters.
    """
    if not text:
        raise Failure(required(name))
    host = canonical_host(text)
    if host is None:
        raise Failure(f'"{name}" is not a valid domain name.')
    if len(host) > _LIMITS["host"]:
        raise Failure(_too_long(name, _LIMITS["host"]))
    return host


def required(name: str) -> str:
    """Return the text for a missing argument (``ssl §2.2`` row 1)."""
    return f'"{name}" is a required argument.'


def _too_long(name: str, bound: int) -> str:
    return f'"{name}" is longer than {bound} characters.'


def checked_values(values: SubjectValues, names: Mapping[str, str] = API2_NAMES) -> SubjectValues:
    """Return *values* as they go into a CSR: hosts as A-labels, country in capitals.

    Args:
        values: what the caller sent, unchecked.
        names: what the caller's function calls each value of `API2_NAMES`.

    Raises:
        Failure: the first failing row of ``ssl §2.2``, rows 1 to 6.
    """
    return values if are_usual(values) else checked_one_by_one(values, names)


def checked_one_by_one(values: SubjectValues, names: Mapping[str, str]) -> SubjectValues:
    """Do what `checked_values` does, row by row; see there."""
    by_name = _by_name(values)
    for name, value in by_name:
        if not value and name in _REQUIRED:
            raise Failure(required(names[name]))
    if not _COUNTRY.fullmatch(values.country):
        raise Failure(f'"{names["country"]}" must be the country\'s two-letter abbreviation.')
    hosts = tuple(host for text in values.hosts if (host := canonical_host(text)) is not None)
    if len(hosts) < len(values.hosts):
        raise Failure(f'"{names["host"]}" is not a valid domain name.')
    if values.email and not is_email(values.email):
        raise Failure(f'"{names["email"]}" is not a valid email address.')
    country = values.country.upper()
    if hosts != values.hosts or country != values.country:
        values = replace(values, hosts=hosts, country=country)
        by_name = _by_name(values)
    _check_texts(by_name, names)
    return values


def are_usual(values: SubjectValues) -> bool:
    """Whether one look tells that *values* go in as they are, as those of most calls do.

    False tells nothing: then they are gone through one by one.
    """
    if len(values.hosts) != 1:
        return False
    texts = (
        values.city,
        values.company,
        values.companydivision,
        values.country,
        values.email,
        values.hosts[0],
        values.state,
        values.password,
    )
    return _USUAL.fullmatch(_BETWEEN.join(texts)) is not None


def _check_texts(by_name: Sequence[tuple[str, str]], names: Mapping[str, str]) -> None:
    for name, value in by_name:
        if len(value) > _LIMITS[name]:
            raise Failure(_too_long(names[name], _LIMITS[name]))
    # All at once first: hardly any call has one, and each search costs.
    if _CONTROL.search("".join([value for _, value in by_name])):
        for name, value in by_name:
            if _CONTROL.search(value):
                raise Failure(f'"{names[name]}" contains a control character.')


def _by_name(values: SubjectValues) -> list[tuple[str, str]]:
    """Return all values under their names, in the order of ``ssl §2.2``."""
    return [
        ("city", values.city),
        ("company", values.company),
        ("companydivision", values.companydivision),
        ("country", values.country),
        ("email", values.email),
        *(("host", host) for host in values.hosts or ("",)),
        ("state", values.state),
        ("password", values.password),
    ]
