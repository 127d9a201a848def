#!/usr/bin/env python3
"""Send one request again and again over keep-alive connections, and count the answers.

Plain HTTP, nothing but the standard library, so that the load costs little beside the server.
Used by ``scripts/bench``; by hand: ``scripts/load.py http://127.0.0.1:2082/ --connections 8``.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import multiprocessing
import os
import selectors
import socket
import sys
import time
from array import array
from dataclasses import dataclass
from urllib.parse import urlsplit

_MOST_LATENCIES = 1_000_000
_CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Load:
    """*request* (exact bytes) on *connections* at once, in all *processes*, for *seconds*.

    Answers other than *status*, or without ``Content-Length``, count as errors. *numbered* is
    what to replace in each request by a number of as many digits that no other request has.
    """

    host: str
    port: int
    request: bytes
    connections: int = 8
    seconds: float = 5.0
    processes: int = 1
    status: int = 200
    numbered: bytes = b""


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of a `Load`; times in seconds."""

    answers: int
    errors: int
    rate: float
    median: float
    slowest_hundredth: float
    slowest: float


def run(load: Load) -> Figures:
    """Send the load and return its figures; takes its seconds and little more."""
    shares = [
        load.connections // load.processes + (index < load.connections % load.processes)
        for index in range(load.processes)
    ]
    parts = [dataclasses.replace(load, connections=share) for share in shares if share]
    if len(parts) == 1:
        results = [_run_part(parts[0])]
    else:
        with multiprocessing.get_context("spawn").Pool(len(parts)) as pool:
            results = pool.map(_run_part, parts)
    latencies = sorted(latency for part in results for latency in part[1])
    return Figures(
        answers=sum(part[0] for part in results),
        errors=sum(part[2] for part in results),
        rate=sum(part[0] / part[3] for part in results),
        median=_quantile(latencies, 0.5),
        slowest_hundredth=_quantile(latencies, 0.99),
        slowest=_quantile(latencies, 1.0),
    )


def _quantile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def _run_part(load: Load) -> tuple[int, array[float], int, float]:
    """Return answers, latencies, errors and seconds of one process's share."""
    begin = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        clients = [_Client(load, selector) for _ in range(load.connections)]
        for client in clients:
            client.send()
        end = begin + load.seconds
        while (now := time.perf_counter()) < end:
            for key, _ in selector.select(end - now):
                key.data.receive()
        took = time.perf_counter() - begin
        for client in clients:
            client.close()
    latencies = array("d")
    for client in clients:
        latencies.extend(client.latencies)
    answers = sum(client.answers for client in clients)
    return answers, latencies, sum(client.errors for client in clients), took


class _Client:
    """One connection, reopened whenever the server closes it."""

    def __init__(self, load: Load, selector: selectors.BaseSelector) -> None:
        self._load = load
        self._selector = selector
        self._expected = b"HTTP/1.1 %d " % load.status
        self.answers = 0
        self.errors = 0
        self.latencies = array("d")
        self._numbers = itertools.count(int.from_bytes(os.urandom(8)))
        self._open()

    def _open(self) -> None:
        address = (self._load.host, self._load.port)
        self._socket = socket.create_connection(address, _CONNECT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self._socket, selectors.EVENT_READ, self)
        self._answer = b""

    def close(self) -> None:
        self._selector.unregister(self._socket)
        self._socket.close()

    def send(self) -> None:
        request, numbered = self._load.request, self._load.numbered
        if numbered:
            digits = len(numbered)
            number = next(self._numbers) % 10**digits
            request = request.replace(numbered, b"%0*d" % (digits, number))
        self._sent = time.perf_counter()
        self._socket.sendall(request)

    def receive(self) -> None:
        try:
            data = self._socket.recv(65536)
        except OSError:
            data = b""
        self._answer += data
        size = whole_size(self._answer)
        if size is not None and len(self._answer) >= size:
            self._finish(self._answer.startswith(self._expected))
        elif not data:
            self._finish(False)

    def _finish(self, good: bool) -> None:
        if good:
            self.answers += 1
            if len(self.latencies) < _MOST_LATENCIES:
                self.latencies.append(time.perf_counter() - self._sent)
        else:
            self.errors += 1
        if not good or b"\r\nConnection: close\r\n" in self._answer:
            self.close()
            self._open()
        self._answer = b""
        self.send()


def whole_size(answer: bytes) -> int | None:
    """Return the size of head and body together, or None while the head is not whole."""
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return None
    _, found, rest = answer[: end + 2].lower().partition(b"\r\ncontent-length:")
    return end + 4 + int(rest.partition(b"\r\n")[0]) if found else None


def main() -> int:
    """Run one load from the command line."""
    parser = argparse.ArgumentParser(description="Measure the answers per second of one URL.")
    parser.add_argument("url")
    parser.add_argument("--header", action="append", default=[], metavar="'NAME: VALUE'")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    url = urlsplit(options.url)
    if url.scheme != "http" or url.hostname is None:
        parser.error("the URL must begin with http://")
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    lines = [f"GET {target} HTTP/1.1", f"Host: {url.netloc}", *options.header, "", ""]
    figures = run(
        Load(
            host=url.hostname,
            port=url.port or 80,
            request="\r\n".join(lines).encode("latin-1"),
            connections=options.connections,
            seconds=options.seconds,
            processes=options.processes,
        )
    )
    if options.json:
        print(json.dumps(dataclasses.asdict(figures)))
    else:
        print(f"{figures.rate:.0f} answers/s, {figures.answers} answers, {figures.errors} errors")
        print(
            f"median {figures.median * 1e3:.2f} ms, "
            f"slowest hundredth {figures.slowest_hundredth * 1e3:.2f} ms, "
            f"slowest {figures.slowest * 1e3:.2f} ms"
        )
    return 1 if figures.errors or not figures.answers else 0


if __name__ == "__main__":
    sys.exit(main())
