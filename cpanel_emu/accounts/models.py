"""Accounts, root and the server, as plain values."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cpanel_emu.errors import EmulatorError

ROOT_USER = "root"
"""The name of WHM's administrator; it is never an account."""

DEFAULT_START = 1767225600
"""``startdate`` of an account that names none: 2026-01-01 00:00 UTC, so that answers repeat."""

ACCOUNT_NAME_RULE = (
    'choose 1 to 16 lower-case letters, digits, "-" and "_", a letter first, and not "root"'
)
"""The end of a message about a wrong account name."""

_ACCOUNT_NAME = re.compile(r"[a-z][a-z0-9_-]{0,15}")
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+(?![0-9]+\Z)"
    r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)


class AccountError(EmulatorError):
    """An account is there that should not be, or is missing; the text names it."""


class Service(enum.Enum):
    """A kind of port (``wire §2.1``); the value is its name in ``create_user_session``."""

    CPANEL = "cpaneld"
    WHM = "whostmgrd"

    # Each member is one object. Enum's own hash is a Python function, run for every look-up.
    __hash__ = object.__hash__

    @property
    def cookie_name(self) -> str:
        """The name of the session cookie (``wire §3.2``)."""
        return "cpsession" if self is Service.CPANEL else "whostmgrsession"


class Role(enum.Enum):
    """A server role (``ssl §1.1``), in the order in which texts list them."""

    CALENDARS_CONTACTS = "calendars_contacts"
    RECEIVE_MAIL = "receive_mail"
    WEB_DISK = "web_disk"
    WEBMAIL = "webmail"
    WEB_SERVER = "web_server"

    @property
    def display_name(self) -> str:
        """How a text for people names it (``ssl §2.4``)."""
        return _ROLE_NAMES[self]


_ROLE_NAMES = {
    Role.CALENDARS_CONTACTS: "Calendars and Contacts",
    Role.RECEIVE_MAIL: "Receive Mail",
    Role.WEB_DISK: "Web Disk",
    Role.WEBMAIL: "Webmail",
    Role.WEB_SERVER: "Web Server",
}


@dataclass(frozen=True, slots=True)
class Server:
    """What is true for the whole server. Nothing here comes from the machine that runs it."""

    hostname: str = "host.example.com"
    ip: str = "192.0.2.10"
    roles: frozenset[Role] = frozenset(Role)


@dataclass(frozen=True, slots=True)
class WhmUser:
    """WHM's root and its credentials, as stored by `passwords`; an empty one never matches.

    ``api_tokens`` maps the tokens' names to the stored tokens.
    """

    user: str = ROOT_USER
    password: str = ""
    access_hash: str = ""
    api_tokens: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Account:
    """One cPanel account.

    ``password``, ``access_hash`` and the values of ``api_tokens`` are stored forms (`passwords`);
    an empty one never matches. ``domains`` are those beside the main ``domain``. ``start`` is in
    seconds since 1970. ``demo`` is the server's mark for accounts that may only look.
    """

    user: str
    domain: str
    password: str = ""
    owner: str = ROOT_USER
    theme: str = "x3"
    features: Mapping[str, bool] = field(default_factory=dict)
    api_tokens: Mapping[str, str] = field(default_factory=dict)
    access_hash: str = ""
    domains: tuple[str, ...] = ()
    email: str = ""
    plan: str = "default"
    start: int = DEFAULT_START
    demo: bool = False
    suspended: bool = False

    def has_feature(self, name: str) -> bool:
        """Whether the feature *name* is on; one that is not listed is (``tags §4`` rule 4.11)."""
        return self.features.get(name, True)


def is_account_name(name: str) -> bool:
    """Whether *name* can be an account's by `ACCOUNT_NAME_RULE`; then it is no path either."""
    return name != ROOT_USER and _ACCOUNT_NAME.fullmatch(name) is not None


def is_domain(name: str) -> bool:
    """Whether *name* is a domain in lower-case ASCII, with two labels or more."""
    return _DOMAIN.fullmatch(name) is not None
