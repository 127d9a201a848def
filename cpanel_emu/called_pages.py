"""The served theme as the functions see it: what a call on a page may open and render."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from cpanel_emu.accounts.models import Account

if TYPE_CHECKING:
    from cpanel_emu.emulator import Emulator
    from cpanel_emu.frontend import PageRequest
    from cpanel_emu.tags import OpenPage, RenderedPage


class CalledPages:
    """The pages of *emulator* for its functions (`cpanel_emu.functions.context.Theme`)."""

    def __init__(self, emulator: Emulator) -> None:
        self._emulator = emulator

    def open_page(self, account: Account, page: PageRequest | None) -> OpenPage:
        """See `Theme.open_page`."""
        return self._emulator.frontend.open(page or _no_page(account))

    def render_part(
        self, account: Account, page: PageRequest | None, name: str, variables: Mapping[str, str]
    ) -> RenderedPage | None:
        """See `Theme.render_part`."""
        asked = page or _no_page(account)
        return self._emulator.pages.part(replace(asked, variables=dict(variables)), name)


def _no_page(account: Account) -> PageRequest:
    from cpanel_emu.frontend import PageRequest  # noqa: PLC0415  (heavy; cpapi2 needs none)

    return PageRequest(account, "")
