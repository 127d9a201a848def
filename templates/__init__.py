"""The demo theme and the pages of the emulator itself, installed as ``cpanel_emu.templates``."""
