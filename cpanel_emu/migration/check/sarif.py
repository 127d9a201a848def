"""The findings as SARIF 2.1.0, which code review tools show beside the lines."""

from __future__ import annotations

import hashlib
import json
import os
from typing import Any
from urllib.parse import quote

from cpanel_emu import __version__
from cpanel_emu.migration.check.findings import Finding, Rule
from cpanel_emu.migration.check.report import Report
from cpanel_emu.migration.check.rules import RULES
from cpanel_emu.migration.pages import Skipped
from cpanel_emu.migration.shown import valid_text

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_INDEX = {name: index for index, name in enumerate(RULES)}


def sarif_text(report: Report, base: str = "") -> str:
    """Return the findings as SARIF text, ended by LF.

    Args:
        report: the report.
        base: what stands before the path of a file, ``themes/x3``: review tools want paths from
            the root of the repository, which is where the program is usually run.
    """
    return json.dumps(sarif(report, base), indent=2) + "\n"


def sarif(report: Report, base: str = "") -> dict[str, Any]:
    """Return the findings as a SARIF log."""
    driver = {
        "name": "cpanel-emu theme check",
        "version": __version__,
        "rules": [_rule(rule) for rule in RULES.values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [_skipped(one, base) for one in report.skipped],
            }
        ],
        "results": [_result(finding, base) for finding in report.findings],
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.title},
        "help": {"text": f"{rule.mend} ({rule.citation})"},
        "defaultConfiguration": {"level": rule.level.value},
        "properties": {"rule": rule.citation},
    }


def _result(finding: Finding, base: str) -> dict[str, Any]:
    told = valid_text(finding.message)
    message = f"{told[:1].upper()}{told[1:]}. {valid_text(finding.mend)}"
    region = {"startLine": finding.line, "startColumn": finding.column}
    location = {"artifactLocation": _artifact(finding.file, base), "region": region}
    return {
        "ruleId": finding.rule.name,
        "ruleIndex": _INDEX[finding.rule.name],
        "level": finding.level.value,
        "message": {"text": message},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"findingHash/v1": _fingerprint(finding)},
    }


def _skipped(one: Skipped, base: str) -> dict[str, Any]:
    return {
        "level": "note",
        "message": {"text": f"{valid_text(one.path)} was skipped: {one}"},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(one.path, base)}}],
    }


def _artifact(path: str, base: str) -> dict[str, str]:
    full = os.path.join(base, path) if base else path  # noqa: PTH118  (paths of URLs)
    return {"uri": quote(os.fsencode(full), safe="/")}


def _fingerprint(finding: Finding) -> str:
    """Return what stays the same when lines are added above the finding."""
    text = "\0".join([finding.file, finding.rule.name, finding.message])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
