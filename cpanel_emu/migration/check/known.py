"""Which functions the emulator knows when a page calls them (``tags §1`` rules 1.10, 1.13)."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from cpanel_emu.call import Api
from cpanel_emu.functions.coverage import API_NAMES
from cpanel_emu.functions.registry import Registry, Status
from cpanel_emu.migration.check.facts import FunctionName
from cpanel_emu.migration.check.nearest import Nearest


class Use(enum.Enum):
    """How far a function works on a page; the value is the word of the reports."""

    SUPPORTED = "supported"
    STUBBED = "stubbed"
    UNKNOWN = "unknown"


_OF_STATUS = {Status.IMPLEMENTED: Use.SUPPORTED, Status.STUBBED: Use.STUBBED}
_PART_OF_THE_TAG_SYSTEM = (
    ("Branding", "include"),
    ("Branding", "image"),
    ("Branding", "file"),
    ("Branding", "text"),
    ("MagicRevision", "uri"),
    ("Locale", "maketext"),
)
"""API 1 functions that are no functions of the server but of its pages (``tags §2.3``)."""


class Known:
    """The functions of API 1 and API 2 by name; it can go to another process."""

    def __init__(self, uses: Mapping[FunctionName, Use]) -> None:
        self._uses = uses
        self._nearest = {
            api: Nearest((str(one) for one in uses if one.api is api), 0.8) for api in _OTHER
        }

    @classmethod
    def of(cls, registry: Registry) -> Known:
        """Return what *registry* knows, and the tag system itself."""
        uses = {
            FunctionName(one.api, one.module, one.name): _OF_STATUS[one.status]
            for one in registry
            if one.api is not Api.UAPI
        }
        for module, function in _PART_OF_THE_TAG_SYSTEM:
            uses[FunctionName(Api.API1, module, function)] = Use.SUPPORTED
        return cls(uses)

    def named(self, api: Api, module: str, function: str) -> FunctionName:
        """Return the function that a page means: exact, else with an upper-case module (1.13)."""
        exact = FunctionName(api, module, function)
        upper = FunctionName(api, module[:1].upper() + module[1:], function)
        return upper if exact not in self._uses and upper in self._uses else exact

    def use(self, name: FunctionName) -> Use:
        """Return how far the function works."""
        return self._uses.get(name, Use.UNKNOWN)

    @staticmethod
    def is_part_of_the_tag_system(name: FunctionName) -> bool:
        """Whether the function only prints, as the server's pages do themselves."""
        return name.api is Api.API1 and (name.module, name.function) in _PART_OF_THE_TAG_SYSTEM

    def mend(self, name: FunctionName) -> str:
        """Return what to do about an unknown function: the nearest name, or a stub."""
        stub = f"give its answer in --stubs DIR as {name.module}__{name.function}.json"
        other = FunctionName(_OTHER[name.api], name.module, name.function)
        if other in self._uses:
            return f"{name} is a function of {API_NAMES[other.api]}: {_WRITTEN[other.api]}."
        nearest = self._nearest[name.api].to(str(name))
        if nearest:
            return f"Did you mean {nearest}? Otherwise {stub}."
        return f"{stub[0].upper()}{stub[1:]}, or take the call out."


_OTHER = {Api.API1: Api.API2, Api.API2: Api.API1}
_WRITTEN = {
    Api.API1: 'write <cpanel Module="function(…)">',
    Api.API2: "write <?cp Module::function(…) ?>",
}
