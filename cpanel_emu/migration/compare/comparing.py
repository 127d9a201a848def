"""All pages of both themes in all states that they can see, side by side."""

from __future__ import annotations

import fnmatch
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.liveapi.pages import converted_name
from cpanel_emu.migration.compare.differences import Difference
from cpanel_emu.migration.compare.facts import Facts, ThemeFacts
from cpanel_emu.migration.compare.matrix import World, built_in_states, field_values
from cpanel_emu.migration.compare.side import Side
from cpanel_emu.migration.compare.states import Cell, State, Stored
from cpanel_emu.migration.compare.theme_pages import files, interpreter, page_name, require
from cpanel_emu.migration.compare.wanted import Wanted
from cpanel_emu.migration.compare.work import Work, limits_of
from cpanel_emu.migration.pages import Skipped
from cpanel_emu.page_files import TEMPLATE_SUFFIX


@dataclass(frozen=True, slots=True)
class Comparison:
    """What came of it."""

    cells: tuple[Cell, ...]
    """Those that were rendered on both sides."""
    differences: tuple[Difference, ...]
    skipped: tuple[Skipped, ...] = ()
    left: int = 0
    """Cells that were not rendered: the first difference was enough."""

    @property
    def pages(self) -> list[str]:
        """The pages that were rendered."""
        return sorted({cell.page for cell in self.cells})


class Comparer:
    """Compares two themes.

    Args:
        wanted: what, and how.

    Raises:
        ConfigurationError: there is no such theme, page or state.
        AccountError: there is no such account.
        PreparationError: the account cannot be brought into a state.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._stop = threading.Event()
        old, skipped = files(wanted.old)
        new, _ = files(wanted.new)
        self._skipped = skipped
        self._facts = ThemeFacts(old)
        known = {file.path for file in old}
        pages = [(page_name(file, known), file.path) for file in (*old, *new)]
        self._pages = self._chosen_pages({page for page, _ in pages if page is not None})
        self._needed = {interpreter(path) for page, path in pages if page in self._pages} - {""}
        self.cells = self._cells()
        """Every cell, by page and in the order of its states."""

    def run(self, step: Callable[[], None] = lambda: None) -> Comparison:
        """Render every cell on both sides and return what differs; *step* is called after each.

        Raises:
            ConfigurationError: what the pages of a theme are written in is not installed.
            PreparationError: the account cannot be brought into a state.
        """
        for needed in sorted(self._needed):
            require(needed)
        work = Work(self._wanted, self.cells, self._stop, step)
        done = work.run()
        found = [difference for cell in self.cells for difference in done.get(cell.key, ())]
        cells = tuple(cell for cell in self.cells if cell.key in done)
        return Comparison(cells, tuple(found), self._skipped, len(self.cells) - len(cells))

    def _chosen_pages(self, named: set[str]) -> list[str]:
        wanted = self._wanted
        if not wanted.pages:
            # What others include is a page by its name only, on both sides.
            return sorted(named if wanted.included else named - self._facts.included())
        chosen = sorted(page for page in named if _fits(page, wanted.pages))
        if not chosen:
            shown = ", ".join(wanted.pages)
            raise ConfigurationError(f'--page: no page of the two themes fits "{shown}".')
        return chosen

    def _cells(self) -> list[Cell]:
        wanted = self._wanted
        world = _world(wanted)
        cells = [
            Cell(page, state)
            for page in self._pages
            for state in self._states(page, world)
            if not wanted.states or _fits(state.name, wanted.states)
        ]
        if self._pages and not cells:
            if not wanted.states:
                raise ConfigurationError(
                    "--matrix: built-in is false, and no state of the file is for these pages; "
                    "add one."
                )
            raise ConfigurationError(
                f'--state: no state fits "{", ".join(wanted.states)}"; --list shows them.'
            )
        return cells

    def _states(self, page: str, world: World) -> list[State]:
        own = self._wanted.matrix.states_of(page)
        if not self._wanted.matrix.built_in:
            return own
        names = {state.name for state in own}
        states = built_in_states(self._page_facts(page), world)
        return [*(state for state in states if state.name not in names), *own]

    def _page_facts(self, page: str) -> Facts:
        facts = self._facts.of(page)
        if facts != Facts():
            return facts
        return self._facts.of(page + TEMPLATE_SUFFIX) | self._facts.of(converted_name(page))


def _fits(name: str, patterns: Iterable[str]) -> bool:
    return any(name == pattern or fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _world(wanted: Wanted) -> World:
    """Return what the built-in states are made of: there is a certificate to show in a form."""
    limits = limits_of(wanted, threading.Event())
    with Side(
        wanted.old,
        wanted.theme_name,
        user=wanted.user,
        options=wanted.options,
        limits=limits,
    ) as side:
        texts = side.texts(State("", Stored.CERTIFICATE))
        values = {
            **field_values(domain=side.account.domain, user=side.account.user, **texts),
            **wanted.matrix.values,
        }
        return World(side.emulator.registry, values)
