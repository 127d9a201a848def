"""What the golden cases cover: which function, in which release and format, came to what end."""

from __future__ import annotations

import enum
import json
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeGuard
from xml.etree import ElementTree

from cpanel_emu.call import Api
from cpanel_emu.testing.cases import Case, FunctionCall, HttpRequest, Step, Suite

_API_PATH = re.compile(r"[A-Z]+ (?:/cpsess[^/]*)?/(json|xml)-api/cpanel/?\??(.*)", re.DOTALL)
_EXECUTE_PATH = re.compile(r"[A-Z]+ (?:/cpsess[^/]*)?/execute/(\w+)/(\w+)")
_BRACES = re.compile(r"\{\{([a-z_0-9]+)\}\}")
_FAMILIES = {"1": Api.API1, "2": Api.API2, "3": Api.UAPI}


class End(enum.Enum):
    """What came of a call; the value is how a refusal's text tells, if it is one."""

    SUCCESS = ""
    FAILURE = "the function said no"
    UNKNOWN = "Could not find function"
    ROLE = "is disabled because none of these roles is enabled"
    FEATURE = "You do not have the feature"
    DEMO = "is disabled because this is a demo account"
    METHOD = "must be called with POST"
    BAD_USER = "User parameter is invalid"


@dataclass(frozen=True, slots=True)
class Covered:
    """One golden answer: it is known byte for byte."""

    api: Api
    module: str
    function: str
    release: str
    tongue: str
    end: End


def covered(suite: Suite) -> set[Covered]:
    """Return what the exact answers of *suite* show; cases with a known gap show nothing."""
    found = set()
    for case in suite.cases:
        if case.gap is not None:
            continue
        names = dict(case.values)
        for step in case.steps:
            names |= step.values
            for api, module, function, tongue, path in _asked(case, step, names):
                end = end_of(api, _filled(path.read_text("utf-8"), names), tongue)
                found |= {
                    Covered(api, module, function, release, tongue, end)
                    for release in case.releases
                    if tongue in suite.releases[release].tongues
                }
    return found


def _asked(
    case: Case, step: Step, names: Mapping[str, str]
) -> Iterator[tuple[Api, str, str, str, Path]]:
    """Yield family, module, function, format and answer file of each way to send *step*."""
    files = step.expectation.files if step.expectation is not None else {}
    request = step.request
    if isinstance(request, FunctionCall):
        family = _FAMILIES.get(request.apiversion or "2", Api.API2)
        for tongue in case.tongues:
            path = files.get(tongue or "", files.get(""))
            if path is not None and tongue is not None:
                yield family, request.module or "", request.func or "", tongue, path
    elif isinstance(request, HttpRequest) and _is_body(path := files.get("")):
        yield from ((*called, path) for called in _spelled(request, names))


def _is_body(path: Path | None) -> TypeGuard[Path]:
    return path is not None and path.suffix in {".json", ".xml"} and path.stat().st_size > 0


def _spelled(request: HttpRequest, names: Mapping[str, str]) -> Iterator[tuple[Api, str, str, str]]:
    line = _filled(request.line, names)
    if execute := _EXECUTE_PATH.match(line):
        yield Api.UAPI, execute[1], execute[2], "json"
    elif api := _API_PATH.match(line):
        query = dict(urllib.parse.parse_qsl(api[2]))
        values = {**query, **request.query, **(request.form or {})}
        prefix = f"cpanel_{api[1]}api_"
        family = _FAMILIES.get(values.get(f"{prefix}apiversion", "2"), Api.API2)
        yield family, values.get(f"{prefix}module", ""), values.get(f"{prefix}func", ""), api[1]


def _filled(text: str, names: Mapping[str, str]) -> str:
    return _BRACES.sub(lambda found: names.get(found[1], "0"), text)


def end_of(api: Api, answer: str, tongue: str) -> End:
    """Return what came of a call of *api*, by its answer (``wire §5`` to ``wire §7``)."""
    error, ran = _error_in_xml(api, answer) if tongue == "xml" else _error_in_json(api, answer)
    if error is None:
        return End.SUCCESS
    for end in End:
        if end not in {End.SUCCESS, End.FAILURE} and end.value in error:
            return end
    assert ran, f"a refusal of no known kind: {error}"
    return End.FAILURE


def _error_in_json(api: Api, answer: str) -> tuple[str | None, bool]:
    tree = json.loads(answer)
    if api is Api.UAPI and "cpanelresult" not in tree:
        errors = tree.get("result", tree).get("errors")
        return (errors[0] if errors else None), True
    tree = tree.get("cpanelresult", tree)
    undefined = tree.get("event", {}).get("reason")
    return tree.get("error", undefined and End.UNKNOWN.value), "event" in tree


def _error_in_xml(api: Api, answer: str) -> tuple[str | None, bool]:
    root = ElementTree.fromstring(answer)
    if api is Api.UAPI and root.find("result") is not None:
        return root.findtext("result/errors") or None, True
    undefined = root.findtext("event/reason")
    return root.findtext("error", undefined and End.UNKNOWN.value), root.find("event") is not None
