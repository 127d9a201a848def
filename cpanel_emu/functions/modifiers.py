"""The output modifiers of API 2: filter, sort, paginate, columns, in this order (``wire §2.8``).

Pure, and never raises: whatever the caller sends, rows come out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeAlias

from cpanel_emu.call import Row, Rows, Scalar, Tree
from cpanel_emu.functions.patterns import Pattern, PatternError
from cpanel_emu.releases import Release

_FILTER = "api2_filter"
_SORT = "api2_sort"
_PAGINATE = "api2_paginate"
_COLUMNS = "api2_columns"
_SWITCHES = frozenset({_FILTER, _SORT, _PAGINATE, _COLUMNS})

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)", re.ASCII)
_COUNT = re.compile(r"0*[1-9][0-9]{0,8}", re.ASCII)
_OCTET = re.compile(r"[0-9]{1,3}", re.ASCII)
_UNLIMITED = "unlimited"
_LATE_TYPES = frozenset({"ne", "defined", "undefined"})

_AnyRow: TypeAlias = Row | Scalar
_Named: TypeAlias = Mapping[str, str]


def modified(rows: Rows, named: _Named, release: Release) -> Rows:
    """Return *rows* as the modifiers among the arguments *named* ask for.

    An answer that says no stays as it is; so does one without modifiers.
    """
    if rows.error is not None or _SWITCHES.isdisjoint(named):
        return rows
    if not any(_is_on(named, switch) for switch in _SWITCHES):
        return rows
    kept = list(rows.rows)
    if _is_on(named, _FILTER):
        kept = _filtered(kept, named, release)
    if _is_on(named, _SORT):
        kept = _sorted(kept, named)
    result = replace(rows, rows=kept)
    if _is_on(named, _PAGINATE):
        result = _page(result, kept, named)
    if _is_on(named, _COLUMNS):
        result = replace(result, rows=_with_columns(result.rows, named))
    return result


def _is_on(named: _Named, switch: str) -> bool:
    return named.get(switch, "") not in {"", "0"}


def _member(row: _AnyRow, column: str) -> Tree:
    return row.get(column) if isinstance(row, Mapping) else None


def _text(value: Tree) -> str:
    """Return *value* as text; lists and hashes have none."""
    return str(value) if isinstance(value, str | int | float) else ""


def _number(value: Tree) -> Decimal | None:
    text = _text(value).strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


# Filter


_Test: TypeAlias = Callable[[Tree], bool]


def _filtered(rows: list[_AnyRow], named: _Named, release: Release) -> list[_AnyRow]:
    kind = named.get("api2_filter_type") or "contains"
    if kind in _LATE_TYPES and not release.late_filter_types:
        return rows
    test = _test(kind, named.get("api2_filter_term", ""))
    if test is None:
        return rows
    column = named.get("api2_filter_column", "")
    return [row for row in rows if test(_member(row, column))]


def _test(kind: str, term: str) -> _Test | None:
    """Return what a value must pass, or None for a type that does not exist."""
    if kind == "defined":
        return lambda value: value is not None
    if kind == "undefined":
        return lambda value: value is None
    if kind == "matches":
        return _pattern_test(term)
    if kind in _TEXT_TESTS:
        compare, folded = _TEXT_TESTS[kind], term.casefold()
        return lambda value: compare(_text(value).casefold(), folded)
    if kind in _NUMBER_TESTS:
        return _number_test(kind, term)
    return None


_TEXT_TESTS: Mapping[str, Callable[[str, str], bool]] = {
    "contains": lambda text, term: term in text,
    "begins": str.startswith,
    "ends": str.endswith,
}
_NUMBER_TESTS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {
    "eq": lambda number, term: number == term,
    "ne": lambda number, term: number != term,
    "lt": lambda number, term: number < term,
    "gt": lambda number, term: number > term,
    "lt_handle_unlimited": lambda number, term: number < term,
    "gt_handle_unlimited": lambda number, term: number > term,
}


def _pattern_test(term: str) -> _Test:
    try:
        pattern = Pattern(term)
    except PatternError:
        return lambda _value: False
    return lambda value: value is not None and pattern.found_in(_text(value))


def _number_test(kind: str, term: str) -> _Test:
    """Return a comparison of numbers; what is no number differs from all and fits no other."""
    handles_unlimited = kind.endswith("_handle_unlimited")

    def number(value: Tree) -> Decimal | None:
        if handles_unlimited and _text(value).strip().lower() == _UNLIMITED:
            return Decimal("Infinity")
        return _number(value)

    bound = number(term)

    def test(value: Tree) -> bool:
        found = number(value)
        if found is None or bound is None:
            return kind == "ne"
        return _NUMBER_TESTS[kind](found, bound)

    return test


# Sort


def _sorted(rows: list[_AnyRow], named: _Named) -> list[_AnyRow]:
    """Return *rows* in order; equal ones keep theirs, what has no order comes last."""
    key = _SORT_KEYS.get(named.get("api2_sort_method", ""), _lexicographic)
    column = named.get("api2_sort_column", "")
    keyed = [(key(_member(row, column)), row) for row in rows]
    ordered = [pair for pair in keyed if pair[0] is not None]
    rest = [row for found, row in keyed if found is None]
    ordered.sort(key=_first, reverse=_is_on(named, "api2_sort_reverse"))
    return [row for _, row in ordered] + rest


_Key: TypeAlias = "str | Decimal | tuple[int, ...]"


def _first(pair: tuple[_Key | None, _AnyRow]) -> _Key:
    key, _ = pair
    assert key is not None
    return key


def _lexicographic(value: Tree) -> str:
    return _text(value)


def _zero_as_max(value: Tree) -> Decimal | None:
    number = _number(value)
    return Decimal("Infinity") if number == 0 else number


def _ipv4(value: Tree) -> tuple[int, ...] | None:
    parts = _text(value).split(".")
    if len(parts) != 4 or not all(_OCTET.fullmatch(part) for part in parts):
        return None
    return tuple(int(part) for part in parts)


_SORT_KEYS: Mapping[str, Callable[[Tree], _Key | None]] = {
    "lexicographic": _lexicographic,
    "numeric": _number,
    "numeric_zero_as_max": _zero_as_max,
    "ipv4": _ipv4,
}


# Paginate


def _count(named: _Named, name: str) -> int | None:
    """Return a positive number among the arguments, None if there is none."""
    text = named.get(name, "")
    return int(text) if _COUNT.fullmatch(text) else None


def _page(result: Rows, rows: Sequence[_AnyRow], named: _Named) -> Rows:
    """Return one page of *rows*, with the ``paginate`` member and the variables of pages."""
    total = len(rows)
    size = _count(named, "api2_paginate_size") or max(total, 1)
    page = _count(named, "api2_paginate_page") or 1
    start = _count(named, "api2_paginate_start") or (page - 1) * size + 1
    current, pages = (start - 1) // size + 1, max(-(-total // size), 1)
    paginate: dict[str, Tree] = {
        "current_page": current,
        "results_per_page": size,
        # A text among numbers, as documented.
        "start_result": str(start),
        "total_pages": pages,
        "total_results": total,
    }
    variables = {
        **result.variables,
        "api2_paginate_total": str(total),
        "currentpage": str(current),
        "itemsperpage": str(size),
        "pages": str(pages),
    }
    kept = rows[start - 1 : start - 1 + size]
    return replace(result, rows=kept, paginate=paginate, variables=variables)


# Columns


def _with_columns(rows: Sequence[_AnyRow], named: _Named) -> Sequence[_AnyRow]:
    """Return *rows* with only the members asked for; without any name all stay."""
    prefix = f"{_COLUMNS}_"
    wanted = {value for name, value in named.items() if name.startswith(prefix) and value}
    if not wanted:
        return rows
    return [
        {name: value for name, value in row.items() if name in wanted}
        if isinstance(row, Mapping)
        else row
        for row in rows
    ]
