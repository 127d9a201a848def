"""``cpanel-emu theme convert``: a theme without tags, in a folder of its own."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cpanel_emu.cli.common import FAILED
from cpanel_emu.cli.progress import Progress
from cpanel_emu.migration.convert import (
    TARGETS,
    Finding,
    Plan,
    Policy,
    check_folders,
    conflicts,
    make_plan,
    write,
)
from cpanel_emu.migration.convert.output import difference
from cpanel_emu.migration.pages import walk
from cpanel_emu.migration.shown import printable


@click.command(short_help="Write a theme anew as LivePHP or Template Toolkit.")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--to", "target", required=True, type=click.Choice(sorted(TARGETS)), help="What pages become."
)
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="Where they go."
)
@click.option(
    "--uapi",
    type=click.Choice([policy.value for policy in Policy]),
    default=Policy.SAME.value,
    show_default=True,
    help="Which calls become UAPI calls: those that print the same in every state, all that have "
    "a known place for arguments and output, or none.",
)
@click.option(
    "--exclude",
    multiple=True,
    metavar="PATTERN",
    help='Leave out files and folders, such as "old/*"; may be repeated.',
)
@click.option("--dry-run", is_flag=True, help="Write nothing; show what would change as a diff.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def convert(
    *,
    folder: Path,
    target: str,
    out: Path,
    uapi: str,
    exclude: tuple[str, ...],
    dry_run: bool,
    as_json: bool,
) -> None:
    """Convert the theme in DIR from cPanel tags to LivePHP or Template Toolkit.

    The new theme goes into a folder of its own; DIR is not touched, no file of the output folder
    is overwritten, and converting again gives the same bytes. a/b.html becomes a/b.live.php
    (--to livephp) or a/b.html.tt (--to tt), and answers at its old address. Files without tags
    are copied.

    What no source explains is left as it is, with a comment that begins "cpanel-emu:", and
    listed. Then compare both themes with "cpanel-emu theme compare".

    Calls stay API 1 and API 2, for no known successor in UAPI prints the same in every state.
    --uapi all changes every call that can be changed, and lists each with how it may differ, and
    each call that stays with what is missing.

    Examples:
      cpanel-emu theme convert mytheme --to tt --out newtheme --dry-run
      cpanel-emu theme convert mytheme --to livephp --out newtheme

    Exit status: 0 all was converted, 1 something is left to do, 2 wrong usage.
    """
    check_folders(folder, out)
    with Progress("Pages read") as progress:
        files = progress.each(walk(folder, exclude))
        plan = make_plan(TARGETS[target], files, Policy(uapi))
    in_the_way = conflicts(plan.files.values(), out)
    if not in_the_way and not dry_run:
        with Progress("Files written", len(plan.files)) as progress:
            write(progress.each(plan.files.values()), out)
    if as_json:
        click.echo(json.dumps(_report(plan, out, in_the_way, dry_run=dry_run), indent=2))
    elif dry_run:
        _show_differences(plan)
    if not as_json:
        _tell(plan, out, in_the_way, dry_run=dry_run)
    if plan.findings or in_the_way:
        raise SystemExit(FAILED)


def _show_differences(plan: Plan) -> None:
    for file in plan.files.values():
        if not file.old_path:
            click.echo(f"copy {printable(file.path)}")
            continue
        for line in difference(file):
            click.echo(line, nl=False)


def _tell(plan: Plan, out: Path, in_the_way: list[str], *, dry_run: bool) -> None:
    for finding in plan.findings:
        click.echo(
            f"{printable(finding.file)}:{finding.line}:{finding.column}: "
            f"{printable(finding.message)}; {finding.mend} [{finding.reason.value}]"
        )
    for path in in_the_way:
        click.echo(
            f"cpanel-emu: {printable(str(out / path))} exists and differs; "
            "move it away, or choose another output folder.",
            err=True,
        )
    if in_the_way:
        click.echo("cpanel-emu: Nothing was written.", err=True)
        return
    converted = len(plan.converted)
    told = (
        f"{_counted(converted)} converted, {_counted(len(plan.files) - converted)} copied to "
        f"{printable(str(out))}; {_left(plan.findings)}."
    )
    if dry_run:
        click.echo(f"Dry run, nothing was written: {told}", err=True)
    else:
        click.echo(told)


def _counted(number: int) -> str:
    return "1 file" if number == 1 else f"{number} files"


def _left(findings: list[Finding]) -> str:
    if not findings:
        return "nothing is left to do"
    return (
        f"{len(findings)} places need a person" if len(findings) > 1 else "one place needs a person"
    )


def _report(plan: Plan, out: Path, in_the_way: list[str], *, dry_run: bool) -> dict[str, object]:
    return {
        "to": plan.target.name,
        "out": printable(str(out)),
        "dry_run": dry_run,
        "converted": [
            {"from": printable(file.old_path), "to": printable(file.path)}
            for file in plan.converted
        ],
        "copied": [printable(file.path) for file in plan.files.values() if not file.old_path],
        "conflicts": [printable(path) for path in in_the_way],
        "findings": [
            {
                "file": printable(finding.file),
                "line": finding.line,
                "column": finding.column,
                "rule": finding.reason.value,
                "message": printable(finding.message),
                "mend": finding.mend,
            }
            for finding in plan.findings
        ],
    }
