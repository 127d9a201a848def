"""Load through every door for a long time, while what the server takes must stay flat.

Clients lead their hosts' lives through HTTP (JSON, XML, /execute/), the LiveAPI socket, the
command line, with logins and pages between, and remove in the end what they made. Memory, threads,
descriptors, files, the index and the journal are sampled; a straight line is put through each by
least squares and must not rise by more than its tolerance over the whole run. The run begins when
the journal, which keeps the last 1,000 calls, is full; the first fifth of it is not judged.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from torturing import report, sampling
from torturing.doors import PASSWORD, all_doors
from torturing.lives import Client
from torturing.points import disagreements_of
from torturing.serving import Server
from torturing.state import USER, left_over

from cpanel_emu.journal.store import SIZE

_WARM_UP = 0.2
_HARMFUL = ("lost", "mixed up", "torn", "refused", "500s", "not flat")
_COMMAND_LINE_WEIGHT = 0.02


class Pace:
    """Lets *rate* calls a second pass, whatever the number of threads; all of them if it is 0."""

    def __init__(self, rate: float) -> None:
        self._seconds = 1 / rate if rate else 0.0
        self._lock = threading.Lock()
        self._next = time.monotonic()

    def wait(self) -> None:
        """Return when the next call may be made."""
        with self._lock:
            now = time.monotonic()
            self._next = max(self._next + self._seconds, now)
            pause = self._next - now
        if pause > 0:
            time.sleep(pause)


def visit(url: str, found: report.Report) -> None:
    """Log in as a browser does, look at a page, and log out again."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    login = urlencode({"user": USER, "pass": PASSWORD})
    with contextlib.closing(connection):
        connection.request("POST", "/login/?login_only=1", login, form)
        answer = connection.getresponse()
        token = json.loads(answer.read())["security_token"]
        cookie = {"Cookie": (answer.getheader("Set-Cookie") or "").partition(";")[0]}
        for path in (f"{token}/frontend/x3/ssl/index.html", "/logout/"):
            connection.request("GET", path, headers=cookie)
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 500:
                found.defect("500s", f"{path}: status {answer.status}")
    found.count("logins, pages, logouts")


def torture(found: report.Report, options: argparse.Namespace) -> None:
    """Run the load and judge the samples."""
    seconds = options.seconds if options.seconds is not None else options.minutes * 60
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        root = Path(folder, "root")
        # As few threads as there are clients: all of them are there when the judging begins.
        arguments = (f"--workers={options.workers}", f"--threads={options.clients}")
        server = Server(root, arguments=arguments)
        try:
            moments, samples = _load(server, root, found, options, seconds)
        except BaseException:
            server.kill()
            raise
        server.stop()
        for name in left_over(root):
            found.defect("torn", f"left over after a clean end: {name}")
        for disagreement in disagreements_of(root):
            found.defect("torn", disagreement)
    _judge(found, moments, samples)


def _load(
    server: Server,
    root: Path,
    found: report.Report,
    options: argparse.Namespace,
    seconds: float,
) -> tuple[list[float], list[dict[str, float]]]:
    ended = threading.Event()
    pace = Pace(options.rate)
    url = server.urls["cpanel"]
    threads = []
    for number in range(options.clients):
        generator = random.Random(f"{options.seed} {number}")
        doors = all_doors(url, server.socket_path, root, {})
        weights = {d: _COMMAND_LINE_WEIGHT if d.name == "command line" else 1.0 for d in doors}
        client = Client(str(number), weights, found, generator, cleans=True, before_call=pace.wait)
        goes_on = lambda: not ended.is_set()  # noqa: E731
        threads.append(threading.Thread(target=client.run, args=(goes_on,)))
    progress = report.Progress()
    moments: list[float] = []
    samples: list[dict[str, float]] = []
    interval = max(0.25, min(20.0, seconds / 60))
    for thread in threads:
        thread.start()
    try:
        _warm_up(found, options.workers, progress)
        started = time.monotonic()
        while (now := time.monotonic() - started) < seconds:
            visit(url, found)
            taken = sampling.sample(server.processes(), root)
            moments.append(now)
            samples.append(taken)
            progress.show(f"{now:,.0f} of {seconds:,.0f} s, {taken[sampling.MEMORY]:,.0f} kB")
            time.sleep(max(0.0, min(interval, seconds - now)))
        # Once, for to write out every entry costs the server memory of its own.
        found.figure("journal entries", f"{_journal(url):,} of {SIZE:,}")
        if _journal(url) > SIZE:
            found.defect("not flat", "the journal keeps more than it should")
    finally:
        progress.clear()
        ended.set()
        for thread in threads:
            thread.join()
    return moments, samples


def _warm_up(found: report.Report, workers: int, progress: report.Progress) -> None:
    """Wait until every journal is full, which it will be as long as there is load."""
    while found.total("calls answered") < SIZE * workers:
        progress.show("warming up")
        time.sleep(0.25)


def _journal(url: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET", f"/_emu/journal?limit={2 * SIZE}")
        return len(json.loads(connection.getresponse().read())["entries"])


def _judge(found: report.Report, moments: list[float], samples: list[dict[str, float]]) -> None:
    found.figure("samples", f"{len(samples):,}")
    first = sum(moment < moments[-1] * _WARM_UP for moment in moments)
    for name in samples[0]:
        values = [one[name] for one in samples[first:]]
        trend = sampling.trend(name, moments[first:], values)
        found.figure(f"{name}", trend.text)
        if not trend.is_flat:
            found.defect("not flat", f"{name}: {trend.text}")


def main() -> int:
    """Run from the command line."""
    parser = report.parser(__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long")
    parser.add_argument("--seconds", type=float, help="how long, in place of --minutes")
    parser.add_argument("--clients", type=int, default=4, help="clients at a time")
    parser.add_argument("--rate", type=float, default=0, help="most calls a second; 0: no limit")
    parser.add_argument("--workers", type=int, default=1, help="processes of the server")
    found = report.Report("soak", _HARMFUL)
    return report.run(found, parser.parse_args(), torture)


if __name__ == "__main__":
    sys.exit(main())
