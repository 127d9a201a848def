"""Answers per second over HTTP, beside a bare application, another mock server, and bare signing.

Bounds: SSL::listcsrs with Basic authentication at 0.60 or more of a bare werkzeug application
that returns the same bytes on the same listener, and at 4.0 times or more moto_server's
GetCallerIdentity; gencsr at 0.50 or more of what all cores can sign. 8 keep-alive connections.
The listing's roots are where temporary files are; gencsr has one there and one in memory
(``/dev/shm``), where the system has such a folder, so that the disk's part shows.

What an emulator writes behind its answers (``ssl.db``) is waited for before the next candidate's
turn, so that it burdens nobody else. Processor time per answer stands beside the rates: other
programs on the machine change it less.

A Python process computes on one core at a time, and a system that moves its threads between cores
costs it half its speed. So each server of the first table keeps to one core, and the load to the
others. Rounds alternate between all candidates; a ratio is the median of the rounds' ratios.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import multiprocessing
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import cast
from urllib.parse import urlencode, urlsplit

import load
import roots
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from werkzeug.wrappers import Request, Response

from cpanel_emu.server.endpoints import Endpoint
from cpanel_emu.server.listener import Listener

CONNECTIONS = 8
_QUIET_SECONDS = 0.8
"""Longer than an emulator waits after a change before it writes ``ssl.db``."""
CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
CLOCK = "2026-01-05T09:00:00Z"
NUMBER = b"0123456789"
LOGIN = f"Authorization: Basic {base64.b64encode(b'user:12345luggage').decode()}"
LISTCSRS = {"cpanel_jsonapi_module": "SSL", "cpanel_jsonapi_func": "listcsrs"}
GENCSR = {
    "cpanel_jsonapi_module": "SSL",
    "cpanel_jsonapi_func": "gencsr",
    "city": "Houston",
    "company": f"cPanel {NUMBER.decode()}",
    "companydivision": "Documentation",
    "country": "US",
    "email": "user@example.com",
    "host": "example.com",
    "password": "12345luggage",
    "state": "Texas",
}
IDENTITY = urlencode({"Action": "GetCallerIdentity", "Version": "2011-06-15"})
SIGNED = (
    "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260105/us-east-1/sts/"
    f"aws4_request, SignedHeaders=host, Signature={'0' * 64}"
)


@dataclass(slots=True)
class Candidate:
    """A server under load, and what came of it: answers per second, one figure a round."""

    name: str
    process: subprocess.Popen[str]
    url: str
    request: bytes
    numbered: bytes = b""
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    """Microseconds of processor time of the server for one answer."""

    def measure(self, seconds: float) -> None:
        """Put the server under load for *seconds*."""
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        assert parts.port is not None
        before = _processor_seconds(self.process.pid)
        figures = load.run(
            load.Load(
                parts.hostname,
                parts.port,
                self.request,
                connections=CONNECTIONS,
                seconds=seconds,
                numbered=self.numbered,
            )
        )
        if figures.errors or not figures.answers:
            sys.exit(f"{self.name}: {figures.errors} errors, {figures.answers} answers")
        spent = _processor_seconds(self.process.pid) - before
        self.rates.append(figures.rate)
        self.costs.append(spent / figures.answers * 1e6)

    def settle(self) -> None:
        """Wait until the server has nothing more to do, half a minute at most."""
        until = time.monotonic() + 30.0
        before = -1.0
        while (now := _processor_seconds(self.process.pid)) > before:
            if time.monotonic() > until:
                return
            before = now
            time.sleep(_QUIET_SECONDS)


def _processor_seconds(pid: int) -> float:
    """Return the processor time of a process and its children so far; 0 where it is not told."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return own + sum(_processor_seconds(int(child)) for child in children)
    return 0.0


def request(method: str, target: str, headers: Sequence[str], body: str = "") -> bytes:
    """Return the bytes of a request."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *headers]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", body]).encode()


def started(command: Sequence[str | Path], *, core: int | None) -> subprocess.Popen[str]:
    """Start a server that prints lines, on one core if *core* says which."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    if core is not None:
        os.sched_setaffinity(process.pid, {core})  # the threads to come inherit it
    return process


