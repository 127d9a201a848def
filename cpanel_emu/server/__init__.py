"""The HTTP side of the emulator: the listener in front, the WSGI application behind it."""
