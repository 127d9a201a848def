"""Every difference between the emulated releases, as fields of one table.

Nothing else in the project compares versions: code asks the `Release` it was given for the
behaviour it needs (``wire §1``, ``ssl §3.1``, ``ssl §5``, ``ssl §6.1``).
"""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import dataclass

from cpanel_emu.errors import ConfigurationError

PLAIN_TEXT = 'text/plain; charset="utf-8"'
JSON_TEXT = 'application/json; charset="utf-8"'

SUBJECT_ORDER_A = ("C", "ST", "L", "O", "OU", "CN", "emailAddress")
SUBJECT_ORDER_B = ("CN", "OU", "C", "emailAddress", "O", "ST", "L")


class StringRule(enum.Enum):
    """Which ASN.1 string type O, OU, CN, ST and L take (``ssl §3.1``)."""

    PRINTABLE_IF_IT_FITS = "Printable if it fits, else UTF8"
    UTF8 = "UTF8"


class Digest(enum.Enum):
    """The hash that CSRs and certificates are signed with."""

    SHA1 = "SHA-1"
    SHA256 = "SHA-256"

    __hash__ = object.__hash__  # as of `Api`: Enum's own is a Python function


class Layout(enum.Enum):
    """Where an account's keys, CSRs and certificates lie (``ssl §5``)."""

    BY_HOST = "one file per host"
    BY_ID = "one file per id"


class UndefinedApi1(enum.Enum):
    """How the text for an unknown API 1 function ends (``wire §5.7``)."""

    UNDEFINED_SUBROUTINE = "A"
    STRICT_REFS = "B"


@dataclass(frozen=True, slots=True)
class Release:
    """The behaviours of one emulated release."""

    name: str
    whm_version: str
    """What native ``version`` and ``$version`` print (``wire §8``, ``tags §2.2``)."""
    number: tuple[int, ...]
    """For ``version-…`` conditions of pages (``tags §4`` rule 4.12)."""
    server_header: str
    json_content_type: str
    xml: bool
    uapi: bool
    command_line: bool
    command_line_lists_functions: bool
    """``cpapi2 --help`` lists every known function (``liveapi_cli §2.2``)."""
    strips_quotes: bool
    undefined_api1: UndefinedApi1
    cache_control_on_whm_api1: bool
    """Native calls with ``api.version=1`` send ``Cache-Control: no-cache`` (``wire §8``)."""
    tags: bool
    subject_order: tuple[str, ...]
    strings: StringRule
    digest: Digest
    subject_alternative_name: bool
    challenge_password: bool
    layout: Layout
    role_rule: bool
    key_algorithm_members: bool
    """UAPI key and CSR records carry ``key_algorithm`` and ``ecdsa_*`` (``ssl §6.1``)."""

    late_filter_types: bool
    """API 2's ``ne``, ``defined`` and ``undefined``, of 56 and 58 (``wire §2.8``)."""
    mail_paginates_unasked: bool
    """``Email::listpopswithdisk`` sends ``paginate``, all null, unasked (``wire §2.8``)."""

    @property
    def ecdsa(self) -> bool:
        """Whether keys may be ECDSA: they came with the members that tell keys apart."""
        return self.key_algorithm_members

    @property
    def pem_final_newline(self) -> bool:
        """Whether stored PEM files end with LF: the old layout's do (``ssl §3.5``)."""
        return self.layout is Layout.BY_HOST


_RELEASE_11_32 = Release(
    name="11.32",
    whm_version="11.32.6.4",
    number=(11, 32, 6, 4),
    server_header="cpsrvd/11.32.6.4",
    json_content_type=PLAIN_TEXT,
    xml=True,
    uapi=False,
    command_line=False,
    command_line_lists_functions=False,
    strips_quotes=False,
    undefined_api1=UndefinedApi1.UNDEFINED_SUBROUTINE,
    cache_control_on_whm_api1=False,
    tags=True,
    subject_order=SUBJECT_ORDER_A,
    strings=StringRule.PRINTABLE_IF_IT_FITS,
    digest=Digest.SHA1,
    subject_alternative_name=False,
    challenge_password=True,
    layout=Layout.BY_HOST,
    role_rule=False,
    key_algorithm_members=False,
    late_filter_types=False,
    mail_paginates_unasked=False,
)
_RELEASE_11_36 = dataclasses.replace(
    _RELEASE_11_32,
    name="11.36",
    whm_version="11.36.2.3",
    number=(11, 36, 2, 3),
    server_header="cpsrvd/11.36.2.3",
    cache_control_on_whm_api1=True,
    mail_paginates_unasked=True,
)
_RELEASE_11_36_0_4 = dataclasses.replace(
    _RELEASE_11_36,
    name="11.36.0.4",
    whm_version="11.36.0.4",
    number=(11, 36, 0, 4),
    server_header="cpsrvd/11.36.0.4",
    json_content_type=JSON_TEXT,
    cache_control_on_whm_api1=False,
)
_RELEASE_11_40 = dataclasses.replace(
    _RELEASE_11_36,
    name="11.40",
    whm_version="11.40.1.11",
    number=(11, 40, 1, 11),
    server_header="cpsrvd/11.40.1.11",
    subject_order=SUBJECT_ORDER_B,
    strings=StringRule.UTF8,
    challenge_password=False,
    layout=Layout.BY_ID,
    mail_paginates_unasked=False,
)
_RELEASE_11_44 = dataclasses.replace(
    _RELEASE_11_40,
    name="11.44",
    whm_version="11.44.1.23",
    number=(11, 44, 1, 23),
    server_header="cpsrvd/11.44.1.23",
    uapi=True,
    undefined_api1=UndefinedApi1.STRICT_REFS,
)
_RELEASE_72 = dataclasses.replace(
    _RELEASE_11_44,
    name="72",
    whm_version="11.72",
    number=(11, 72),
    server_header="cpsrvd",
    command_line=True,
    command_line_lists_functions=True,
    late_filter_types=True,
    subject_order=SUBJECT_ORDER_A,
    digest=Digest.SHA256,
    subject_alternative_name=True,
)
_RELEASE_110 = dataclasses.replace(
    _RELEASE_72,
    name="110",
    whm_version="11.110",
    number=(11, 110),
    json_content_type=JSON_TEXT,
    xml=False,
    command_line_lists_functions=False,
    tags=False,
    role_rule=True,
    key_algorithm_members=True,
)
_RELEASE_DOCS = dataclasses.replace(
    _RELEASE_110,
    name="docs",
    xml=True,
    strips_quotes=True,
    tags=True,
    challenge_password=True,
)

DEFAULT_RELEASE = "docs"

RELEASES = {
    release.name: release
    for release in (
        _RELEASE_11_32,
        _RELEASE_11_36,
        _RELEASE_11_36_0_4,
        _RELEASE_11_40,
        _RELEASE_11_44,
        _RELEASE_72,
        _RELEASE_110,
        _RELEASE_DOCS,
    )
}
"""Every release that ``--emulate-version`` takes, by name, oldest first (``wire §1.1``)."""


def release_named(name: str) -> Release:
    """Return the release called *name*.

    Raises:
        ConfigurationError: there is none; the text lists those there are.
    """
    try:
        return RELEASES[name]
    except KeyError:
        known = ", ".join(RELEASES)
        raise ConfigurationError(
            f'Unknown release "{name}" for --emulate-version; choose one of: {known}.'
        ) from None