@contextlib.contextmanager
def emulator(folder: Path, *options: str, core: int | None) -> Iterator[Candidate]:
    """Run ``cpanel-emu serve`` with a root in *folder*."""
    root = tempfile.mkdtemp(dir=folder)
    ports = ["--cpanel=0", "--cpanel-tls=off", "--whm=off", "--whm-tls=off", "--liveapi=off"]
    command = [sys.executable, "-m", "cpanel_emu", "serve", f"--root={root}", *ports, *options]
    with ended(started(command, core=core)) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        if process.stdout.readline() != "ready\n":
            sys.exit("the emulator did not start")
        yield Candidate("", process, url, b"")


@contextlib.contextmanager
def bare(answer: bytes, *, core: int | None) -> Iterator[Candidate]:
    """Run a bare application that returns *answer*."""
    with ended(started([sys.executable, __file__, "--bare"], core=core)) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(answer.decode()) + "\n")
        process.stdin.flush()
        yield Candidate("", process, process.stdout.readline().strip(), b"")


@contextlib.contextmanager
def moto(*, core: int | None) -> Iterator[Candidate | None]:
    """Run moto_server, if it is installed."""
    program = shutil.which("moto_server", path=str(Path(sys.executable).parent))
    if program is None:
        yield None
        return
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with ended(started([program, "-H", "127.0.0.1", "-p", str(port)], core=core)) as process:
        url = f"http://127.0.0.1:{port}"
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        headers = ["Host: sts.us-east-1.amazonaws.com", SIGNED]
        yield Candidate("", process, url, request("POST", "/", headers, IDENTITY))


@contextlib.contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """End *process* after the block."""
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def serve_bare() -> None:
    """Be the bare application: returns the bytes that it is told, headers in the same order."""
    head, _, body = json.loads(sys.stdin.readline()).partition("\r\n\r\n")
    of_connection = {"X-Keep-Alive-Count", "Connection", "Keep-Alive", "Content-Length"}
    headers = [tuple(line.split(": ", 1)) for line in head.split("\r\n")[1:]]
    own = [(name, value) for name, value in headers if name not in of_connection]
    content = body.encode()

    @Request.application
    def application(_request: Request) -> Response:
        return Response(content, headers=own)

    with Listener(application, [Endpoint("127.0.0.1", 0, tls=False, service="cpanel")]) as listener:
        print(listener.endpoints[0].url, flush=True)
        sys.stdin.read()


def answer_of(candidate: Candidate) -> bytes:
    """Return the first answer on a connection of its own, head and body."""
    parts = urlsplit(candidate.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), 60) as client:
        client.sendall(candidate.request)
        received = b""
        while (size := load.whole_size(received)) is None or len(received) < size:
            data = client.recv(65536)
            if not data:
                sys.exit(f"{candidate.name}: the connection ended within an answer")
            received += data
    return received


