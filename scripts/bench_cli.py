"""How fast the command line starts, and what a call over the LiveAPI socket costs.

``scripts/bench cli`` runs it. Bounds: ``cpapi2 … gencsr`` as a whole process takes at most 2.0
times as long as ``python -c "import cryptography.x509"``; gencsr over the socket reaches at least
0.5 of its rate in-process. Each figure is the median of rounds that alternate between the
candidates. Both programs run with compiled bytecode, whatever the environment says about it.
Exit status 1 if a bound is not kept.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from cpanel_emu.emulator import Emulator

LONGEST = 2.0
"""Times the reference that cpapi2 may take."""
SLOWEST = 0.5
"""Of the rate in-process that the socket must reach."""

SUBJECT = {
    "city": "Houston",
    "companydivision": "Documentation",
    "country": "US",
    "email": "user@example.com",
    "host": "example.com",
    "state": "Texas",
    "password": "12345luggage",
}
CALLS = 100


def main() -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=21, help="rounds of each comparison")
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as name:
        longest = _processes(Path(name), rounds)
    slowest = _calls(rounds)
    return 0 if longest <= LONGEST and slowest >= SLOWEST else 1


def _processes(folder: Path, rounds: int) -> float:
    """Print and return how many times the reference's time cpapi2 takes."""
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("CPANEL_EMU_")},
        "CPANEL_EMU_ROOT": str(folder / "root"),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    numbers = itertools.count()
    program = [str(Path(sys.executable).with_name("cpapi2")), "--user=user", "SSL", "gencsr"]
    subject = [f"{name}={value.replace('@', '%40')}" for name, value in SUBJECT.items()]

    def seconds(command: list[str]) -> float:
        started = time.perf_counter()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - started

    candidates: dict[str, Callable[[], float]] = {
        "python -c pass": lambda: seconds([sys.executable, "-c", "pass"]),
        "import cryptography.x509": lambda: seconds(
            [sys.executable, "-c", "import cryptography.x509"]
        ),
        "cpapi2 … SSL gencsr": lambda: seconds(
            [*program, *subject, f"company=cPanel%20{next(numbers)}"]
        ),
    }
    for run in candidates.values():
        run()
    table = [{name: run() for name, run in candidates.items()} for _ in range(rounds)]
    reference = "import cryptography.x509"
    print(f"{'':34}{'ms a process':>14}{'times':>8}{'bound':>8}")
    for name, bound in zip(candidates, ("", "", f"{LONGEST:.2f}"), strict=True):
        milliseconds = statistics.median(one[name] for one in table) * 1e3
        times = statistics.median(one[name] / one[reference] for one in table)
        print(f"{name:34}{milliseconds:14.1f}{times:8.2f}{bound:>8}")
    return times


def _calls(rounds: int) -> float:
    """Print and return the rate of gencsr over the socket, in-process being 1."""
    numbers = itertools.count()
    with Emulator() as emulator, socket.socket(socket.AF_UNIX) as page:
        page.connect(emulator.liveapi_socket)
        _ask(page, '<cpaneljson enable="1">')

        def in_process() -> None:
            company = f"cPanel {next(numbers)}"
            emulator.call("SSL", "gencsr", user="user", company=company, **SUBJECT)

        def over_the_socket() -> None:
            arguments = {**SUBJECT, "company": f"cPanel {next(numbers)}"}
            call = {"reqtype": "exec", "module": "SSL", "func": "gencsr", "apiversion": "2"}
            text = json.dumps({**call, "args": arguments})
            answer = _ask(page, f"<cpanelaction>\n{text}\n</cpanelaction>")
            assert b'"result":1' in answer, answer

        candidates: dict[str, Callable[[], None]] = {
            "gencsr in-process": in_process,
            "gencsr over the socket": over_the_socket,
        }
        for work in candidates.values():
            _seconds(work)
        table = [{name: _seconds(work) for name, work in candidates.items()} for _ in range(rounds)]
    reference = next(iter(candidates))
    print(f"{'':34}{'µs a call':>14}{'rate':>8}{'bound':>8}")
    for name, bound in zip(candidates, ("", f"{SLOWEST:.2f}"), strict=True):
        microseconds = statistics.median(one[name] for one in table) * 1e6
        rate = statistics.median(one[reference] / one[name] for one in table)
        print(f"{name:34}{microseconds:14.0f}{rate:8.2f}{bound:>8}")
    return rate


def _ask(page: socket.socket, payload: str) -> bytes:
    page.sendall(f"{len(payload)}\n{payload}".encode("ascii"))
    answer = b""
    while not answer.endswith(b"</cpanelresult>\n"):
        answer += page.recv(65536)
    return answer


def _seconds(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    for _ in range(CALLS):
        work()
    return (time.perf_counter() - started) / CALLS


if __name__ == "__main__":
    sys.exit(main())
