"""A state in which a page is rendered: the account, what is stored, the form, what fails."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from cpanel_emu.call import Api, Arguments


class Stored(enum.Enum):
    """What is on the account; each holds what comes before it. The value is for people."""

    SEEDED = "as seeded"
    """What the seed put there, and nothing else."""
    NOTHING = "nothing stored"
    KEY = "a key"
    REQUEST = "a request"
    CERTIFICATE = "a certificate"
    INSTALLED = "an installed certificate"


@dataclass(frozen=True, slots=True)
class PreparedCall:
    """A call that is made before the page is asked for."""

    api: Api
    module: str
    function: str
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class State:
    """One state. Its name tells it apart from the others of a page."""

    name: str
    stored: Stored = Stored.SEEDED
    form: Mapping[str, str] = field(default_factory=dict)
    features: Mapping[str, bool] = field(default_factory=dict)
    """Features that are switched on or off, beside those of the account."""
    preferences: Mapping[str, str] = field(default_factory=dict)
    demo: bool = False
    reseller: bool = False
    failing: tuple[str, ...] = ()
    """Functions that say no: ``SSL::gencsr``, ``SSL::*`` all of a module, ``*`` all."""
    user: str = ""
    """The account; empty for the one that the comparison is made with."""
    prepare: tuple[PreparedCall, ...] = ()
    pages: tuple[str, ...] = ()
    """Patterns of the pages that it is for; without any it is for all."""

    def preparation(self) -> object:
        """Return what two states share that need the same account."""
        return (
            self.user,
            self.stored.value,
            tuple(sorted(self.features.items())),
            tuple(sorted(self.preferences.items())),
            self.demo,
            self.reseller,
            repr(self.prepare),
        )


@dataclass(frozen=True, slots=True)
class Cell:
    """A page in a state."""

    page: str
    state: State

    @property
    def key(self) -> tuple[str, str]:
        """What tells it apart from other cells."""
        return (self.page, self.state.name)
