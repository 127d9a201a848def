"""How long it takes until something answers: import, `ready`, set-up and tear-down of a test.

Every figure is the median of rounds that alternate between all candidates. Those that start a
process are given beside a bare interpreter, which is part of them.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from cpanel_emu import Emulator

ROUNDS = 7
CHECKOUT = Path(__file__).resolve().parent.parent
SERVE = [sys.executable, "-m", "cpanel_emu", "serve"]
PORTS = ["--cpanel=0", "--cpanel-tls=0", "--whm=0", "--whm-tls=0"]
TEST_COUNT = 20
TESTS = f"""
import pytest

@pytest.mark.parametrize("number", range({TEST_COUNT}))
def test_call(NAME, number):
    pass
"""


def _python(code: str) -> Callable[[], float]:
    def measure() -> float:
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, check=True)
        return time.perf_counter() - started

    return measure


def _serve(root: Path | None) -> float:
    """Return the seconds until ``serve`` prints ``ready``; without *root*, with an empty one."""
    with contextlib.ExitStack() as used:
        if root is None:
            root = Path(used.enter_context(tempfile.TemporaryDirectory()))
        started = time.perf_counter()
        process = used.enter_context(
            subprocess.Popen(
                [*SERVE, *PORTS, "--root", str(root)],
                cwd=CHECKOUT,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        assert process.stdout is not None
        try:
            is_ready = any(line == "ready\n" for line in process.stdout)
            seconds = time.perf_counter() - started
        finally:
            process.terminate()
            process.wait()  # after Ctrl-C too, before its folder goes
        if not is_ready:
            raise SystemExit("bench start: the server did not start")
        return seconds


@contextlib.contextmanager
def _tests() -> Iterator[Callable[[str], float]]:
    """Give a function that runs tests with a fixture in pytest, and returns seconds a test."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder]
        path = Path(folder, "test_start.py")

        def measure(fixture: str) -> float:
            path.write_text(TESTS.replace("NAME", fixture), encoding="utf-8")
            started = time.perf_counter()
            environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
            subprocess.run(
                command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=True
            )
            return (time.perf_counter() - started) / TEST_COUNT

        yield measure


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _set_up_and_tear_down(*, listens: bool) -> tuple[float, float]:
    """Return the seconds of either for what the fixture does; with doors, one request between."""
    started = time.perf_counter()
    emulator = Emulator()
    if listens:
        emulator.open_doors()
    ready = time.perf_counter() - started
    if listens:
        with urllib.request.urlopen(f"{emulator.cpanel_url}/_emu/health") as answer:
            answer.read()
    return ready, _timed(emulator.close)


def _in_process() -> dict[str, float]:
    set_up, tear_down = _set_up_and_tear_down(listens=False)
    set_up_doors, tear_down_doors = _set_up_and_tear_down(listens=True)
    return {
        "set-up of an emulator": set_up,
        "tear-down": tear_down,
        "set-up with its doors open": set_up_doors,
        "tear-down with its doors open": tear_down_doors,
    }


def main() -> None:
    """Run the rounds and print the table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as root, _tests() as measure:
        _serve(Path(root))
        candidates: dict[str, Callable[[], float]] = {
            "bare interpreter": _python("pass"),
            "import of cpanel_emu": _python("import cpanel_emu"),
            "import of pytest alone": _python("import pytest"),
            "import of the plugin, with pytest": _python("import cpanel_emu.testing.plugin"),
            "import of Emulator": _python("from cpanel_emu import Emulator"),
            "serve until ready, empty root": lambda: _serve(None),
            "serve until ready, filled root": lambda: _serve(Path(root)),
            f"pytest, a test of {TEST_COUNT}, tmp_path": lambda: measure("tmp_path"),
            f"pytest, a test of {TEST_COUNT}, cpanel_emu": lambda: measure("cpanel_emu"),
        }
        for work in candidates.values():
            work()
        _in_process()
        rounds = [
            {name: work() for name, work in candidates.items()} | _in_process()
            for _ in range(ROUNDS)
        ]
    print(f"{'':38}{'ms':>9}")
    for name in rounds[0]:
        milliseconds = statistics.median(one[name] for one in rounds) * 1e3
        print(f"{name:38}{milliseconds:9.1f}")


if __name__ == "__main__":
    main()
