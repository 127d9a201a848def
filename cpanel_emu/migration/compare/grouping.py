"""Equal differences as one: a mistake in a header shows on every page in every state. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cpanel_emu.migration.compare.differences import Difference


@dataclass(frozen=True, slots=True)
class Group:
    """Differences that change the same lines in the same way; the first stands for all."""

    members: tuple[Difference, ...]

    @property
    def first(self) -> Difference:
        """The one that is shown."""
        return self.members[0]

    def states_by_page(self) -> dict[str, list[str]]:
        """Return the names of the states of each page."""
        found: dict[str, list[str]] = {}
        for member in self.members:
            found.setdefault(member.cell.page, []).append(member.cell.state.name)
        return found


def grouped(differences: Iterable[Difference]) -> list[Group]:
    """Return the groups, in the order of their first members."""
    groups: dict[object, list[Difference]] = {}
    for difference in differences:
        groups.setdefault(difference.signature, []).append(difference)
    return [Group(tuple(members)) for members in groups.values()]
