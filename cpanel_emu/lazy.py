"""Modules that are loaded when something of them is first used.

A call from the command line is a process of its own, and some modules take longer to load than
the call to run. A module that few calls need is named like this::

    if TYPE_CHECKING:
        from cryptography import x509
    else:
        x509 = LazyModule("cryptography.x509")
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any


class LazyModule(ModuleType):
    """Stands for the module of that name; thread-safe, as importing is."""

    def __getattr__(self, name: str) -> Any:
        value = getattr(importlib.import_module(self.__name__), name)
        setattr(self, name, value)
        return value