def sign(go: Event, seconds: float, told: SimpleQueue[tuple[float, float]]) -> None:
    """Sign for *seconds*; tell how often a second, and microseconds of processor time for each.

    Runs in a process of its own.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    go.wait()
    begin, count, before = time.perf_counter(), 0, time.process_time()
    while time.perf_counter() < begin + seconds:
        for _ in range(50):
            key.sign(b"x" * 530, padding.PKCS1v15(), hashes.SHA256())
        count += 50
    cost = (time.process_time() - before) / count * 1e6
    told.put((count / (time.perf_counter() - begin), cost))


def signatures(seconds: float) -> tuple[float, float]:
    """Return how many RSA-2048 signatures a second all cores make together, and what each costs.

    The cost is in microseconds of processor time.
    """
    context = multiprocessing.get_context("spawn")
    go, told = context.Event(), cast("SimpleQueue[tuple[float, float]]", context.SimpleQueue())
    signers = [
        context.Process(target=sign, args=(go, seconds, told)) for _ in range(len(CORES) or 1)
    ]
    for signer in signers:
        signer.start()
    time.sleep(1.0)  # for all of them to make their keys
    go.set()
    results = [told.get() for _ in signers]
    for signer in signers:
        signer.join()
    return sum(rate for rate, _ in results), statistics.mean(cost for _, cost in results)


def compare_listing(folder: Path, rounds: int, seconds: float) -> None:
    """Measure listcsrs beside the bare application and moto_server; print the table."""
    core = CORES[0] if len(CORES) > 1 else None
    target = f"/json-api/cpanel?{urlencode(LISTCSRS)}"
    with contextlib.ExitStack() as running:
        start = running.enter_context
        ours = start(emulator(folder, f"--clock={CLOCK}", core=core))
        ours.name, ours.request = "listcsrs", request("GET", target, [LOGIN])
        quiet = start(emulator(folder, f"--clock={CLOCK}", "--control=off", core=core))
        quiet.name, quiet.request = "listcsrs, --control=off", ours.request
        answer = answer_of(ours)
        same = start(bare(answer, core=core))
        same.name, same.request = "bare werkzeug, same bytes", ours.request
        if answer_of(same) != answer:
            sys.exit("the bare application does not return the same bytes")
        other = start(moto(core=core))
        candidates = [same, ours, quiet]
        if other is not None:
            other.name = "moto_server, GetCallerIdentity"
            candidates.append(other)
        else:
            print("moto_server is not installed; scripts/bench http installs it")
        if core is not None:
            os.sched_setaffinity(0, set(CORES) - {core})
        for candidate in candidates:
            answer_of(candidate)
        for _ in range(rounds):
            for candidate in candidates:
                candidate.measure(seconds)
        if core is not None:
            os.sched_setaffinity(0, set(CORES))
    print(f"{'':40}{'answers/s':>10}{'µs CPU':>8}{'ratio':>8}{'bound':>8}")
    show(same.name, same.rates, same.costs)
    bound = f"{'≥ 0.60':>8}"
    show(ours.name, ours.rates, ours.costs, _ratio(ours.rates, same.rates), bound)
    show(quiet.name, quiet.rates, quiet.costs, _ratio(quiet.rates, same.rates))
    if other is not None:
        show(other.name, other.rates, other.costs)
        ratio = _ratio(ours.rates, other.rates)
        print(f"{'listcsrs / GetCallerIdentity':58}{ratio:8.2f}{'≥ 4.00':>8}")


def compare_signing(rounds: int, seconds: float) -> None:
    """Measure gencsr, each a new one, beside what all cores can sign; print the table."""
    workers = max(2, len(CORES))
    body = urlencode(GENCSR)
    wanted = request("POST", "/json-api/cpanel", [LOGIN], body)
    signed: list[tuple[float, float]] = []
    with contextlib.ExitStack() as running:
        start = running.enter_context
        candidates: list[Candidate] = []
        for place in roots.places():
            folder = Path(start(roots.root(place)))
            alone = start(emulator(folder, core=None))
            alone.name = f"gencsr, root in {place}, 1 process"
            together = start(emulator(folder, f"--workers={workers}", core=None))
            together.name = f"gencsr, root in {place}, --workers={workers}"
            candidates += [alone, together]
        for candidate in candidates:
            candidate.request, candidate.numbered = wanted, NUMBER
            answer_of(candidate)
        for _ in range(rounds):
            signed.append(signatures(seconds))
            for candidate in candidates:
                candidate.measure(seconds)
                candidate.settle()
    print(f"\n{'':40}{'a second':>10}{'µs CPU':>8}{'ratio':>8}{'bound':>8}")
    rates, costs = zip(*signed, strict=True)
    show(f"RSA-2048 signatures, {len(CORES)} cores", rates, costs)
    for candidate in candidates:
        bound = f"{'≥ 0.50':>8}" if "--workers" in candidate.name else ""
        show(
            candidate.name,
            candidate.rates,
            candidate.costs,
            _ratio(candidate.rates, rates),
            bound,
        )


def _ratio(ours: Sequence[float], others: Sequence[float]) -> float:
    return statistics.median(one / other for one, other in zip(ours, others, strict=True))


def show(
    name: str,
    rates: Sequence[float],
    costs: Sequence[float],
    ratio: float | None = None,
    bound: str = "",
) -> None:
    """Print one row."""
    told = "" if ratio is None else f"{ratio:8.2f}"
    print(f"{name:40}{statistics.median(rates):10.0f}{statistics.median(costs):8.0f}{told}{bound}")


def main() -> None:
    """Run both comparisons and print their tables."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--only", choices=["listing", "signing"])
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare:
        serve_bare()
        return
    if options.only != "signing":
        with roots.root(tempfile.gettempdir()) as folder:
            compare_listing(Path(folder), options.rounds, options.seconds)
    if options.only != "listing":
        compare_signing(options.rounds, options.seconds)


if __name__ == "__main__":
    main()
