"""``cpanel-emu fixtures update``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from cpanel_emu.cli.common import FAILED
from cpanel_emu.cli.fixtures_common import Run, make_run, run_options
from cpanel_emu.cli.progress import Progress
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.root import write_atomically
from cpanel_emu.testing.differences import describe_difference
from cpanel_emu.testing.selection import grouped
from cpanel_emu.testing.updating import Update, answer_files, find_update, sharing

_EVERYONE_READS = 0o644
_OFF = {"", "0", "false", "no", "off"}


@click.command(short_help="Rewrite expected answers, and show each difference.")
@click.argument("folder", type=click.Path(path_type=Path))
@run_options
@click.option(
    "--documentation",
    is_flag=True,
    help="Also rewrite answers that are known from documentation.",
)
@click.option(
    "--recording",
    is_flag=True,
    help="Also rewrite recorded answers; with --target they are rewritten anyway.",
)
@click.option("--dry-run", is_flag=True, help="Show what would change; exit with 1 if anything.")
def update(
    folder: Path,
    documentation: bool,
    recording: bool,
    dry_run: bool,
    **chosen: Any,
) -> None:
    """Rewrite the expected answers in FOLDER from what the server says, and show each difference.

    Look at every difference before you keep it: an answer that is only what the program said
    proves nothing. Answers known from documentation or from a recording of a real server stay
    as they are unless you say so, and so do known gaps.

    All ways of the chosen cases are run, and cases that share their files. Exit status 1 if
    something could not be rewritten. Refused where CI is set.
    """
    if os.environ.get("CI", "").lower() not in _OFF and not dry_run:
        raise ConfigurationError(
            "Golden files are not rewritten in CI (the variable CI is set). Run it on your own "
            "machine, look at the differences and commit the files; or use --dry-run here."
        )
    if chosen["releases"] and not chosen["servers"]:
        raise ConfigurationError("--release is for --target; a case is run under all of its own.")
    run = make_run(folder, **chosen)
    kept = {"documentation"} if not documentation else set()
    if not recording and run.target is None:
        kept.add("recording")
    found = _find(run, kept)
    _show(found, run.suite.folder)
    if not dry_run:
        for change in found.changes:
            write_atomically(change.path, change.new, _EVERYONE_READS)
    done = "would be rewritten" if dry_run else "rewritten"
    click.echo(f"{len(found.changes)} files {done}.")
    if found.troubles or (dry_run and found.changes):
        raise SystemExit(FAILED)


def _find(run: Run, kept: set[str]) -> Update:
    suite = run.suite
    variants = run.variants
    if run.target is None and not suite.is_sequence:
        cases = sharing(suite, [variant.case for variant in variants])
        variants = grouped(each for case in cases for each in suite.variants_of(case))
    protected = {
        path for case in suite.cases if case.provenance in kept for path in answer_files(case)
    }
    with run.runner() as runner, Progress("answers", len(variants)) as progress:
        return find_update(runner, progress.each(variants), protected)


def _show(found: Update, folder: Path) -> None:
    for change in found.changes:
        click.echo(f"{change.path.relative_to(folder)}")
        click.echo(f"{describe_difference(change.old, change.new)}\n")
    for trouble in found.troubles:
        click.echo(f"not rewritten: {trouble}", err=True)
