"""``cpanel_emu.wsgi:application``: for any WSGI server, set up by ``CPANEL_EMU_…`` variables."""

from __future__ import annotations

import os

from cpanel_emu.emulator import Emulator
from cpanel_emu.options import resolve
from cpanel_emu.server.app import Application

application = Application(Emulator.with_options(resolve({}, os.environ)))
