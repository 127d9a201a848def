"""Results of golden cases as the XML that CI services read (JUnit's)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

# What XML 1.0 cannot carry.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One test: *group* and *name*, seconds, and a report or a reason if it did not pass."""

    group: str
    name: str
    seconds: float = 0.0
    failure: str | None = None
    skipped: str | None = None


def junit_xml(suite: str, rows: Iterable[Row]) -> bytes:
    """Return the report on the tests of *suite*."""
    rows = list(rows)
    counts = (
        f'tests="{len(rows)}" failures="{sum(row.failure is not None for row in rows)}" '
        f'errors="0" skipped="{sum(row.skipped is not None for row in rows)}" '
        f'time="{sum(row.seconds for row in rows):.3f}"'
    )
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f"<testsuites {counts}>",
        f"<testsuite name={_attribute(suite)} {counts}>",
        *map(_testcase, rows),
        "</testsuite>",
        "</testsuites>",
        "",
    ]
    return "\n".join(lines).encode()


def _testcase(row: Row) -> str:
    head = (
        f"<testcase classname={_attribute(row.group)} name={_attribute(row.name)} "
        f'time="{row.seconds:.3f}"'
    )
    if row.failure is not None:
        first = row.failure.partition("\n")[0]
        inside = f"<failure message={_attribute(first)}>{escape(_clean(row.failure))}</failure>"
    elif row.skipped is not None:
        inside = f"<skipped message={_attribute(row.skipped)}/>"
    else:
        return f"{head}/>"
    return f"{head}>{inside}</testcase>"


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
