"""Directives that render the emulator's own tables, so that the pages cannot drift from them."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Sequence

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from cpanel_emu.call import Api
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.migration.check import RULES, Level
from cpanel_emu.options import OPTIONS
from cpanel_emu.releases import RELEASES, Release, UndefinedApi1

RELEASE_FIELDS = {
    "whm_version": "version that it names",
    "server_header": "``Server`` header",
    "json_content_type": "``Content-Type`` of JSON answers",
    "xml": "XML answers",
    "uapi": "UAPI",
    "command_line": "``cpapi2``, ``cpapi1``, ``uapi``",
    "command_line_lists_functions": "``cpapi2 --help`` lists the functions",
    "strips_quotes": "drops quotes round a value",
    "undefined_api1": "text for an unknown API 1 function",
    "cache_control_on_whm_api1": "``Cache-Control`` on WHM API 1 answers",
    "tags": "tag pages",
    "subject_order": "order of the CSR's subject",
    "strings": "strings of the CSR's subject",
    "digest": "hash of signatures",
    "subject_alternative_name": "CSR asks for a subject alternative name",
    "challenge_password": "CSR carries the challenge password",
    "layout": "account's certificate directory",
    "role_rule": "server roles can switch functions off",
    "key_algorithm_members": "ECDSA keys; UAPI records tell the key algorithm",
    "late_filter_types": "``ne``, ``defined`` and ``undefined`` as ``api2_filter_type``",
    "mail_paginates_unasked": "``Email::listpopswithdisk`` sends ``paginate`` unasked",
}
"""What the page calls each field of `Release`; the fields left out are not for users."""

INTERNAL_FIELDS = {"name", "number"}

FAMILY_NAMES = {Api.API2: "API 2", Api.API1: "API 1", Api.UAPI: "UAPI"}
FAMILIES = list(FAMILY_NAMES)


class OptionTable(Directive):
    """``.. option-table::`` - every option with its default and meaning."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        rows = [
            (f"``--{option.name} {option.metavar}``", option.default_text, option.help)
            for option in OPTIONS
        ]
        return [_table(self, ("option", "default", "meaning"), rows)]


class ReleaseTable(Directive):
    """``.. release-table::`` - what differs between the emulated releases."""

    def run(self) -> list[nodes.Node]:
        """Return the table: a row for each behaviour, a column for each release."""
        fields = {field.name for field in dataclasses.fields(Release)}
        if missing := fields - set(RELEASE_FIELDS) - INTERNAL_FIELDS:
            raise self.error(f"RELEASE_FIELDS has no word for: {', '.join(sorted(missing))}")
        releases = list(RELEASES.values())
        rows = [
            (label, *(_spell(getattr(release, field)) for release in releases))
            for field, label in RELEASE_FIELDS.items()
        ]
        return [_table(self, ("", *(f"``{release.name}``" for release in releases)), rows)]


class FunctionTable(Directive):
    """``.. function-table::`` - every function that answers, by family."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        functions = sorted(
            REGISTRY, key=lambda one: (FAMILIES.index(one.api), one.module, one.name.lower())
        )
        rows = [
            (
                FAMILY_NAMES[one.api],
                f"``{one.module}::{one.name}``",
                f"``{one.feature}``" if one.feature else "",
                one.status.value,
            )
            for one in functions
        ]
        return [_table(self, ("family", "function", "needs the feature", "status"), rows)]


class RuleTable(Directive):
    """``.. rule-table::`` - every rule of ``theme check``."""

    def run(self) -> list[nodes.Node]:
        """Return the table, the worst first."""
        levels = list(Level)
        rules = sorted(RULES.values(), key=lambda rule: levels.index(rule.level))
        rows = [
            (f"``{rule.name}``", rule.level.value, _literal(rule.title), rule.citation)
            for rule in rules
        ]
        return [_table(self, ("rule", "level", "what is wrong", "handbook"), rows)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("function-table", FunctionTable)
    app.add_directive("option-table", OptionTable)
    app.add_directive("release-table", ReleaseTable)
    app.add_directive("rule-table", RuleTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _literal(text: str) -> str:
    """Escape what reStructuredText would take for markup."""
    return text.replace("\\", "\\\\").replace("*", "\\*").replace("`", "\\`")


def _spell(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case UndefinedApi1():
            return value.name.lower().replace("_", " ")
        case enum.Enum():
            return str(value.value)
        case tuple():
            return ", ".join(str(part) for part in value)
        case _:
            return f"``{str(value).partition(';')[0]}``"


def _table(
    directive: Directive, header: Sequence[str], rows: Iterable[Sequence[str]]
) -> nodes.table:
    group = nodes.tgroup("", cols=len(header))
    group += [nodes.colspec("", colwidth=1) for _ in header]
    group += nodes.thead("", _row(directive, header))
    group += nodes.tbody("", *(_row(directive, row) for row in rows))
    return nodes.table("", group)


def _row(directive: Directive, cells: Sequence[str]) -> nodes.row:
    row = nodes.row()
    for cell in cells:
        text, messages = directive.state.inline_text(cell, directive.lineno)
        row += nodes.entry("", nodes.paragraph("", "", *text, *messages))
    return row
