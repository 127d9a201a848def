"""``cpanel-emu theme compare``: whether two themes print the same, in every state."""

from __future__ import annotations

import functools
import os
import shlex
from pathlib import Path

import click

from cpanel_emu.cli.common import FAILED, options_of
from cpanel_emu.cli.output import STANDARD_OUTPUT, require_places, terminal_paint, write_output
from cpanel_emu.cli.progress import Progress
from cpanel_emu.migration.compare.comparing import Comparer, Comparison
from cpanel_emu.migration.compare.matrix_file import MatrixFile, read_matrix
from cpanel_emu.migration.compare.text import text_lines
from cpanel_emu.migration.compare.wanted import DEFAULT_SECONDS, Wanted
from cpanel_emu.migration.shown import counted

_TAKEN = ("seed", "emulate-version", "stubs")
"""The options of the emulator that a comparison is made with; the rest must be the same."""


@click.command(short_help="Show where two themes print something else.")
@click.argument("old", metavar="OLD", type=click.Path(path_type=Path))
@click.argument("new", metavar="NEW", type=click.Path(path_type=Path))
@click.option(
    "--as",
    "form",
    type=click.Choice(["bytes", "html"]),
    default="bytes",
    show_default=True,
    help="Compare bytes, or HTML pages as a browser understands them.",
)
@click.option("--page", "pages", multiple=True, metavar="GLOB", help="Only these pages.")
@click.option("--state", "states", multiple=True, metavar="GLOB", help="Only these states.")
@click.option("--matrix", metavar="FILE", type=click.Path(path_type=Path), help="Own states.")
@click.option("--user", default="", metavar="USER", help="The account; else the first by name.")
@click.option("--included", is_flag=True, help="Also compare files that others include, alone.")
@click.option("--list", "only_list", is_flag=True, help="Print the cells and render none.")
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(1, 64),
    default=lambda: len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2,
    metavar="N",
    help="Pages that are rendered at the same time.  [default: the number of processors]",
)
@click.option("-x", "--fail-fast", is_flag=True, help="Stop at the first difference.")
@click.option(
    "--timeout",
    type=click.FloatRange(0.1, 600),
    default=DEFAULT_SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="That one page may take.",
)
@click.option("--all", "every", is_flag=True, help="Show long lists in full.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--junitxml", metavar="FILE", help="Write JUnit XML for CI; - prints it.")
@click.option("--html", metavar="FILE", help="Write a report in one file; - prints it.")
@options_of(*_TAKEN)
def compare(
    *,
    old: Path,
    new: Path,
    form: str,
    pages: tuple[str, ...],
    states: tuple[str, ...],
    matrix: Path | None,
    user: str,
    included: bool,
    only_list: bool,
    jobs: int,
    fail_fast: bool,
    timeout: float,
    every: bool,
    as_json: bool,
    junitxml: str | None,
    html: str | None,
    **flags: object,
) -> None:
    """Render every page of the themes OLD and NEW in many states, and show what differs.

    Tag pages, pages in Template Toolkit (.html.tt) and LiveAPI pages (.live.php) run as they do on
    the server; a page is known by its address. States are accounts, features, what is stored, forms
    with plausible, empty and hostile values, and functions that fail: those that a page can see.
    What a page leaves behind, stored files and page variables, must be the same too.

    Examples:
      cpanel-emu theme compare old new
      cpanel-emu theme compare old new --as html --html report.html
      cpanel-emu theme compare old new --page 'ssl/*' --state '*hostile form' -x

    Exit status: 0 no difference, 1 some, 2 wrong usage.
    """
    require_places({"--junitxml": junitxml, "--html": html}, as_json=as_json)
    wanted = Wanted(
        old,
        new,
        as_html=form == "html",
        pages=pages,
        states=states,
        included=included,
        user=user,
        matrix=read_matrix(matrix) if matrix is not None else MatrixFile(),
        jobs=jobs,
        fail_fast=fail_fast,
        seconds=timeout,
        options={name: value for name, value in flags.items() if value is not None},
    )
    comparer = Comparer(wanted)
    if only_list:
        _list(comparer)
        return
    with Progress("cells compared", len(comparer.cells)) as progress:
        comparison = comparer.run(progress.step)
    _write(comparison, wanted, as_json=as_json, junitxml=junitxml, html=html)
    if not as_json and STANDARD_OUTPUT not in {junitxml, html}:
        repeat = functools.partial(_again, wanted, matrix)
        for line in text_lines(comparison, terminal_paint(), repeat, every=every):
            click.echo(line)
    if comparison.differences:
        raise SystemExit(FAILED)


def _write(
    comparison: Comparison,
    wanted: Wanted,
    *,
    as_json: bool,
    junitxml: str | None,
    html: str | None,
) -> None:
    """Write the reports that were asked for; what each needs is loaded for it alone."""
    if html is not None:
        from cpanel_emu.migration.compare.html_report import html_text  # noqa: PLC0415

        write_output(html, html_text(comparison, str(wanted.old), str(wanted.new)))
    if junitxml is not None:
        from cpanel_emu.migration.compare.json_report import junit_text  # noqa: PLC0415

        write_output(junitxml, junit_text(comparison))
    if as_json:
        from cpanel_emu.migration.compare.json_report import json_text  # noqa: PLC0415

        write_output(STANDARD_OUTPUT, json_text(comparison))


def _list(comparer: Comparer) -> None:
    for cell in comparer.cells:
        click.echo(f"{cell.page}: {cell.state.name}")
    click.echo(counted(len(comparer.cells), "cell"), err=True)


def _again(wanted: Wanted, matrix: Path | None, page: str, state: str) -> str:
    """Return the command that compares one page in one state again."""
    given: dict[str, object] = {
        **{name.replace("_", "-"): value for name, value in wanted.options.items()},
        "as": "html" if wanted.as_html else None,
        "matrix": matrix,
        "user": wanted.user,
        "timeout": wanted.seconds if wanted.seconds != DEFAULT_SECONDS else None,
        "page": page,
        "state": state,
    }
    words = [word for name, value in given.items() if value for word in (f"--{name}", str(value))]
    words += ["--included"] * wanted.included
    return shlex.join(["cpanel-emu", "theme", "compare", str(wanted.old), str(wanted.new), *words])
