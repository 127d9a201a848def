"""cpanel-emu: the reference emulator of the deprecated cPanel API 2.

`Emulator` is a whole emulated server in one object, `create_app` a WSGI application for any
server. Both are imported when they are first used, so that importing this package costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpanel_emu._version import __version__

if TYPE_CHECKING:
    from cpanel_emu.emulator import Emulator
    from cpanel_emu.server.app import create_app

__all__ = ["Emulator", "__version__", "create_app"]


def __getattr__(name: str) -> object:
    if name == "Emulator":
        from cpanel_emu.emulator import Emulator  # noqa: PLC0415  (imported at first use)

        return Emulator
    if name == "create_app":
        from cpanel_emu.server.app import create_app  # noqa: PLC0415

        return create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
