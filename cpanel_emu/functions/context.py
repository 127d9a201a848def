"""What a function may see beside its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from cpanel_emu.accounts.models import Account, Server
from cpanel_emu.accounts.preferences import Preferences
from cpanel_emu.certificates.manager import SslManager
from cpanel_emu.clock import Clock
from cpanel_emu.releases import Release
from cpanel_emu.root import Root

if TYPE_CHECKING:
    from cpanel_emu.frontend import PageRequest
    from cpanel_emu.tags import OpenPage, RenderedPage


class Theme(Protocol):
    """The pages of the served theme, as far as calls need them.

    *page* is the page that the call stands on; None if it stands on none.
    """

    def open_page(self, account: Account, page: PageRequest | None) -> OpenPage:
        """Open *page*, or one with an empty path, for *account*."""

    def render_part(
        self, account: Account, page: PageRequest | None, name: str, variables: Mapping[str, str]
    ) -> RenderedPage | None:
        """Render the branding file *name* as a part of *page*, with page *variables*."""


@dataclass(slots=True)  # not frozen, which would cost every call as much as finding its function
class Context:
    """The account that a call acts for, and the server it runs on."""

    account: Account
    root: Root
    server: Server
    release: Release
    clock: Clock
    open_ssl: Callable[[], SslManager]
    """Opens the account's SSL manager; only functions that need it pay for it."""
    theme: Theme
    page: PageRequest | None = None
    """The page that the call stands on, if it is one."""

    @property
    def ssl(self) -> SslManager:
        """The account's keys, CSRs and certificates."""
        return self.open_ssl()

    @property
    def home(self) -> Path:
        """The account's home directory; pages know it as ``/home/<user>``."""
        return self.root.home(self.account.user)

    @property
    def preferences(self) -> Preferences:
        """The account's saved preferences."""
        return Preferences(self.root, self.account.user)

    def open_page(self) -> OpenPage:
        """Open the page that the call stands on; one with an empty path if it stands on none."""
        return self.theme.open_page(self.account, self.page)

    def render_part(self, name: str, variables: Mapping[str, str]) -> RenderedPage | None:
        """Render a branding file as a part of that page, with page variables (`Pages.part`)."""
        return self.theme.render_part(self.account, self.page, name, variables)
