"""What a page is given: variables, and who answers its calls (``tags §5.2``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from cpanel_emu.call import Answer, Call
from cpanel_emu.errors import EmulatorError

PageCalls: TypeAlias = Callable[[Call], Answer]
"""Runs a call for the page's account; `CallCrashed` and other `EmulatorError` are rule 1.11.

Module names are as written; the callee knows rule 1.13 (``wire §2.6``). The modifiers ``api2_*``
are among the arguments (3.7.6).
"""

Trace: TypeAlias = Callable[[Call], None]
"""Sees every built-in word as the API 1 call that it is to the server (rule 1.14)."""


class CallCrashed(EmulatorError):
    """A function died or took too long (``tags §1`` rule 1.11)."""


class RandomSource(Protocol):
    """Where ``$random`` comes from; `random.Random` is one."""

    def randrange(self, start: int, /) -> int:
        """Return a number from 0 to below *start*."""
        ...


@dataclass(frozen=True, slots=True)
class PageValues:
    """Everything that a page's variables can show; names of the fields' hashes in brackets."""

    user: str
    random: RandomSource
    version: str
    """As ``$version`` prints it (``Release.whm_version``)."""
    release: tuple[int, ...]
    """For ``version-…`` (``Release.number``)."""
    form: Mapping[str, str] = field(default_factory=dict)
    """GET and POST together, unescaped [FORM, RAW_FORM, URI_ENCODED_FORM]."""
    account: Mapping[str, str] = field(default_factory=dict)
    """[CPDATA]"""
    environment: Mapping[str, str] = field(default_factory=dict)
    """[ENV]"""
    configuration: Mapping[str, str] = field(default_factory=dict)
    """[CONF]"""
    preferences: Mapping[str, str] = field(default_factory=dict)
    """[NVDATA]"""
    build_flags: Mapping[str, str] = field(default_factory=dict)
    """[CPFLAGS]"""
    modules: Mapping[str, str] = field(default_factory=dict)
    """[HASMODULE]"""
    scalars: Mapping[str, str] = field(default_factory=dict)
    """``$name`` values that differ from the defaults, such as ``homedir`` and ``hostname``."""
    feature: Callable[[str], bool] = lambda _: True
    """Whether the account has a feature; a name it does not list is on (4.11)."""
    language: str = "english"
    branding_package: str = ""
    epoch: int = 0
    """What MagicRevision prints: the server's start time."""


FIXED_SCALARS = {
    "appname": "cpanel",
    "httphost": "",
    "hostname": "",
    "ip": "",
    "locale": "en",
    "isallowedssl": "1",
    "hasdedicatedip": "1",
    "mysqlrunning": "1",
    "sslhttpdport": "443",
    "mainhttpdport": "80",
    **dict.fromkeys(
        (
            "isreseller",
            "isresellerlogin",
            "isoverridelogin",
            "isarchiveuser",
            "hasvalidshell",
            "hasanonftp",
            "haspureftp",
            "haspostgres",
            "hascloudlinux",
            "pgrunning",
        ),
        "0",
    ),
}
"""``$name`` values that are the same on every page unless the caller says otherwise (CHOICE)."""
