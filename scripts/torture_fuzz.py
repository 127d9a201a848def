"""Attacks every parser that meets the outside with a coverage-guided fuzzer, and prints figures.

``scripts/torture fuzz [TARGET …] --seconds 60``: that long for each target (all, unless some are
named), from the kept inputs on. What breaks a target is written to ``artifacts/fuzz`` and ends with
status 1; ``--replay FILE`` runs it alone. ``--keep`` adds the inputs that reach something new to
``tests/fuzz/corpus``, which the default test suite replays. The targets are the modules of
``tests/fuzz/targets``; each says what must hold beside "no crash".
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.fuzz import corpus, target  # noqa: E402  (the checkout is no installed package)
from tests.fuzz.reach import Reach, worth_keeping  # noqa: E402

ARTIFACTS = ROOT / "artifacts" / "fuzz"
_INPUT_SECONDS = 10
"""How long one input may take; the slowest machine needs a hundredth of it."""
_MEGABYTES = 2048
_GRACE_SECONDS = 300
"""For its start and its end on a busy machine; an input that hangs ends it long before."""
_HUNG = -1
_DONE = re.compile(r"^Done \d+ runs", re.MULTILINE)
_COLUMNS = ("inputs", "a second", "edges", "lines reached", "found")
_WIDTHS = (10, 10, 8, 20, 7)


@dataclass(frozen=True)
class Outcome:
    """What became of the attack on one target."""

    inputs: int
    per_second: int
    edges: int
    reached: int
    lines: int
    broken: str
    """What was raised, and the file with the input that did it; empty if nothing was."""

    def row(self, name: str) -> str:
        """Return the row of the table."""
        share = f"{self.reached} of {self.lines} ({100 * self.reached // max(self.lines, 1)} %)"
        return _row(name, self.inputs, self.per_second, self.edges, share, int(bool(self.broken)))


def _row(name: str, *values: object) -> str:
    cells = (f"{value:>{width}}" for value, width in zip(values, _WIDTHS, strict=True))
    return f"{name:<12}{''.join(cells)}"


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks for; return the exit status."""
    asked = _parser().parse_args(arguments)
    names = asked.targets or target.names()
    if unknown := sorted(set(names) - set(target.names())):
        print(f"torture fuzz: there is no target {unknown[0]}; there are:", file=sys.stderr)
        print("  " + "\n  ".join(target.names()), file=sys.stderr)
        return 2
    if asked.list:
        print("\n".join(f"{name:<12}{target.load(name).about}" for name in names))
        return 0
    if asked.replay is not None:
        return _replay(names, asked.replay)
    if not _has_fuzzer():
        return 2
    print(_row("target", *_COLUMNS), flush=True)
    outcomes = []
    for name in names:
        outcomes.append(attack(name, asked.seconds, keep=asked.keep))
        print(outcomes[-1].row(name), flush=True)
    broken = [outcome.broken for outcome in outcomes if outcome.broken]
    total = sum(outcome.inputs for outcome in outcomes)
    print(f"{len(outcomes)} targets, {total} inputs, {len(broken)} of them broke something")
    for text in broken:
        print(f"\n{text}")
    return 1 if broken else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/torture fuzz", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("targets", metavar="TARGET", nargs="*", help="which parsers; default: all")
    parser.add_argument("--seconds", type=_seconds, default=60, help="for each target (60)")
    parser.add_argument("--keep", action="store_true", help="keep inputs that reach new lines")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="run one input, unfuzzed")
    parser.add_argument("--list", action="store_true", help="say what each target attacks")
    return parser


