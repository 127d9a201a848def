"""The output modifiers of API 2 (``wire §2.8``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpanel_emu.call import Rows
from cpanel_emu.functions.modifiers import modified
from cpanel_emu.releases import RELEASES
from tests.functions.caller import EXAMPLE, Caller

DOCS = RELEASES["docs"]
DATA = Rows(
    (
        {"host": "b.example", "quota": 5, "ip": "192.0.2.10"},
        {"host": "A.example", "quota": "unlimited", "ip": "192.0.2.9"},
        {"host": "c.test", "quota": 0, "ip": "10.0.0.1"},
        {"host": "d.example", "quota": "20", "ip": None},
        {"quota": 5},
    )
)


def _modified(release: str = "docs", rows: Rows = DATA, **named: str) -> Rows:
    return modified(rows, named, RELEASES[release])


def _numbers(result: Rows) -> list[int]:
    """Return which rows of DATA are there, counted from 0."""
    return [DATA.rows.index(row) for row in result.rows]


def _filtered(kind: str, term: str, column: str = "host", release: str = "docs") -> list[int]:
    return _numbers(
        _modified(
            release,
            api2_filter="1",
            api2_filter_column=column,
            api2_filter_term=term,
            api2_filter_type=kind,
        )
    )


@pytest.mark.parametrize(
    ("kind", "term", "column", "expected"),
    [
        ("", "EXAMPLE", "host", [0, 1, 3]),
        ("contains", "test", "host", [2]),
        ("contains", "", "host", [0, 1, 2, 3, 4]),
        ("begins", "a", "host", [1]),
        ("ends", ".TEST", "host", [2]),
        ("matches", r"^[bd]\.", "host", [0, 3]),
        ("matches", "A", "host", [1]),
        ("matches", "", "host", [0, 1, 2, 3]),
        ("matches", "(", "host", []),
        ("eq", "5", "quota", [0, 4]),
        ("eq", "5.0", "quota", [0, 4]),
        ("eq", "x", "quota", []),
        ("ne", "5", "quota", [1, 2, 3]),
        ("ne", "x", "quota", [0, 1, 2, 3, 4]),
        ("lt", "6", "quota", [0, 2, 4]),
        ("gt", "4", "quota", [0, 3, 4]),
        ("lt_handle_unlimited", "6", "quota", [0, 2, 4]),
        ("gt_handle_unlimited", "5", "quota", [1, 3]),
        ("lt_handle_unlimited", "unlimited", "quota", [0, 2, 3, 4]),
        ("gt", "unlimited", "quota", []),
        ("defined", "", "host", [0, 1, 2, 3]),
        ("undefined", "", "ip", [3, 4]),
        ("nosuch", "b", "host", [0, 1, 2, 3, 4]),
        ("contains", "b", "nosuch", []),
        ("eq", "9" * 5000, "quota", []),
    ],
)
def test_filters(kind: str, term: str, column: str, expected: list[int]) -> None:
    assert _filtered(kind, term, column) == expected


@pytest.mark.parametrize("release", RELEASES)
def test_some_types_came_with_56_and_58(release: str) -> None:
    known = release in {"72", "110", "docs"}
    every = [0, 1, 2, 3, 4]
    assert _filtered("ne", "5", "quota", release) == ([1, 2, 3] if known else every)
    assert _filtered("undefined", "", "host", release) == ([4] if known else every)
    assert _filtered("contains", "test", "host", release) == [2]


@pytest.mark.parametrize(
    ("column", "method", "reverse", "expected"),
    [
        ("host", "", "", [4, 1, 0, 2, 3]),
        ("host", "lexicographic", "1", [3, 2, 0, 1, 4]),
        ("quota", "", "", [2, 3, 0, 4, 1]),
        ("quota", "numeric", "", [2, 0, 4, 3, 1]),
        ("quota", "numeric", "1", [3, 0, 4, 2, 1]),
        ("quota", "numeric", "0", [2, 0, 4, 3, 1]),
        ("quota", "numeric_zero_as_max", "", [0, 4, 3, 2, 1]),
        ("ip", "ipv4", "", [2, 1, 0, 3, 4]),
        ("ip", "ipv4", "1", [0, 1, 2, 3, 4]),
        ("host", "nosuch", "", [4, 1, 0, 2, 3]),
        ("nosuch", "numeric", "", [0, 1, 2, 3, 4]),
    ],
)
def test_sorting(column: str, method: str, reverse: str, expected: list[int]) -> None:
    result = _modified(
        api2_sort="1", api2_sort_column=column, api2_sort_method=method, api2_sort_reverse=reverse
    )
    assert _numbers(result) == expected


@pytest.mark.parametrize(
    ("named", "rows", "page", "size", "start", "pages"),
    [
        ({}, [0, 1, 2, 3, 4], 1, 5, "1", 1),
        ({"size": "2"}, [0, 1], 1, 2, "1", 3),
        ({"size": "2", "start": "3"}, [2, 3], 2, 2, "3", 3),
        ({"size": "2", "start": "2"}, [1, 2], 1, 2, "2", 3),
        ({"size": "2", "page": "3"}, [4], 3, 2, "5", 3),
        ({"size": "2", "page": "2", "start": "1"}, [0, 1], 1, 2, "1", 3),
        ({"size": "2", "page": "9"}, [], 9, 2, "17", 3),
        ({"size": "100"}, [0, 1, 2, 3, 4], 1, 100, "1", 1),
        ({"size": "0", "start": "-1", "page": "x"}, [0, 1, 2, 3, 4], 1, 5, "1", 1),
        ({"size": "9" * 5000}, [0, 1, 2, 3, 4], 1, 5, "1", 1),
        ({"size": "٢"}, [0, 1, 2, 3, 4], 1, 5, "1", 1),
    ],
)
def test_pages(
    named: dict[str, str], rows: list[int], page: int, size: int, start: str, pages: int
) -> None:
    arguments = {f"api2_paginate_{name}": value for name, value in named.items()}
    result = modified(DATA, {"api2_paginate": "1", **arguments}, DOCS)
    assert _numbers(result) == rows
    assert result.paginate == {
        "current_page": page,
        "results_per_page": size,
        "start_result": start,
        "total_pages": pages,
        "total_results": 5,
    }
    assert result.variables == {
        "api2_paginate_total": "5",
        "currentpage": str(page),
        "itemsperpage": str(size),
        "pages": str(pages),
    }


def test_the_documented_paginate_member() -> None:
    """One result on one page of a hundred, as ``wire §2.8`` prints it."""
    result = _modified(rows=Rows(({"host": "x"},)), api2_paginate="1", api2_paginate_size="100")
    assert result.paginate == {
        "current_page": 1,
        "results_per_page": 100,
        "start_result": "1",
        "total_pages": 1,
        "total_results": 1,
    }


def test_no_rows_are_one_page() -> None:
    result = _modified(rows=Rows(()), api2_paginate="1")
    assert (result.rows, result.paginate) == (
        [],
        {
            "current_page": 1,
            "results_per_page": 1,
            "start_result": "1",
            "total_pages": 1,
            "total_results": 0,
        },
    )


def test_columns() -> None:
    result = _modified(api2_columns="1", api2_columns_a="host", api2_columns_b="nosuch")
    assert result.rows == [
        {"host": "b.example"},
        {"host": "A.example"},
        {"host": "c.test"},
        {"host": "d.example"},
        {},
    ]
    assert _modified(api2_columns="1").rows == list(DATA.rows)
    assert _modified(api2_columns="1", api2_columns_a="").rows == list(DATA.rows)


def test_the_order_is_filter_sort_paginate_columns() -> None:
    result = _modified(
        api2_columns="1",
        api2_columns_a="quota",
        api2_filter="1",
        api2_filter_column="host",
        api2_filter_term=".",
        api2_paginate="1",
        api2_paginate_size="1",
        api2_sort="1",
        api2_sort_column="host",
    )
    assert result.rows == [{"quota": "unlimited"}]
    assert result.paginate is not None
    assert result.paginate["total_results"] == 4


@pytest.mark.parametrize("value", ["", "0"])
def test_off(value: str) -> None:
    switches = ("filter", "sort", "paginate", "columns")
    named = {f"api2_{name}": value for name in switches}
    assert modified(DATA, {**named, "api2_columns_a": "host"}, DOCS) is DATA


def test_companions_alone_do_nothing() -> None:
    assert _modified(api2_filter_term="x", api2_paginate_size="1") is DATA


def test_an_answer_that_says_no_stays() -> None:
    refused = Rows(({"output": "no", "result": 0},), error="no")
    assert modified(refused, {"api2_columns": "1", "api2_columns_a": "x"}, DOCS) is refused


def test_rows_that_are_no_hashes() -> None:
    rows = Rows(("success", 1, None))
    result = _modified(
        rows=rows, api2_sort="1", api2_columns="1", api2_columns_a="x", api2_paginate="1"
    )
    assert list(result.rows) == ["success", 1, None]
    filtered = _modified(rows=rows, api2_filter="1", api2_filter_term="s", api2_filter_column="x")
    assert list(filtered.rows) == []


_VALUES = st.one_of(
    st.none(), st.integers(), st.text(max_size=5), st.sampled_from(["0", "1.5", "10.0.0.1", "a"]),
    st.lists(st.dictionaries(st.sampled_from("ab"), st.text(max_size=2)), max_size=2),
)  # fmt: skip
_ROWS = st.lists(
    st.one_of(st.dictionaries(st.sampled_from("abc"), _VALUES), st.text(max_size=3)), max_size=6
)
_SETTINGS = {
    "api2_filter": st.sampled_from(["1", "0"]),
    "api2_filter_column": st.sampled_from("abx"),
    "api2_filter_term": st.text(max_size=6),
    "api2_filter_type": st.sampled_from(
        ["", "contains", "begins", "ends", "matches", "eq", "ne", "lt", "gt",
         "lt_handle_unlimited", "gt_handle_unlimited", "defined", "undefined", "nosuch"]
    ),
    "api2_sort": st.sampled_from(["1", "0"]),
    "api2_sort_column": st.sampled_from("abx"),
    "api2_sort_method": st.sampled_from(
        ["", "lexicographic", "numeric", "numeric_zero_as_max", "ipv4", "nosuch"]
    ),
    "api2_sort_reverse": st.sampled_from(["1", ""]),
    "api2_paginate": st.sampled_from(["1", "0"]),
    "api2_paginate_start": st.text("0123456789-x", max_size=12),
    "api2_paginate_size": st.text("0123456789-x", max_size=12),
    "api2_paginate_page": st.text("0123456789-x", max_size=12),
    "api2_columns": st.sampled_from(["1", "0"]),
    "api2_columns_a": st.sampled_from("abx"),
}  # fmt: skip


@settings(max_examples=300)
@given(_ROWS, st.fixed_dictionaries({}, optional=_SETTINGS))
def test_it_never_raises_and_makes_nothing_up(rows: list[Any], named: dict[str, str]) -> None:
    result = modified(Rows(rows), named, DOCS)
    for row in result.rows:
        if isinstance(row, Mapping):
            assert any(row.items() <= one.items() for one in rows if isinstance(one, Mapping))
        else:
            assert row in rows
    assert len(result.rows) <= len(rows)


def test_through_a_list_function(caller: Caller) -> None:
    for host in ("b.example", "a.example"):
        caller.row("genkey", host=host)
    rows = caller.rows(
        "listkeys",
        api2_filter="1",
        api2_filter_column="host",
        api2_filter_term="example",
        api2_sort="1",
        api2_sort_column="host",
        api2_sort_reverse="1",
        api2_paginate="1",
        api2_paginate_size="2",
    )
    assert rows == [{"host": "example.com"}, {"host": "b.example"}]


def test_through_a_function_that_is_no_list(caller: Caller) -> None:
    row = caller.row("gencsr", **EXAMPLE, api2_columns="1", api2_columns_a="result")
    assert row == {"result": 1}
