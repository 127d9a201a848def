"""Counts as what a chart draws: starts and widths in per cent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def parts_of_a_whole(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return counts with where each begins and how wide it is, in per cent of all."""
    whole = sum(counts.values()) or 1
    parts: list[dict[str, Any]] = []
    before = 0
    for label, count in counts.items():
        start = round(100 * before / whole, 2)
        before += count
        width = round(100 * before / whole - start, 2)
        parts.append(
            {"name": label, "label": label, "count": count, "start": start, "width": width}
        )
    return parts


def bars(rows: Sequence[tuple[str, int]]) -> list[dict[str, Any]]:
    """Return named counts with how wide each is, in per cent of the greatest."""
    most = max((count for _, count in rows), default=1)
    return [
        {"name": name, "count": count, "width": round(100 * count / most, 2)}
        for name, count in rows
    ]
