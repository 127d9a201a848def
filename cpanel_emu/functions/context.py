"""What a function may see beside its arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cpanel_emu.accounts.models import Account, Server
from cpanel_emu.accounts.preferences import Preferences
from cpanel_emu.certificates.manager import SslManager
from cpanel_emu.clock import Clock
from cpanel_emu.releases import Release
from cpanel_emu.root import Root

if TYPE_CHECKING:
    from cpanel_emu.tags import OpenPage, RenderedPage


@dataclass(frozen=True, slots=True)
class Context:
    """The account that a call acts for, and the server it runs on."""

    account: Account
    root: Root
    server: Server
    release: Release
    clock: Clock
    open_ssl: Callable[[], SslManager]
    """Opens the account's SSL manager; only functions that need it pay for it."""
    open_page: Callable[[], OpenPage]
    """Opens a page of the theme; one with an empty path if the call stands on none."""
    render_part: Callable[[str, Mapping[str, str]], RenderedPage | None]
    """Renders a branding file as a part of that page, with page variables (`Pages.part`)."""

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
