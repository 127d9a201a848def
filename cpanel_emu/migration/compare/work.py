"""Threads that render cells on both sides."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.liveapi.commands import InterpreterError
from cpanel_emu.liveapi.process import ProcessLimits
from cpanel_emu.migration.compare.differences import Difference, differences
from cpanel_emu.migration.compare.side import Side
from cpanel_emu.migration.compare.states import Cell
from cpanel_emu.migration.compare.wanted import Wanted

_BATCH = 8
"""Cells that a thread takes at a time; those of a batch need the same account."""


class Work:
    """Threads that render cells; each has two servers of its own."""

    def __init__(
        self, wanted: Wanted, cells: Sequence[Cell], stop: threading.Event, step: Callable[[], None]
    ) -> None:
        self._wanted = wanted
        self._stop = stop
        self._step = step
        self._batches: queue.SimpleQueue[list[Cell]] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[tuple[Cell, list[Difference]] | BaseException | None]
        self._done = queue.SimpleQueue()
        batches = list(_batches(cells))
        for batch in batches:
            self._batches.put(batch)
        self._jobs = max(1, min(wanted.jobs, len(batches)))

    def run(self) -> dict[tuple[str, str], list[Difference]]:
        """Return the differences of each cell that was rendered."""
        threads = [
            threading.Thread(target=self._thread, name="compare", daemon=True)
            for _ in range(self._jobs)
        ]
        for thread in threads:
            thread.start()
        found: dict[tuple[str, str], list[Difference]] = {}
        try:
            self._collect(found, len(threads))
        finally:
            # Also after Ctrl-C: pages that run are ended, servers remove their folders.
            self._stop.set()
            for thread in threads:
                thread.join()
        return found

    def _collect(self, found: dict[tuple[str, str], list[Difference]], running: int) -> None:
        while running:
            result = self._done.get()
            if result is None:
                running -= 1
            elif isinstance(result, BaseException):
                raise result
            else:
                cell, one = result
                found[cell.key] = one
                self._step()
                if one and self._wanted.fail_fast:
                    return

    def _thread(self) -> None:
        try:
            with contextlib.ExitStack() as closing:
                old = closing.enter_context(self._side(self._wanted.old))
                new = closing.enter_context(self._side(self._wanted.new))
                while not self._stop.is_set():
                    for cell in self._batches.get_nowait():
                        if self._stop.is_set():
                            break
                        self._compare(cell, old, new)
        except queue.Empty:
            pass
        except InterpreterError as error:
            self._done.put(ConfigurationError(str(error)))
        except Exception as error:  # noqa: BLE001  (raised again by the thread that waits)
            self._done.put(error)
        finally:
            self._done.put(None)

    def _compare(self, cell: Cell, old: Side, new: Side) -> None:
        before, after = old.render(cell), new.render(cell)
        if not self._stop.is_set():
            told = list(differences(cell, before, after, as_html=self._wanted.as_html))
            self._done.put((cell, told))

    def _side(self, theme: Path) -> Side:
        wanted = self._wanted
        return Side(
            theme,
            wanted.theme_name,
            user=wanted.user,
            options=wanted.options,
            limits=limits_of(wanted, self._stop),
        )


def limits_of(wanted: Wanted, stop: threading.Event) -> ProcessLimits:
    """Return what one page may use; *stop* ends those that run."""
    return ProcessLimits(wanted.seconds, stop=stop)


def _batches(cells: Iterable[Cell]) -> Iterable[list[Cell]]:
    """Yield the cells in batches that need the same account, so that it is seldom put back."""
    by_preparation: dict[object, list[Cell]] = {}
    for cell in cells:
        by_preparation.setdefault(cell.state.preparation(), []).append(cell)
    for same in by_preparation.values():
        for start in range(0, len(same), _BATCH):
            yield same[start : start + _BATCH]
