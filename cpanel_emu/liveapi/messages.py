"""What a page can say over the LiveAPI socket (``liveapi_cli §1.4``). Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from cpanel_emu.call import Call


@dataclass(frozen=True, slots=True)
class Handshake:
    """``<cpaneljson enable="1">``: from here on answers are JSON."""


@dataclass(frozen=True, slots=True)
class Shutdown:
    """``<cpanelxml shutdown="1" />``: the page is done; the connection ends after the answer."""


@dataclass(frozen=True, slots=True)
class Execute:
    """A function call: API 1, API 2 or UAPI."""

    call: Call


@dataclass(frozen=True, slots=True)
class Print:
    """``cpanelprint`` or ``cpanellangprint``: *word* is ``print`` or ``langprint``."""

    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Condition:
    """``cpanelif`` or ``cpanelfeature``: *word* is ``if`` or ``feature``.

    *text* is a condition of ``tags §4``, or the name of a feature.
    """

    word: str
    text: str


@dataclass(frozen=True, slots=True)
class PageText:
    """A tag or any other page text, to be rendered (``liveapi_cli §1.5``)."""

    text: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An empty payload, or a ``<cpanelaction>`` that does not parse (``liveapi_cli §1.3``)."""


Message: TypeAlias = Handshake | Shutdown | Execute | Print | Condition | PageText | Unreadable
