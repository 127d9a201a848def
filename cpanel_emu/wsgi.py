"""``cpanel_emu.wsgi:application``: for any WSGI server, set up by ``CPANEL_EMU_…`` variables."""

from __future__ import annotations

import atexit
import os

from cpanel_emu.emulator import Emulator
from cpanel_emu.options import resolve
from cpanel_emu.server.app import Application

_options = resolve({}, os.environ)
# Fills an empty root, and is closed again: a server may fork now (gunicorn --preload), and neither
# threads nor databases survive that.
Emulator.with_options(_options).close()
_emulator = Emulator.with_options(_options)
atexit.register(_emulator.close)

application = Application(_emulator)
