"""The one place where the version stands; `CHANGES.rst` and the package metadata follow it."""

__version__ = "0.1.0"
