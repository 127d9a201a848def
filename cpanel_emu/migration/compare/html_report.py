"""A comparison as an HTML report in one file, with both sides of each difference side by side."""

from __future__ import annotations

import jinja2

from cpanel_emu.migration.compare.comparing import Comparison
from cpanel_emu.migration.compare.grouping import Group, grouped
from cpanel_emu.migration.compare.text import summary
from cpanel_emu.migration.shown import printable

_MOST_GROUPS = 500

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ old }} and {{ new }} compared</title>
<style>
:root { color-scheme: light dark; --line: #8886; --old: #d331; --new: #2a31; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 90em; padding: 0 1em }
table { border-collapse: collapse; table-layout: fixed; width: 100% }
th, td { border: 1px solid var(--line); padding: .1em .5em; text-align: left; vertical-align: top }
td { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap }
td.old { background: var(--old) }
td.new { background: var(--new) }
td.place { opacity: .7 }
section { margin: 2.5em 0 }
code { overflow-wrap: anywhere }
.result { font-size: 1.2em }
</style>
</head>
<body>
<h1>{{ old }} and {{ new }} compared</h1>
<p class="result">{{ summary }}</p>
{%- if more %}
<p>{{ more }} more differences are not shown.</p>
{%- endif %}
{%- for group in groups %}
<section>
<h2>{{ group.page }} <small>({{ group.state }})</small></h2>
<p>{{ group.kind }}: {{ group.summary }}</p>
{%- if group.rows %}
<table>
<thead><tr><th scope="col">Before</th><th scope="col">Now</th></tr></thead>
<tbody>
{%- for row in group.rows %}
{%- if row.place %}
<tr><td class="place" colspan="2">{{ row.place }}</td></tr>
{%- else %}
<tr><td{% if row.changed %} class="old"{% endif %}>{{ row.old }}</td>\
<td{% if row.changed %} class="new"{% endif %}>{{ row.new }}</td></tr>
{%- endif %}
{%- endfor %}
</tbody>
</table>
{%- endif %}
{%- if group.same %}
<details><summary>The same in {{ group.same | length }} more</summary>
<ul>
{%- for one in group.same %}
<li>{{ one }}</li>
{%- endfor %}
</ul></details>
{%- endif %}
</section>
{%- endfor %}
</body>
</html>
"""


def html_text(comparison: Comparison, old: str, new: str) -> str:
    """Return the report; *old* and *new* are what the themes are called in it."""
    groups = grouped(comparison.differences)
    environment = jinja2.Environment(autoescape=True)
    return environment.from_string(_PAGE).render(
        old=printable(old),
        new=printable(new),
        summary=summary(comparison),
        groups=[_shown(group) for group in groups[:_MOST_GROUPS]],
        more=max(0, len(groups) - _MOST_GROUPS),
    )


def _shown(group: Group) -> dict[str, object]:
    first = group.first
    return {
        "page": printable(first.cell.page),
        "state": printable(first.cell.state.name),
        "kind": first.kind.value,
        "summary": first.summary,
        "rows": _rows(first.lines),
        "same": [
            f"{printable(one.cell.page)} ({printable(one.cell.state.name)})"
            for one in group.members[1:]
        ],
    }


def _rows(lines: tuple[str, ...]) -> list[dict[str, object]]:
    """Return the rows of the table of a unified diff: what was removed beside what was added."""
    rows: list[dict[str, object]] = []
    removed: list[str] = []
    added: list[str] = []

    def flush() -> None:
        for at in range(max(len(removed), len(added))):
            old = removed[at] if at < len(removed) else ""
            new = added[at] if at < len(added) else ""
            rows.append({"old": old, "new": new, "changed": True})
        removed.clear()
        added.clear()

    for line in lines:
        if line.startswith("-") and not added:
            removed.append(line[1:])
        elif line.startswith("+"):
            added.append(line[1:])
        else:
            flush()
            if line.startswith("-"):
                removed.append(line[1:])
            elif line.startswith("@"):
                rows.append({"place": line})
            else:
                rows.append({"old": line[1:], "new": line[1:], "changed": False})
    flush()
    return rows
