"""A comparison as JSON, and as JUnit XML for CI. Pure."""

from __future__ import annotations

import json
import re
from collections import defaultdict

from lxml import etree

from cpanel_emu.migration.compare.comparing import Comparison
from cpanel_emu.migration.compare.differences import Difference

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def json_text(comparison: Comparison) -> str:
    """Return the JSON document, with a line end.

    ``cells`` and ``pages`` are counts; each of ``differences`` has ``page``, ``state``, ``kind``,
    ``summary``, ``offset`` (a number or null) and ``diff`` (lines).
    """
    document = {
        "pages": len(comparison.pages),
        "cells": len(comparison.cells),
        "not_compared": comparison.left,
        "differences": [_json(one) for one in comparison.differences],
        "skipped": [{"file": one.path, "reason": str(one)} for one in comparison.skipped],
    }
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def _json(difference: Difference) -> dict[str, object]:
    return {
        "page": difference.cell.page,
        "state": difference.cell.state.name,
        "kind": difference.kind.value,
        "summary": difference.summary,
        "offset": difference.offset,
        "diff": list(difference.lines),
    }


def junit_text(comparison: Comparison) -> str:
    """Return JUnit XML: a suite for each page, a test for each state."""
    failures: dict[tuple[str, str], list[Difference]] = defaultdict(list)
    for difference in comparison.differences:
        failures[difference.cell.key].append(difference)
    root = etree.Element("testsuites", name="cpanel-emu theme compare")
    for page in comparison.pages:
        cells = [cell for cell in comparison.cells if cell.page == page]
        failed = sum(cell.key in failures for cell in cells)
        suite = etree.SubElement(
            root, "testsuite", name=_xml(page), tests=str(len(cells)), failures=str(failed)
        )
        for cell in cells:
            test = etree.SubElement(
                suite, "testcase", classname=_xml(page), name=_xml(cell.state.name)
            )
            for difference in failures.get(cell.key, ()):
                message = f"{difference.kind.value}: {difference.summary}"
                element = etree.SubElement(test, "failure", message=_xml(message))
                element.text = _xml("\n".join(difference.lines))
    text: str = etree.tostring(root, encoding="unicode", pretty_print=True)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + text


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
