"""The forms of the report: text, JSON by the contract, SARIF, HTML."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import html5lib
import jsonschema
import pytest

from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.migration.check import RULES, Known, Report, check_theme
from cpanel_emu.migration.check.html_report import html_text
from cpanel_emu.migration.check.json_report import json_report, json_text
from cpanel_emu.migration.check.sarif import sarif, sarif_text
from cpanel_emu.migration.check.text import text_report
from tests.migration.check.themes import KNOWN, checked, named

THEME = {
    "ssl/a.html": '<cpanel langprint="A">\n<cpanel Nope="f(<script>alert(1)</script>)">\n',
    "b.html": "<?cp SSL::gencsr(%,output) host=$FORM{'h'} ?><cpanel dprint=\"$FORM{'x'}\">",
    "lang/english": "A=x\n",
}

# The contract's members, and no more than it says of them.
CONTRACT = {
    "type": "object",
    "required": ["pages", "kinds", "functions", "findings"],
    "properties": {
        "pages": {"type": "integer"},
        "kinds": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["uses", "files"],
                "properties": {"uses": {"type": "integer"}, "files": {"type": "integer"}},
            },
        },
        "functions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["api", "module", "function", "uses", "status"],
                "properties": {
                    "api": {"enum": ["1", "2"]},
                    "module": {"type": "string"},
                    "function": {"type": "string"},
                    "uses": {"type": "integer", "minimum": 1},
                    "status": {"enum": ["supported", "stubbed", "unknown"]},
                },
            },
        },
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["file", "line", "column", "rule", "message", "mend"],
                "properties": {
                    "file": {"type": "string", "minLength": 1},
                    "line": {"type": "integer", "minimum": 1},
                    "column": {"type": "integer", "minimum": 1},
                    "rule": {"type": "string", "pattern": "^tags §[0-9.]+$"},
                    "message": {"type": "string", "minLength": 1},
                    "mend": {"type": "string", "minLength": 1},
                },
            },
        },
    },
}

# What SARIF 2.1.0 demands of the parts that a log of ours has.
_MESSAGE = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_LOCATION = {
    "type": "object",
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "type": "object",
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object",
                    "required": ["uri"],
                    "properties": {"uri": {"type": "string", "format": "uri-reference"}},
                    "additionalProperties": False,
                },
                "region": {
                    "type": "object",
                    "properties": {
                        "startLine": {"type": "integer", "minimum": 1},
                        "startColumn": {"type": "integer", "minimum": 1},
                    },
                    "additionalProperties": False,
                },
            },
            "additionalProperties": False,
        }
    },
    "additionalProperties": False,
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "additionalProperties": False,
                "properties": {
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "additionalProperties": False,
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "additionalProperties": False,
                                            "properties": {
                                                "id": {"type": "string"},
                                                "name": {"type": "string"},
                                                "shortDescription": _MESSAGE,
                                                "help": _MESSAGE,
                                                "defaultConfiguration": {
                                                    "type": "object",
                                                    "properties": {"level": _LEVEL},
                                                    "additionalProperties": False,
                                                },
                                                "properties": {"type": "object"},
                                            },
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "invocations": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["executionSuccessful"],
                            "additionalProperties": False,
                            "properties": {
                                "executionSuccessful": {"type": "boolean"},
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "required": ["message"],
                                        "additionalProperties": False,
                                        "properties": {
                                            "message": _MESSAGE,
                                            "level": _LEVEL,
                                            "locations": {"type": "array", "items": _LOCATION},
                                        },
                                    },
                                },
                            },
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": _LEVEL,
                                "message": _MESSAGE,
                                "locations": {"type": "array", "items": _LOCATION},
                                "partialFingerprints": {
                                    "type": "object",
                                    "additionalProperties": {"type": "string"},
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


@pytest.fixture
def report(tmp_path: Path) -> Report:
    (tmp_path / "x3").mkdir()
    (tmp_path / "x3" / "loop.html").symlink_to("loop.html")
    return checked(tmp_path / "x3", THEME)


def hostile(tmp_path: Path) -> Report:
    """Return a report on a theme whose names and texts would break every form."""
    name = b"caf\xe9 <b>\n\x1b[2J&.html".decode("utf-8", "surrogateescape")
    text = b'<cpanel Nope="f()">\n<cpanel langprint="\xe9\x1b[31m<i>&">\n<cpanelnif>'
    return checked(
        tmp_path, {name: text.decode("utf-8", "surrogateescape"), "lang/english": "A=x\n"}
    )


# --- JSON ---


def test_json_holds_what_the_contract_says(report: Report) -> None:
    told = json.loads(json_text(report))
    jsonschema.validate(told, CONTRACT)
    assert told["pages"] == 2
    assert told["kinds"] == {
        "Nope": {"uses": 1, "files": 1},
        "cp": {"uses": 1, "files": 1},
        "dprint": {"uses": 1, "files": 1},
        "langprint": {"uses": 1, "files": 1},
    }
    [unknown, gencsr] = told["functions"]
    assert (unknown["api"], unknown["module"], unknown["status"]) == ("1", "Nope", "unknown")
    assert (gencsr["api"], gencsr["function"], gencsr["status"]) == ("2", "gencsr", "supported")
    assert gencsr["successor"] == "SSL::generate_csr"
    assert [(one["file"], one["line"], one["id"]) for one in told["findings"]] == [
        ("b.html", 1, "unclear-escape"),
        ("ssl/a.html", 2, "swallowed-text"),
        ("ssl/a.html", 2, "unknown-function"),
    ]
    assert [one["file"] for one in told["skipped"]] == ["loop.html"]
    assert told["tags"][0] == {
        "file": "b.html", "line": 1, "column": 1, "kind": "cp", "subject": "SSL::gencsr",
    }  # fmt: skip


def test_json_is_the_same_each_time(report: Report) -> None:
    again = check_theme(Path(report.theme), Known.of(REGISTRY))
    assert json_text(again) == json_text(report)


def test_json_of_hostile_names_is_json(tmp_path: Path) -> None:
    text = json_text(hostile(tmp_path))
    text.encode("ascii")
    assert not re.search(r"\\ud[89a-f]", text)
    assert json.loads(text)["findings"][0]["file"] == "caf\\xe9 <b>\n\x1b[2J&.html"


# --- SARIF ---


def test_sarif_is_sarif(report: Report, tmp_path: Path) -> None:
    for one in (report, hostile(tmp_path / "other")):
        log = json.loads(sarif_text(one, "themes/x3"))
        jsonschema.validate(log, SARIF, format_checker=jsonschema.FormatChecker())
        [run] = log["runs"]
        rules = run["tool"]["driver"]["rules"]
        assert [rule["id"] for rule in rules] == list(RULES)
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_sarif_names_places(report: Report) -> None:
    [run] = sarif(report, "themes/x3")["runs"]
    first = run["results"][1]
    assert first["ruleId"] == "swallowed-text"
    place = first["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "themes/x3/ssl/a.html"},
        "region": {"startLine": 2, "startColumn": 1},
    }
    [skipped] = run["invocations"][0]["toolExecutionNotifications"]
    assert "loop.html" in skipped["message"]["text"]


def test_sarif_quotes_names(tmp_path: Path) -> None:
    [run] = sarif(hostile(tmp_path))["runs"]
    uri = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "caf%E9%20%3Cb%3E%0A%1B%5B2J%26.html"


def test_sarif_fingerprints_outlive_lines_above(tmp_path: Path) -> None:
    def prints(text: str) -> list[Any]:
        named(tmp_path, {"a.html": text})
        [run] = sarif(check_theme(tmp_path, KNOWN))["runs"]
        return [one["partialFingerprints"] for one in run["results"]]

    assert prints("<cpanelnif>") == prints("\n\n<cpanelnif>")
    assert prints("<cpanelnif>") != prints("<cpanelnot>")


# --- HTML ---


def test_html_is_whole_and_asks_for_nothing(report: Report, tmp_path: Path) -> None:
    for one in (report, hostile(tmp_path / "other"), checked(tmp_path / "empty", {"a.html": "x"})):
        text = html_text(one)
        html5lib.HTMLParser(strict=True).parse(text)
        assert not re.search(r'(?:src|href)="(?!#)', text)
        assert not re.search(r"url\(|@import|<script|<link|<iframe|https?:", text)
        assert "default-src 'none'" in text


def test_html_shows_foreign_text_as_text(tmp_path: Path) -> None:
    text = html_text(hostile(tmp_path), "A & B <i>")
    assert "<title>A &amp; B &lt;i&gt;</title>" in text
    assert "caf\\xe9 &lt;b&gt;\\x0a\\x1b[2J&amp;.html" in text
    assert "\x1b" not in text
    text.encode("utf-8")


def test_html_tells_what_the_report_tells(report: Report) -> None:
    text = html_text(report)
    assert "<title>Theme report: x3</title>" in text
    assert str(Path(report.theme).parent) not in text  # where it lay is nobody's business
    for told in ("SSL::generate_csr", "ssl/a.html:2:1", "unclear-escape", "loop.html", "Nope::f"):
        assert told in text


def test_html_stays_readable_with_many_findings(tmp_path: Path) -> None:
    report = checked(tmp_path, {"a.html": "<cpanelnif>\n" * 500})
    text = html_text(report)
    assert text.count("a.html:") == 200
    assert "and 300 more" in text


# --- Text ---


def test_text(report: Report) -> None:
    lines = list(text_report(report))
    assert lines[0].endswith("x3: 2 pages, 4 tags")
    assert "  langprint     1      1" in lines
    assert any(
        re.fullmatch(r"  API 2  SSL::gencsr +1 +1  supported  SSL::generate_csr", line)
        for line in lines
    )
    assert "  loop.html: a link that leads to itself or to nothing" in lines
    assert lines[-1] == "2 errors, 1 warning, 0 notes; 1 unknown function"
    assert not any("ssl/a.html:1:1" in line for line in lines)
    listed = list(text_report(report, every_tag=True))
    assert "  ssl/a.html:1:1: langprint  A" in listed


def test_text_shows_the_first_hundred_findings(tmp_path: Path) -> None:
    report = checked(tmp_path, {"a.html": "<cpanelnif>\n" * 103})
    text = "\n".join(text_report(report))
    assert text.count("unknown-tag") == 100
    assert "… and 3 more; --all shows them." in text
    assert "\n".join(text_report(report, every_finding=True)).count("unknown-tag") == 103


def test_text_moves_no_cursor(tmp_path: Path) -> None:
    text = "\n".join(text_report(hostile(tmp_path), every_tag=True))
    assert "\x1b" not in text
    text.encode("utf-8")


def test_an_empty_folder(tmp_path: Path) -> None:
    report = checked(tmp_path, {})
    assert list(text_report(report))[-1] == "0 errors, 0 warnings, 0 notes; 0 unknown functions"
    jsonschema.validate(json_report(report), CONTRACT)
    assert "There is nothing to move" in html_text(report)
