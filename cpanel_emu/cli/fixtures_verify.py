"""``cpanel-emu fixtures verify``."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from cpanel_emu import resources
from cpanel_emu.cli.common import FAILED
from cpanel_emu.cli.fixtures_common import Run, make_run, narrowing_options, run_options
from cpanel_emu.cli.interrupt import INTERRUPTED
from cpanel_emu.cli.progress import Progress
from cpanel_emu.errors import ConfigurationError
from cpanel_emu.root import write_atomically
from cpanel_emu.testing.golden import Result, Runner, orphan_report
from cpanel_emu.testing.junit import Row, junit_xml

_EVERYONE_READS = 0o644


@click.command(short_help="Compare answers with golden cases, byte for byte.")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@run_options
@narrowing_options
@click.option("-x", "--fail-fast", is_flag=True, help="Stop at the first wrong answer.")
@click.option(
    "--junitxml",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write a report for a CI service, too.",
)
def verify(
    folder: Path | None,
    fail_fast: bool,
    junitxml: Path | None,
    **chosen: Any,
) -> None:
    """Run the golden cases in FOLDER and compare every byte of the answers.

    Without FOLDER, the cases that the emulator itself is tested with. Each case runs in all its
    ways: under each release, at each port, in each format, in-process and over a socket.

    Exit status 1 if an answer is wrong, if a known gap is closed, or if no case uses a file of the
    folder; 2 if the folder or an option is wrong.

    With --target the answers come from another server, and what the cases do is done there. They
    run over sockets, under one release; members may come in any order, as they do from real
    servers, and the date is the server's own. Cases that need a server to themselves are skipped.

    Examples:
      cpanel-emu fixtures verify -k 'gencsr*'
      cpanel-emu fixtures verify mycases --target https://host.example.com:2083
    """
    if junitxml is not None and not junitxml.absolute().parent.is_dir():
        raise ConfigurationError(f"--junitxml: there is no folder {junitxml.parent}.")
    run = make_run(folder or resources.fixtures() / "cases", **chosen)
    tally = _Tally(run, junitxml, Progress("answers", len(run.variants)))
    with tally.progress, run.runner() as runner:
        try:
            tally.run(runner, fail_fast=fail_fast)
        except KeyboardInterrupt:
            tally.is_interrupted = True
    tally.finish()


@dataclass(slots=True)
class _Tally:
    """What has come of the run so far."""

    run_: Run
    junitxml: Path | None
    progress: Progress
    rows: list[Row] = field(default_factory=list)
    wrong: int = 0
    gaps: int = 0
    is_interrupted: bool = False

    def run(self, runner: Runner, *, fail_fast: bool) -> None:
        for variant in self.progress.each(self.run_.variants):
            started = time.perf_counter()
            result = runner.run(variant)
            self._count(result, time.perf_counter() - started)
            if self.wrong and fail_fast:
                return

    def _count(self, result: Result, seconds: float) -> None:
        case = result.variant.case
        report = skipped = None
        if not result.passed:
            report = result.report()
            self.wrong += 1
            self.progress.clear()
            click.echo(f"{report.rstrip()}\n")
        elif case.gap is not None:
            self.gaps += 1
            skipped = f"known gap {case.gap.id}: {case.gap.reason}"
        self.rows.append(Row(case.id, result.variant.id, seconds, report, skipped))

    def finish(self) -> None:
        orphans = orphan_report(self.run_.suite)
        for line in orphans:
            click.echo(line)
        click.echo(self._summary(len(orphans)))
        if self.junitxml is not None:
            self.rows += [
                Row(each.case.id, each.id, skipped=why) for each, why in self.run_.skipped
            ]
            self.rows += [Row("files", line, failure=line) for line in orphans]
            data = junit_xml(str(self.run_.suite.folder), self.rows)
            write_atomically(self.junitxml, data, _EVERYONE_READS)
        if self.is_interrupted:
            raise SystemExit(INTERRUPTED)
        if self.wrong or orphans or not self.rows:
            raise SystemExit(FAILED)

    def _summary(self, orphans: int) -> str:
        done, total = len(self.rows), len(self.run_.variants)
        counts = [f"{done - self.wrong - self.gaps} right", f"{self.wrong} wrong"]
        counts += [f"{self.gaps} known gaps"] if self.gaps else []
        counts += [f"{orphans} files without a case"] if orphans else []
        line = f"{done} answers: {', '.join(counts)}."
        if done < total:
            how = "Interrupted" if self.is_interrupted else "Stopped"
            line = f"{how} after {done} of {total} answers: {', '.join(counts)}."
        reasons = Counter(reason for _, reason in self.run_.skipped)
        return "\n".join(
            [line, *(f"Skipped {count}: {reason}." for reason, count in reasons.most_common())]
        )
