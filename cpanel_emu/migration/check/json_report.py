"""The report as JSON: the members of the contract, and more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cpanel_emu.migration.check.effort import Effort, efforts, total
from cpanel_emu.migration.check.facts import FileFacts
from cpanel_emu.migration.check.findings import Finding, Level
from cpanel_emu.migration.check.report import FunctionUsage, Report, Usage
from cpanel_emu.migration.shown import valid_text

_EFFORTS = {
    Effort.BY_RULE: "by_rule",
    Effort.SUCCESSOR: "successor",
    Effort.OLD_CALL: "old_call",
    Effort.BY_HAND: "by_hand",
}


def json_text(report: Report) -> str:
    """Return the report as JSON text, ended by LF; the same for the same theme."""
    return json.dumps(_valid(json_report(report)), indent=2) + "\n"


def json_report(report: Report) -> dict[str, Any]:
    """Return the report as what JSON can hold."""
    by_file = efforts(report)
    return {
        "theme": report.theme,
        "pages": report.pages,
        "kinds": {kind: _usage(usage) for kind, usage in report.kinds.items()},
        "functions": [_function(one) for one in report.functions],
        "findings": [_finding(one) for one in report.findings],
        "summary": {
            "tags": report.tags,
            "live_pages": report.live_pages,
            "other_files": report.other_files,
            "unknown_functions": len(report.unknown()),
            **{f"{level.value}s": report.count(level) for level in Level},
        },
        "effort": {_EFFORTS[effort]: count for effort, count in total(report).items()},
        "variables": [
            {"name": name, "key": key, **_usage(usage)}
            for (name, key), usage in report.variables.items()
        ],
        "features": {name: _usage(usage) for name, usage in report.features.items()},
        "language_keys": {key: _usage(usage) for key, usage in report.texts.items()},
        "includes": [one._asdict() for one in report.inclusions],
        "files": [_file(file, by_file[file.path]) for file in report.files],
        "tags": [_tag(file, index) for file in report.files for index in range(len(file.tags))],
        "skipped": [
            {"file": one.path, "reason": one.reason.value, "detail": one.detail}
            for one in report.skipped
        ],
    }


def _usage(usage: Usage) -> dict[str, int]:
    return {"uses": usage.uses, "files": usage.files}


def _function(one: FunctionUsage) -> dict[str, Any]:
    row = one.row
    return {
        "api": one.name.api.value,
        "module": one.name.module,
        "function": one.name.function,
        "uses": one.usage.uses,
        "status": one.use.value,
        "files": one.usage.files,
        "successor": row.new_name or None if row is not None else None,
        "successor_standing": row.standing.value if row is not None else "none known",
        "successor_source": row.source if row is not None else None,
        "successor_mark": row.mark.value if row is not None else None,
        "successor_notes": row.notes if row is not None else "",
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "rule": finding.citation,
        "message": finding.message,
        "mend": finding.mend,
        "id": finding.rule.name,
        "level": finding.level.value,
    }


def _file(file: FileFacts, effort: Mapping[Effort, int]) -> dict[str, Any]:
    return {
        "file": file.path,
        "kind": file.kind.value,
        "bytes": file.size,
        "tags": len(file.tags),
        "effort": {name: effort.get(one, 0) for one, name in _EFFORTS.items()},
    }


def _tag(file: FileFacts, index: int) -> dict[str, Any]:
    tag = file.tags[index]
    return {
        "file": file.path,
        "line": tag.line,
        "column": tag.column,
        "kind": tag.kind,
        "subject": tag.subject,
    }


def _valid(value: Any) -> Any:
    """Return *value* with texts that every JSON reader takes: no lone surrogates."""
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, dict):
        return {valid_text(key): _valid(each) for key, each in value.items()}
    return [_valid(each) for each in value] if isinstance(value, list) else value
