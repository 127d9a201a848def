"""Canned answers for functions that are not emulated (``--stubs DIR``).

One file ``Module__function.json`` each. A list is the rows of API 2; a text is what API 1 prints;
an object may hold ``rows``, ``printed``, ``data`` (UAPI), ``variables`` (page variables) and
``error``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cpanel_emu.call import Api, Arguments, Data, Printed, Result, Rows, Tree
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function, Status

_FILE_NAME = re.compile(r"([A-Za-z]\w*?)__(\w+)\.json", re.ASCII)
_DEEPEST = 100
_MEMBERS = frozenset({"rows", "printed", "data", "variables", "error"})


def stub_functions(folder: Path) -> Iterator[Function]:
    """Yield the functions that the files of *folder* stand for.

    Raises:
        ConfigurationError: a file's name or content is wrong; the text names it and the mend.
    """
    for path in sorted(folder.glob("*.json")):
        named = _FILE_NAME.fullmatch(path.name)
        if named is None:
            raise ConfigurationError(
                f"{path}: name it Module__function.json, such as Branding__spritelist.json."
            )
        yield from _functions(named[1], named[2], _members(path), path)


def _members(path: Path) -> Mapping[str, Tree]:
    try:
        content = json.loads(path.read_text("utf-8"), parse_float=_finite, parse_constant=_finite)
        _refuse_depth(content)
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path} cannot be read as JSON: {error}.") from None
    if isinstance(content, list):
        return {"rows": content}
    if isinstance(content, str):
        return {"printed": content}
    if isinstance(content, dict) and _MEMBERS.issuperset(content):
        return content
    known = ", ".join(sorted(_MEMBERS))
    raise ConfigurationError(f"{path}: write a list of rows, a text, or an object with {known}.")


def _finite(text: str) -> float:
    """Return the number that *text* spells; JSON has neither infinity nor NaN."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number that an answer can hold")
    return number


def _refuse_depth(content: Tree) -> None:
    """Check that every tongue can spell *content*."""
    level: list[Tree] = [content]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise ValueError(f"it is nested deeper than {_DEEPEST} levels")


def _inside(value: Tree) -> Iterable[Tree]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


@dataclass(frozen=True, slots=True)
class _Canned:
    """Answers every call with the same result."""

    result: Result

    def __call__(self, _context: Context, _arguments: Arguments) -> Result:
        return self.result


def _functions(
    module: str, name: str, members: Mapping[str, Tree], path: Path
) -> Iterator[Function]:
    error, variables = members.get("error"), members.get("variables", {})
    if not isinstance(variables, dict) or not isinstance(error, str | None):
        raise ConfigurationError(f'{path}: "variables" is an object of texts, "error" a text.')
    page_variables = {key: str(value) for key, value in variables.items()}
    results: dict[Api, Result] = {}
    rows = members.get("rows")
    if isinstance(rows, list):
        results[Api.API2] = Rows(rows, error=error, variables=page_variables)
    elif rows is not None:
        raise ConfigurationError(f'{path}: "rows" is a list.')
    if "printed" in members or not results:
        printed = str(members.get("printed", ""))
        results[Api.API1] = Printed(printed, error=error, variables=page_variables)
    if "data" in members:
        results[Api.UAPI] = Data(members["data"], errors=(error,) if error else ())
    for api, result in results.items():
        yield Function(api, module, name, _Canned(result), status=Status.STUBBED)
