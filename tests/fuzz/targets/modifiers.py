"""Output modifiers of API 2, the regular expressions of ``matches`` among them (``wire §2.8``)."""

from __future__ import annotations

import re

from cpanel_emu.call import Rows
from cpanel_emu.functions.modifiers import modified
from cpanel_emu.functions.patterns import Pattern, PatternError
from cpanel_emu.releases import release_named
from cpanel_emu.server.parameters import RequestTooLarge, form_values
from tests.fuzz.target import Target, always, as_text, joined, parts

_RELEASE = release_named("docs")
_ROWS = Rows(
    rows=(
        {"a": "10", "b": "x y", "c": None},
        {"a": 9, "b": "Straße", "c": ["d"]},
        {"a": "unlimited", "b": "192.0.2.10", "d": "a" * 50},
        "plain",
        7,
        None,
    )
)
_COMMON = re.compile(r"(?:[a-c.^$|()]|[a-c.)][*+?](?![*+?{]))*")
"""What Python's own engine reads alike, and cannot be kept busy with in a few characters."""


def check(data: bytes) -> None:
    """Some of the rows come out, in any order; a pattern finds what others find."""
    query, pattern, text = parts(data, 3)
    try:
        named = {
            f"api2_{name}": value for name, value in form_values(query.decode("latin-1")).items()
        }
    except RequestTooLarge:
        return
    found = modified(_ROWS, named, _RELEASE)
    assert len(found.rows) <= len(_ROWS.rows)
    if "api2_columns" not in named:
        assert all(row in _ROWS.rows for row in found.rows)
    _check_pattern(as_text(pattern), as_text(text))


def _check_pattern(pattern: str, text: str) -> None:
    try:
        found = Pattern(pattern).found_in(text)
    except PatternError:
        return
    if len(pattern) > 16 or len(text) > 16 or not _COMMON.fullmatch(pattern):
        return
    try:
        expected = re.search(pattern, text) is not None
    except re.error:
        return
    assert found == expected


TARGET = Target(
    about="output modifiers: rows come out whatever is asked, patterns find what others find",
    opened=always(check),
    covers=(
        "cpanel_emu.functions.modifiers",
        "cpanel_emu.functions.patterns",
        "cpanel_emu.functions.pattern_syntax",
    ),
    words=(
        b"filter=1&",
        b"filter_column=a&",
        b"filter_term=",
        b"filter_type=matches&",
        b"filter_type=lt_handle_unlimited&",
        b"sort=1&",
        b"sort_column=b&",
        b"sort_method=ipv4&",
        b"sort_method=numeric_zero_as_max&",
        b"sort_reverse=1&",
        b"paginate=1&",
        b"paginate_start=2&",
        b"paginate_size=1&",
        b"columns=1&columns_a=a&",
        b"(?i)",
        b"(?:",
        b"{2,3}",
        b"[^a-c]",
        b"\\d",
        b"\\b",
        b"\\x{41}",
        b"*?",
        b"|",
        b"$",
    ),
    seeds=(
        joined(b"filter=1&filter_column=b&filter_type=matches&filter_term=^x", b"a*b|c$", b"aab"),
        joined(b"sort=1&sort_column=a&sort_method=numeric&sort_reverse=1", b"(a|b)+c?", b"abac"),
        joined(
            b"paginate=1&paginate_size=2&paginate_page=2&columns=1&columns_a=a", b"(?i)[A-C]", b"b"
        ),
        joined(
            b"filter=1&filter_column=a&filter_type=gt&filter_term=1e5", b"\\w{2,3}?\\Z", b"ab\n"
        ),
    ),
)
