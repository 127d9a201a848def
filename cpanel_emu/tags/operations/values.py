"""Operations on rows, numbers and truth (``tags §2.4``, ``tags §3.3`` f., ``tags §4``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from cpanel_emu.call import Tree
from cpanel_emu.tags.encoding import BLANKS
from cpanel_emu.tags.page import Page

# Possessive, because visitors send what it reads: no backtracking over long digits.
_NUMBER = re.compile(r"[+-]?(?:[0-9]++(?:\.[0-9]*+)?|\.[0-9]++)(?:[eE][+-]?[0-9]++)?")
_WHOLE_NUMBER = re.compile(r"(?P<sign>[+-]?)(?P<digits>[0-9]+)(?P<rest>\.[0-9]*)?")


def rows_of(data: Tree) -> Sequence[Tree]:
    """Return *data* as rows: a single hash is one row (3.3.4), a scalar is none."""
    if isinstance(data, Mapping):
        return (data,)
    return data if isinstance(data, Sequence) and not isinstance(data, str) else ()


def numbered(rows: Sequence[Tree]) -> Iterator[tuple[int, Tree]]:
    """Return the rows with their numbers, counted from 0."""
    return enumerate(rows)


def elements(row: Tree, name: str, index: int | None) -> Sequence[Tree]:
    """Return the nested list *name* of a row."""
    return rows_of(_value(row, name, index))


def parity(number: int) -> str:
    """``*num``."""
    return "even" if number % 2 else "odd"


def row_text(row: Tree, name: str, index: int | None) -> str:
    """Return the value *name* of a row as text; absent and null are nothing (3.3.5).

    In a row that is no hash *index* tells the element; a scalar is its own element 0.
    """
    value = row.get(name) if isinstance(row, Mapping) else _value(row, name, index)
    return value if isinstance(value, str) else _text(value)


def _value(row: Tree, name: str, index: int | None) -> Tree:
    if isinstance(row, Mapping):
        return row.get(name)
    if index is None:
        return None
    if isinstance(row, Sequence) and not isinstance(row, str):
        return row[index] if index < len(row) else None
    return row if index == 0 else None


def _text(value: Tree) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value) if isinstance(value, int) else ""


def checked(text: str) -> str:
    """``+name``."""
    return "checked" if truth(text) else ""


def truth(text: str) -> bool:
    """Whether *text* is neither empty nor ``0`` (4.1)."""
    return text not in {"", "0"}


def trimmed(text: str) -> str:
    """Return an unquoted operand without the blanks round it (4.2)."""
    return text.strip(BLANKS)


def number(text: str) -> float:
    """Return the leading number of *text*, else 0 (4.5)."""
    match = _NUMBER.match(text.lstrip(BLANKS))
    return float(match[0]) if match else 0.0


def same(left: str, right: str) -> bool:
    """``=et=``: equal as numbers if both are, else as text (4.4)."""
    if _NUMBER.fullmatch(left) and _NUMBER.fullmatch(right):
        return float(left) == float(right)
    return left == right


def at_least(page: Page, wanted: tuple[int, ...]) -> bool:
    """``version-…`` (4.12)."""
    length = max(len(wanted), len(page.values.release))
    return _padded(page.values.release, length) >= _padded(wanted, length)


def _padded(version: tuple[int, ...], length: int) -> tuple[int, ...]:
    return version + (0,) * (length - len(version))


def feature(page: Page, name: str) -> bool:
    """``<cpanelfeature name>`` (4.11)."""
    return page.values.feature(name)


def numerate(text: str, one: str, many: str) -> str:
    """``[numerate,_1,one,many]``."""
    return one if number(text) == 1 else many


def quantity(text: str, one: str, many: str) -> str:
    """``[quant,_1,one,many]``."""
    return f"{text} {numerate(text, one, many)}"


def grouped(text: str) -> str:
    """``[numf,_1]``: a comma every three digits; what is no number stays as it is."""
    match = _WHOLE_NUMBER.fullmatch(text)
    if match is None:
        return text
    digits = match["digits"]
    first = len(digits) % 3
    groups = [digits[:first]] * bool(first)
    groups += [digits[start : start + 3] for start in range(first, len(digits), 3)]
    return match["sign"] + ",".join(groups) + (match["rest"] or "")


def listed(word: str, items: tuple[str, ...]) -> str:
    """``[list,or,_*]``: ``a``, ``a or b``, ``a, b, or c``."""
    if len(items) < 3:
        return f" {word} ".join(items)
    return f"{', '.join(items[:-1])}, {word} {items[-1]}"
