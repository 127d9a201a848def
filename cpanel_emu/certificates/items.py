"""What the store keeps: the record of one key, CSR or certificate."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cpanel_emu.call import Tree


class ItemKind(enum.Enum):
    """The three kinds of stored item; the value is what ``ssl.db`` calls it (``ssl §5`` rule 3)."""

    KEY = "key"
    CSR = "csr"
    CERTIFICATE = "certificate"

    # Each member is one object. Enum's own hash is a Python function, run for every look-up.
    __hash__ = object.__hash__


def friendly_name_of(domains: Sequence[str]) -> str:
    """Return the friendly name of an item for *domains*: ``a``, ``a and b``, ``a, b, and c``.

    The rule is ``ssl §5`` rule 5; *domains* must not be empty.
    """
    if len(domains) <= 2:
        return " and ".join(domains)
    return f"{', '.join(domains[:-1])}, and {domains[-1]}"


class _Detailed:
    """Typed access to what the kind adds to a record."""

    __slots__ = ()
    details: Mapping[str, Tree]

    @property
    def domains(self) -> list[str]:
        """The hosts that a CSR or certificate names, the common name first."""
        domains = self.details.get("domains")
        return [str(domain) for domain in domains] if isinstance(domains, list) else []

    def number(self, name: str) -> int:
        """Return the number called *name*, such as ``not_after``; 0 if there is none."""
        number = self.details.get(name)
        return number if isinstance(number, int) else 0


@dataclass(slots=True)  # not frozen, as below
class NewItem(_Detailed):
    """An item to store, complete but for its final friendly name."""

    kind: ItemKind
    id: str
    pem: str
    """Without a final line end; the store adds it where the layout has one."""
    modulus: str
    key_id: str
    created: int
    """Epoch seconds."""
    host: str | None
    """The host it was made for; None for UAPI items, which have none (``ssl §5`` rule 4)."""
    common_name: str
    friendly_name: str
    details: Mapping[str, Tree] = field(default_factory=dict)
    """What the kind adds to its record, such as ``domains`` or ``modulus_length``."""


@dataclass(slots=True)  # not frozen: that takes more than twice as long, and a list may be long
class Item(_Detailed):
    """The record of one stored item."""

    kind: ItemKind
    name: str
    """The file's name without its suffix: the id, or in the old layout the host."""
    id: str
    host: str
    """The host it counts for, also when it has none of its own (``ssl §5`` rule 4)."""
    has_host: bool
    common_name: str
    friendly_name: str
    modulus: str
    key_id: str
    created: int
    details: Mapping[str, Tree]
