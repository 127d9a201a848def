"""A theme of one's own behind a whole emulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from cpanel_emu import Emulator

CLOCK = "2022-01-01T00:00:00Z"
SEED = """
[accounts.user]
domain = "example.com"
domains = ["b.example.net", "a.example.org"]
password = "12345luggage"
[accounts.other]
domain = "other.example"
password = "12345luggage"
theme = "paper_lantern"
"""


class Place:
    """A folder with a theme, a folder of stubs, and what lies outside both."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.theme = folder / "themes" / "mine"
        self.stubs = folder / "stubs"
        for made in (self.theme, self.stubs):
            made.mkdir(parents=True)
        self.seed = folder / "seed.toml"
        self.seed.write_text(SEED)
        self.write("lang/english", "HELLO=<i>Hi</i>\n")

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file of the theme."""
        file = self.theme / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def stub(self, name: str, content: str) -> None:
        """Write a stub file."""
        (self.stubs / f"{name}.json").write_text(content)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


@pytest.fixture
def start(place: Place) -> Iterator[Callable[..., Emulator]]:
    """Return a maker of emulators over `place`; keywords are options."""
    from cpanel_emu import Emulator

    made: list[Emulator] = []

    def make(**options: Any) -> Emulator:
        usual = {"theme": place.theme, "stubs": place.stubs, "seed": place.seed, "clock": CLOCK}
        made.append(Emulator(**{**usual, **options}))
        return made[-1]

    yield make
    for emulator in made:
        emulator.close()
