"""The report as an HTML page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import PurePath
from typing import Any

from cpanel_emu.functions.coverage import API_NAMES
from cpanel_emu.migration.check.charts import bars, parts_of_a_whole
from cpanel_emu.migration.check.effort import Effort, efforts, total
from cpanel_emu.migration.check.findings import Finding, Level
from cpanel_emu.migration.check.known import Use
from cpanel_emu.migration.check.report import FunctionUsage, Report, Usage
from cpanel_emu.migration.check.rules import RULES
from cpanel_emu.migration.check.text import successor_text, variables_by_name, wants
from cpanel_emu.migration.html_page import html_page
from cpanel_emu.migration.shown import counted

_MOST_BARS = 14
_MOST_PLACES = 200
_OPEN = 12
"""A rule with so many places or fewer is shown open."""

_EFFORT_CLASSES = {
    Effort.BY_RULE: "rule",
    Effort.SUCCESSOR: "successor",
    Effort.OLD_CALL: "old",
    Effort.BY_HAND: "hand",
}


def html_text(report: Report, title: str | None = None) -> str:
    """Return the report as HTML, called *title*; the same for the same theme."""
    return html_page("check", _view(report), title=title or _title(report))


def _title(report: Report) -> str:
    return f"Theme report: {PurePath(report.theme).name or report.theme}"


def _view(report: Report) -> dict[str, Any]:
    effort = total(report)
    by_hand = effort[Effort.BY_HAND]
    calls = Counter[Use]()
    for one in report.functions:
        calls[one.use] += one.usage.uses
    statuses = parts_of_a_whole({use.value: calls[use] for use in reversed(Use)})
    kinds = _most_used(report.kinds)
    return {
        "lead": _lead(report, by_hand),
        "tiles": _tiles(report),
        "effort": _effort_parts(effort),
        "effort_label": _label(effort),
        "effort_sentence": _effort_sentence(report, effort),
        "kinds": bars(kinds[:_MOST_BARS]),
        "more_kinds": len(kinds[_MOST_BARS:]),
        "more_kind_uses": sum(uses for _, uses in kinds[_MOST_BARS:]),
        "variables": bars(
            [(f"${name}", uses) for name, uses, _ in variables_by_name(report)[:_MOST_BARS]]
        ),
        "features": bars(_most_used(report.features)[:_MOST_BARS]),
        "wants": list(wants(report)),
        "calls": sum(calls.values()),
        "statuses": statuses,
        "donut_label": ", ".join(f"{part['label']}: {part['count']}" for part in statuses),
        "functions": [_function(one) for one in report.functions],
        "groups": list(_groups(report.findings)),
        "files": list(_files(report)),
        "without_tags": _without_tags(report),
        "skipped": [{"path": one.path, "reason": str(one)} for one in report.skipped],
    }


def _lead(report: Report, by_hand: int) -> str:
    size = f"{counted(report.pages, 'page')} with {counted(report.tags, 'tag')}."
    unknown = len(report.unknown())
    errors = report.count(Level.ERROR)
    if not report.tags:
        return f"{size} There is nothing to move."
    if not errors and not by_hand:
        return f"{size} Nothing is unknown, nothing is broken."
    parts = []
    if errors:
        parts.append(f"{counted(errors, 'thing is', 'things are')} unknown or broken")
    if unknown:
        parts.append(f"{counted(unknown, 'function is', 'functions are')} not emulated")
    if by_hand:
        parts.append(f"{counted(by_hand, 'tag needs', 'tags need')} a person")
    return f"{size} {', '.join(parts)}."


def _tiles(report: Report) -> list[dict[str, Any]]:
    errors, warnings, unknown = (
        report.count(Level.ERROR),
        report.count(Level.WARNING),
        len(report.unknown()),
    )
    return [
        {"name": "pages", "count": report.pages, "tone": ""},
        {"name": "tags", "count": report.tags, "tone": ""},
        {"name": "functions called", "count": len(report.functions), "tone": ""},
        {"name": "unknown functions", "count": unknown, "tone": "bad" if unknown else "good"},
        {"name": "errors", "count": errors, "tone": "bad" if errors else "good"},
        {"name": "warnings", "count": warnings, "tone": "odd" if warnings else "good"},
    ]


def _effort_sentence(report: Report, effort: Mapping[Effort, int]) -> str:
    if not report.tags:
        return "The pages hold no tags."
    easy = effort[Effort.BY_RULE] + effort[Effort.SUCCESSOR]
    share = 100 * easy // report.tags
    return (
        f"{share} % of all tags become other code by rule, or a call of a UAPI function;"
        f" {effort[Effort.BY_HAND]:,} of {report.tags:,} need a person."
    )


def _effort_parts(effort: Mapping[Effort, int]) -> list[dict[str, Any]]:
    parts = parts_of_a_whole({one.value: effort.get(one, 0) for one in Effort})
    for part, name in zip(parts, _EFFORT_CLASSES.values(), strict=True):
        part["name"] = name
    return parts


def _label(effort: Mapping[Effort, int]) -> str:
    return ", ".join(f"{one.value}: {effort.get(one, 0)}" for one in Effort)


def _most_used(usages: Mapping[str, Usage]) -> list[tuple[str, int]]:
    pairs = ((name, usage.uses) for name, usage in usages.items())
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def _function(one: FunctionUsage) -> dict[str, Any]:
    row = one.row
    return {
        "name": str(one.name),
        "family": API_NAMES[one.name.api],
        "uses": one.usage.uses,
        "files": one.usage.files,
        "status": one.use.value,
        "successor": row.new_name if row is not None else "",
        "standing": successor_text(one),
        "mark": row.mark.value.lower() if row is not None else "",
        "notes": row.notes if row is not None else "",
    }


def _groups(findings: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    by_rule: dict[str, list[Finding]] = {}
    for finding in findings:
        by_rule.setdefault(finding.rule.name, []).append(finding)
    levels, names = list(Level), list(RULES)
    for name in sorted(
        by_rule,
        key=lambda each: (levels.index(RULES[each].level), -len(by_rule[each]), names.index(each)),
    ):
        yield _group(by_rule[name])


def _group(findings: Sequence[Finding]) -> dict[str, Any]:
    rule = findings[0].rule
    return {
        "rule": rule.name,
        "level": rule.level.value,
        "title": rule.title,
        "mend": rule.mend,
        "citation": rule.citation,
        "count": len(findings),
        "open": len(findings) <= _OPEN,
        "findings": [_place(one) for one in islice(findings, _MOST_PLACES)],
        "more": max(0, len(findings) - _MOST_PLACES),
    }


def _place(finding: Finding) -> dict[str, str]:
    message = finding.message
    return {
        "place": f"{finding.file}:{finding.line}:{finding.column}",
        "message": f"{message[:1].upper()}{message[1:]}",
        "mend": "" if finding.mend == finding.rule.mend else finding.mend,
    }


def _files(report: Report) -> Iterator[dict[str, Any]]:
    findings = Counter(finding.file for finding in report.findings)
    rows: list[dict[str, Any]] = []
    for path, effort in efforts(report).items():
        if effort.total() or findings[path]:
            rows.append(
                {
                    "path": path,
                    "tags": effort.total(),
                    "effort": _effort_parts(effort),
                    "label": _label(effort),
                    "by_hand": effort[Effort.BY_HAND],
                    "findings": findings[path],
                }
            )
    yield from sorted(rows, key=lambda row: (-row["by_hand"], -row["findings"], row["path"]))


def _without_tags(report: Report) -> str:
    empty = sum(not file.tags for file in report.files)
    parts = [counted(empty, "page has no tags", "pages have no tags")] if empty else []
    if report.live_pages:
        parts.append(
            counted(report.live_pages, "is a LiveAPI page already", "are LiveAPI pages already")
        )
    if report.other_files:
        parts.append(counted(report.other_files, "file is no page", "files are no pages"))
    return f"Besides: {', '.join(parts)}." if parts else ""