def _seconds(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("write a number of seconds from 1 up")
    return int(text)


def _has_fuzzer() -> bool:
    """Whether the fuzzer is there; it is installed when it is first asked for."""
    if importlib.util.find_spec("atheris") is None:
        environment = [sys.executable, str(ROOT / "scripts" / "environment.py"), "test", "fuzz"]
        subprocess.run(environment, check=False)
        importlib.invalidate_caches()
    if importlib.util.find_spec("atheris") is not None:
        return True
    print(
        "torture fuzz: the fuzzer atheris cannot be installed here; it comes for Linux on x86-64"
        " and for Python up to 3.14. --replay FILE and the default test suite need no fuzzer.",
        file=sys.stderr,
    )
    return False


def _replay(names: list[str], path: Path) -> int:
    if len(names) != 1:
        print("torture fuzz: name the target that FILE is for", file=sys.stderr)
        return 2
    try:
        data = path.read_bytes()
    except OSError as error:
        print(f"torture fuzz: {path} cannot be read: {error.strerror}", file=sys.stderr)
        return 2
    with target.load(names[0]).opened() as check:
        check(data)
    print(f"{names[0]}: nothing broke")
    return 0


def attack(name: str, seconds: int, *, keep: bool) -> Outcome:
    """Attack one target for *seconds*, and keep the inputs that reach something new if asked to."""
    attacked = target.load(name)
    known = [*attacked.seeds, *corpus.load(corpus.corpus_file(name))]
    known += corpus.load(corpus.findings_file(name))
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cpanel-emu-fuzz-") as folder:
        inputs = Path(folder, "inputs")
        inputs.mkdir()
        for number, data in enumerate(known):
            (inputs / f"known-{number}").write_bytes(data)
        words = Path(folder, "words")
        words.write_text("".join(f'"{_quoted(word)}"\n' for word in attacked.words))
        log = Path(folder, "log")
        status = _run(name, seconds, words, inputs, log)
        told = log.read_text(encoding="utf-8", errors="replace")
        found = [path.read_bytes() for path in inputs.iterdir()]
    broken = "" if status == 0 else _story(name, told)
    reached, lines, kept = _kept(attacked, found)
    if keep and not broken:
        corpus.save(corpus.corpus_file(name), kept)
    count, edges = _figures(told)
    return Outcome(count, count // seconds, edges, reached, lines, broken)


def _run(name: str, seconds: int, words: Path, inputs: Path, log: Path) -> int:
    command = [
        *(sys.executable, "-W", "ignore", "-m", "tests.fuzz.attack", name),
        f"-max_total_time={seconds}",
        f"-timeout={_INPUT_SECONDS}",
        f"-rss_limit_mb={_MEGABYTES}",
        f"-dict={words}",
        f"-artifact_prefix={ARTIFACTS}/{name}-",
        "-len_control=0",
        "-print_final_stats=1",
        str(inputs),
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
        try:
            return process.wait(seconds + _GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            if _DONE.search(log.read_text(encoding="utf-8", errors="replace")):
                return 0  # the fuzzer itself may hang at its end, when all is done
            process.send_signal(signal.SIGUSR1)  # it tells where it hangs
            time.sleep(1)
            return _HUNG
        finally:
            process.kill()
            process.wait()


def _quoted(word: bytes) -> str:
    """Return *word* as libFuzzer's dictionaries write it."""
    return "".join(f"\\x{byte:02X}" for byte in word)


def _figures(told: str) -> tuple[int, int]:
    """Return how many inputs libFuzzer says it ran, and how many edges they covered."""
    steps = re.findall(r"^#(\d+)\s+\w+\s+cov: (\d+)", told, re.MULTILINE)
    counted = re.findall(r"stat::number_of_executed_units:\s*(\d+)", told)
    inputs = int(counted[-1]) if counted else max((int(step) for step, _ in steps), default=0)
    return inputs, max((int(edges) for _, edges in steps), default=0)


def _story(name: str, told: str) -> str:
    """Return what broke *name*, and the command that runs the input again."""
    if "Current thread 0x" in told:
        return f"{name}: hangs\n{told[told.index('Current thread 0x') :][:3000]}"
    parts = told.partition("=== Uncaught Python exception: ===")
    raised = parts[2].partition("\n==")[0].strip() or "\n".join(told.splitlines()[-12:])
    file = re.search(r"Test unit written to (\S+)", told)
    again = f"scripts/torture fuzz {name} --replay {file[1]}" if file else "no input was written"
    return f"{name}: {raised}\n{again}"


def _kept(attacked: target.Target, found: list[bytes]) -> tuple[int, int, list[bytes]]:
    reach = Reach(attacked.covers)
    with attacked.opened() as check:
        kept, steps = worth_keeping(reach, check, found)
    reached, lines = reach.lines(steps)
    return reached, lines, kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
