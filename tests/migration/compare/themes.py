"""Small pairs of themes, written by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cpanel_emu.migration.compare.comparing import Comparer, Comparison
from cpanel_emu.migration.compare.differences import Difference
from cpanel_emu.migration.compare.wanted import Wanted


class Pair:
    """An old and a new theme."""

    def __init__(self, folder: Path) -> None:
        self.old = folder / "mine"
        self.new = folder / "converted"
        self.old.mkdir()
        self.new.mkdir()

    def both(self, path: str, text: str | bytes) -> None:
        write(self.old, path, text)
        write(self.new, path, text)

    def page(self, old: str | bytes, new: str | bytes, name: str = "p.html.tt") -> None:
        """Write ``p.html`` into the old theme, and what it became into the new one."""
        write(self.old, "p.html", old)
        write(self.new, name, new)

    def comparer(self, **wanted: Any) -> Comparer:
        return Comparer(Wanted(self.old, self.new, **wanted))

    def compared(self, **wanted: Any) -> Comparison:
        return self.comparer(**wanted).run()

    def differs(self, **wanted: Any) -> list[Difference]:
        return list(self.compared(**wanted).differences)


def write(theme: Path, path: str, text: str | bytes) -> None:
    file = theme / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())


def states(differences: list[Difference]) -> set[str]:
    return {difference.cell.state.name for difference in differences}
