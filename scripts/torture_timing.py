"""Whether the time of a refusal tells anything: which accounts there are, how much was right.

``scripts/torture timing [--rounds N]``: asks the same question in pairs, in turn, and compares the
medians. A pair differs only in what nobody may learn: an account that is there and one that is not;
a token that is wrong at its first letter and one that is wrong at its last. The figures are of the
whole request, in-process, without the noise of a network. Ends with 1 if a median differs by more
than a fifth, which on a busy machine means: try again.
"""

from __future__ import annotations

import argparse
import base64
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from cpanel_emu import create_app

_PATH = "/json-api/cpanel"
_TOLERATED = 0.20
_TOKEN = "A" * 32
_SEED = f"""
[accounts.user]
domain = "example.com"
password = "not publ"
api_tokens = {{ ci = "{_TOKEN}" }}
"""

WSGIApplication: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Pair: TypeAlias = tuple[str, str, str]
"""What it is about, and the two headers."""


def _basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


PAIRS: Sequence[Pair] = (
    ("password: account there or not", _basic("user", "wrong"), _basic("nobody", "wrong")),
    ("password: first or last letter", _basic("user", "Xot publ"), _basic("user", "not pubX")),
    ("token: account there or not", f"cpanel user:{'B' * 32}", f"cpanel none:{'B' * 32}"),
    ("token: first or last letter", f"cpanel user:B{_TOKEN[1:]}", f"cpanel user:{_TOKEN[1:]}B"),
)


def main(arguments: Sequence[str]) -> int:
    """Measure every pair; return the exit status."""
    parser = argparse.ArgumentParser(prog="scripts/torture timing", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=100, help="requests of each kind (100)")
    rounds = max(10, parser.parse_args(arguments).rounds)
    application = _application()
    _warm_up(application)
    worst = 0.0
    print(f"{'':<34}{'one, µs':>10}{'other, µs':>11}{'differ by':>11}")
    for name, one, other in PAIRS:
        first, second = _medians(application, one, other, rounds)
        difference = abs(first - second) / max(first, second)
        worst = max(worst, difference)
        print(f"{name:<34}{first:>10.0f}{second:>11.0f}{difference:>10.1%}")
    print(f"{len(PAIRS)} pairs, {2 * rounds * len(PAIRS)} requests, worst difference {worst:.1%}")
    return 1 if worst > _TOLERATED else 0


def _application() -> WSGIApplication:
    with tempfile.TemporaryDirectory() as folder:
        seed = Path(folder, "seed.toml")
        seed.write_text(_SEED, encoding="utf-8")
        return create_app(seed=seed)


def _medians(
    application: WSGIApplication, one: str, other: str, rounds: int
) -> tuple[float, float]:
    times: dict[str, list[float]] = {one: [], other: []}
    for number in range(rounds):
        for header in (one, other) if number % 2 else (other, one):
            times[header].append(_refused(application, header))
    return statistics.median(times[one]), statistics.median(times[other])


def _warm_up(application: WSGIApplication) -> None:
    """Let everything be loaded and read that is loaded and read once."""
    for _, one, other in PAIRS:
        _refused(application, one)
        _refused(application, other)


def _refused(application: WSGIApplication, header: str) -> float:
    """Return the microseconds of a request that is refused."""
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": _PATH,
        "QUERY_STRING": "",
        "SERVER_PORT": "2082",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(),
        "wsgi.url_scheme": "http",
        "HTTP_AUTHORIZATION": header,
    }
    told: list[str] = []
    started = time.perf_counter()
    application(environ, lambda status, _headers: told.append(status))
    seconds = time.perf_counter() - started
    assert told[0].startswith("403")
    return seconds * 1e6


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
