"""The report for people at a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from cpanel_emu.functions.coverage import API_NAMES
from cpanel_emu.migration.check.effort import total
from cpanel_emu.migration.check.findings import Finding, Level
from cpanel_emu.migration.check.known import Known, Use
from cpanel_emu.migration.check.report import FunctionUsage, Report
from cpanel_emu.migration.shown import Paint, counted, plain, printable

SHOWN = 100
"""How many findings are shown unless all are asked for."""

_COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.NOTE: "blue"}
_USE_COLOURS = {Use.UNKNOWN: "red", Use.STUBBED: "yellow", Use.SUPPORTED: "green"}


def text_report(
    report: Report, paint: Paint = plain, *, every_finding: bool = False, every_tag: bool = False
) -> Iterator[str]:
    """Yield the lines of the report."""
    yield paint(f"{printable(report.theme)}: {_size(report)}", "bold")
    if every_tag:
        yield from _section("Every tag", _tags(report), paint)
    yield from _section("Tags", _kinds(report), paint)
    yield from _section("Functions", _functions(report, paint), paint)
    yield from _section("Variables", _variables(report), paint)
    yield from _section("Features", _features(report), paint)
    yield from _section("Texts and files", wants(report), paint)
    yield from _section("Findings", _findings(report, paint, every=every_finding), paint)
    yield from _section(
        "Skipped", (f"{printable(one.path)}: {one}" for one in report.skipped), paint
    )
    yield from _section("Migration", _migration(report), paint)
    yield ""
    yield _verdict(report, paint)


def _size(report: Report) -> str:
    parts = [counted(report.pages, "page"), counted(report.tags, "tag")]
    if report.live_pages:
        parts.append(counted(report.live_pages, "LiveAPI page"))
    return ", ".join(parts)


def _section(title: str, lines: Iterable[str], paint: Paint) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number == 0:
            yield ""
            yield paint(title, "bold")
        yield f"  {line}" if line else ""


def _tags(report: Report) -> Iterator[str]:
    for file in report.files:
        for tag in file.tags:
            place = f"{file.path}:{tag.line}:{tag.column}"
            yield printable(f"{place}: {tag.kind}  {tag.subject}".rstrip())


def _kinds(report: Report) -> Iterator[str]:
    rows = [(kind, f"{usage.uses:,}", f"{usage.files:,}") for kind, usage in report.kinds.items()]
    yield from _table(("", "uses", "files"), rows)


def _functions(report: Report, paint: Paint) -> Iterator[str]:
    rows = [
        (
            API_NAMES[one.name.api],
            str(one.name),
            f"{one.usage.uses:,}",
            f"{one.usage.files:,}",
            one.use.value,
            successor_text(one),
        )
        for one in report.functions
    ]
    lines = _table(("", "", "uses", "files", "status", "successor in UAPI"), rows, numbers=(2, 3))
    for number, line in enumerate(lines):
        use = report.functions[number - 1].use if number else None
        yield line if use is None else _painted(line, use, paint)


def _painted(line: str, use: Use, paint: Paint) -> str:
    return line.replace(f" {use.value}", " " + paint(use.value, _USE_COLOURS[use]), 1)


def successor_text(function: FunctionUsage) -> str:
    """Return the name of the successor, or what is known of there being none."""
    if Known.is_part_of_the_tag_system(function.name):
        return "converted by rule"
    if function.row is None:
        return "none known"
    return function.row.new_name or function.row.standing.value


def _variables(report: Report) -> Iterator[str]:
    rows = [
        (f"${name}", f"{uses:,}", counted(keys, "key") if keys else "")
        for name, uses, keys in variables_by_name(report)
    ]
    yield from _table(("", "uses", ""), rows, numbers=(1,))


def variables_by_name(report: Report) -> list[tuple[str, int, int]]:
    """Return name, uses and number of keys of each variable, the most used first."""
    uses: Counter[str] = Counter()
    keys: Counter[str] = Counter()
    for (name, key), usage in report.variables.items():
        uses[name] += usage.uses
        keys[name] += bool(key)
    return sorted(
        ((name, count, keys[name]) for name, count in uses.items()),
        key=lambda row: (-row[1], row[0]),
    )


def _features(report: Report) -> Iterator[str]:
    rows = [
        (name, f"{usage.uses:,}", f"{usage.files:,}") for name, usage in report.features.items()
    ]
    yield from _table(("", "uses", "files"), rows)


def wants(report: Report) -> Iterator[str]:
    """Yield a line for each kind of thing that pages ask other files for."""
    if report.texts:
        uses = sum(usage.uses for usage in report.texts.values())
        yield f"{counted(len(report.texts), 'language key')}, used {counted(uses, 'time')}"
    named = [one for one in report.inclusions if one.target is not None]
    if named:
        missing = sum(not one.found for one in named)
        yield f"{counted(len(named), 'file')} included by name, {missing:,} of them missing"
    computed = sum(one.uses for one in report.inclusions if one.target is None)
    if computed:
        yield f"{counted(computed, 'include')} whose name the page computes"


def _findings(report: Report, paint: Paint, *, every: bool) -> Iterator[str]:
    shown = report.findings if every else report.findings[:SHOWN]
    for number, (file, findings) in enumerate(groupby(shown, key=lambda one: one.file)):
        if number:
            yield ""
        yield paint(printable(file), "bold")
        for finding in findings:
            yield from _finding(finding, paint)
    left = len(report.findings) - len(shown)
    if left:
        yield ""
        yield f"… and {left:,} more; --all shows them."


def _finding(finding: Finding, paint: Paint) -> Iterator[str]:
    place = f"{finding.line}:{finding.column}"
    level = paint(f"{finding.level.value:<7}", _COLOURS[finding.level])
    rule = f"[{finding.rule.name}, {finding.citation}]"
    yield f"  {place:<8} {level}  {printable(finding.message)}  {rule}"
    yield f"  {'':<8} {'':<7}  {printable(finding.mend)}"


def _migration(report: Report) -> Iterator[str]:
    for effort, count in total(report).items():
        yield f"{count:>7,}  {effort.value}"


def _verdict(report: Report, paint: Paint) -> str:
    counts = [
        counted(report.count(level), level.value)
        for level in (Level.ERROR, Level.WARNING, Level.NOTE)
    ]
    unknown = len(report.unknown())
    text = ", ".join(counts) + f"; {counted(unknown, 'unknown function')}"
    return paint(text, "red" if report.count(Level.ERROR) else "green")


def _table(
    head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = (1, 2)
) -> Iterator[str]:
    if not rows:
        return
    shown = [head, *([printable(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = (
            cell.rjust(width) if index in numbers else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()
