"""The exceptions of the emulator: one root, one class per reason that a caller can act on."""

from __future__ import annotations


class EmulatorError(Exception):
    """Root of everything the emulator raises on purpose; its text is one line for people."""


class ConfigurationError(EmulatorError):
    """A wrong option, seed or configuration file; the text names the mend (exit status 2)."""


class StoreError(EmulatorError):
    """The root cannot be read or written as asked (disk full, permissions, wrong layout)."""


class Failure(EmulatorError):
    """A function ran and said no.

    The text is the answer's ``error`` and, for API 2 SSL functions, the row's ``output``
    (``ssl §2.3``); every tongue spells it in its own way.
    """
