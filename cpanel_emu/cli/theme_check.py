"""``cpanel-emu theme check``: what the pages of a theme use, and what is broken in them."""

from __future__ import annotations

from pathlib import Path

import click

from cpanel_emu.cli.common import FAILED, options_of, resolved
from cpanel_emu.cli.output import STANDARD_OUTPUT, require_places, terminal_paint, write_output
from cpanel_emu.cli.progress import Progress
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.functions.stubs import stub_functions
from cpanel_emu.functions.table import REGISTRY
from cpanel_emu.migration.check import RULES, Known, Level, Report, check_theme
from cpanel_emu.migration.check.text import text_report
from cpanel_emu.suggest import unknown


@click.command(short_help="Tell what a theme uses, and what is broken in it.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option(
    "--sarif", metavar="FILE", help="Write SARIF 2.1.0 for code review tools; - prints it."
)
@click.option("--html", metavar="FILE", help="Write a report to hand on, in one file; - prints it.")
@click.option("--title", metavar="TEXT", help="What the HTML report is called.")
@click.option("--tags", is_flag=True, help="List every tag with file, line and column.")
@click.option("--all", "every", is_flag=True, help="Show all findings, not only the first hundred.")
@click.option(
    "--exclude",
    multiple=True,
    metavar="GLOB",
    help="Leave out files and folders, by path or name; may be repeated.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="RULE",
    help="Leave out findings of a rule, such as unescaped-input; may be repeated.",
)
@click.option(
    "--strict", is_flag=True, envvar="CPANEL_EMU_STRICT", help="Exit with 1 after warnings too."
)
@options_of("stubs", "config")
def check(
    *,
    folder: Path,
    as_json: bool,
    sarif: str | None,
    html: str | None,
    title: str | None,
    tags: bool,
    every: bool,
    exclude: tuple[str, ...],
    ignore: tuple[str, ...],
    strict: bool,
    **flags: object,
) -> None:
    """Tell what the pages of the theme in DIR use, and what is broken in them.

    Counts tags, functions, variables and texts; names the functions that the emulator does not
    have, and those that UAPI has a successor for; finds tags that are not closed, files and texts
    that are missing, and whatever a person must look at before the theme is converted. Every
    finding has a place, a rule and a mend. Nothing is run and nothing is changed.

    Examples:
      cpanel-emu theme check mytheme
      cpanel-emu theme check mytheme --html report.html --title "Our theme"
      cpanel-emu theme check mytheme --exclude 'old/*' --ignore unescaped-input

    Exit status: 0 clean, 1 if anything is unknown or broken, 2 wrong usage.
    """
    require_places({"--sarif": sarif, "--html": html}, as_json=as_json)
    for name in ignore:
        if name not in RULES:
            raise ConfigurationError(f"--ignore: {unknown(name, RULES)}")
    with Progress("files checked") as progress:
        report = check_theme(
            folder,
            _known(flags),
            exclude=exclude,
            ignore=ignore,
            watcher=progress,
        )
    if html is not None:
        from cpanel_emu.migration.check.html_report import html_text  # noqa: PLC0415  (loads Jinja2)

        write_output(html, html_text(report, title))
    if sarif is not None:
        from cpanel_emu.migration.check.sarif import sarif_text  # noqa: PLC0415

        write_output(sarif, sarif_text(report, _from_here(folder)))
    if as_json:
        from cpanel_emu.migration.check.json_report import json_text  # noqa: PLC0415

        write_output(STANDARD_OUTPUT, json_text(report))
    elif STANDARD_OUTPUT not in {sarif, html}:
        lines = text_report(report, terminal_paint(), every_finding=every, every_tag=tags)
        click.echo("\n".join(lines))
    if _is_bad(report, strict=strict):
        raise SystemExit(FAILED)


def _known(flags: dict[str, object]) -> Known:
    stubs = resolved(flags).stubs
    return Known.of(REGISTRY if stubs is None else REGISTRY.with_stubs(stub_functions(stubs)))


def _from_here(folder: Path) -> str:
    """Return the path of the theme from the current folder, if it lies below it."""
    try:
        return folder.resolve().relative_to(Path.cwd()).as_posix().removeprefix(".")
    except ValueError:
        return folder.resolve().as_posix()


def _is_bad(report: Report, *, strict: bool) -> bool:
    return bool(report.count(Level.ERROR) or (strict and report.count(Level.WARNING)))
