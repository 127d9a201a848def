"""Files that include themselves, directly or through others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from cpanel_emu.migration.check.facts import Reference

Edges: TypeAlias = Callable[[str, str], Iterator[tuple[Reference, str]]]
"""Yields the tags of a file that include another and that other file, for pages of a folder."""


def circles(bases: Mapping[str, set[str]], edges: Edges) -> Iterator[tuple[str, Reference]]:
    """Yield the file and the tag of each inclusion that leads back to a file that is open.

    *bases* are the files and the folders of the pages that reach them.
    """
    done: set[tuple[str, str]] = set()
    for path, folders in bases.items():
        for base in sorted(folders):
            yield from _from(path, base, edges, done)


def _from(
    start: str, base: str, edges: Edges, done: set[tuple[str, str]]
) -> Iterator[tuple[str, Reference]]:
    """Walk from *start* depth first; without recursion, for chains may be long."""
    if (start, base) in done:
        return
    done.add((start, base))
    open_files = [(start, edges(start, base))]
    while open_files:
        path, rest = open_files[-1]
        edge = next(rest, None)
        if edge is None:
            open_files.pop()
            continue
        reference, target = edge
        if any(target == one for one, _ in open_files):
            yield path, reference
        elif (target, base) not in done:
            done.add((target, base))
            open_files.append((target, edges(target, base)))
