"""What a long test run leaves in memory: 100,000 calls to one emulator, and many emulators.

The memory of the process (resident set) is read after each tenth. The journal keeps a bounded
number of calls, so the figure must stand still once it is full.
"""

from __future__ import annotations

import argparse
import gc
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path

from cpanel_emu import Emulator

CALLS = 100_000
OVER_HTTP = 10
"""One call of so many goes over a socket."""
EMULATORS = 500
ROWS = 10
SUBJECT = {
    "city": "Houston",
    "company": "cPanel",
    "country": "US",
    "host": "example.com",
    "state": "Texas",
}
_PAGE = 4096


def _kilobytes() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * _PAGE // 1024


def _measure(title: str, count: int, work: Callable[[int], None]) -> None:
    """Do *work* so many times and print the memory after each tenth."""
    print(f"{title}: KiB after")
    first = last = 0
    for row in range(ROWS + 1):
        if row:
            for number in range(count // ROWS):
                work(number)
        last = _kilobytes()
        # The first tenth fills the journal, the caches and the allocator's arenas.
        first = last if row == 1 else first
        print(f"  {row * count // ROWS:>9,}  {last:>9,}", flush=True)
    print(f"  from the first tenth to the last: {last - first:+,} KiB")


def _calls(count: int) -> None:
    query = urllib.parse.urlencode(
        {"cpanel_jsonapi_module": "SSL", "cpanel_jsonapi_func": "listkeys"}
    )
    with Emulator() as emulator:
        opener = urllib.request.build_opener()
        login = urllib.request.HTTPPasswordMgrWithPriorAuth()
        login.add_password(None, emulator.cpanel_url, "user", "12345luggage", is_authenticated=True)
        opener.add_handler(urllib.request.HTTPBasicAuthHandler(login))

        def work(number: int) -> None:
            if number % OVER_HTTP == 0:
                with opener.open(f"{emulator.cpanel_url}/json-api/cpanel?{query}") as answer:
                    answer.read()
            elif number % OVER_HTTP == 1:
                emulator.call("SSL", "gencsr", user="user", **SUBJECT)
            else:
                emulator.call("SSL", "listkeys", user="user")

        _measure(f"{count:,} calls, one of {OVER_HTTP} over HTTP", count, work)


def _emulators(count: int) -> None:
    def work(_number: int) -> None:
        with Emulator() as emulator:
            emulator.open_doors()
            emulator.call("SSL", "gencsr", user="user", **SUBJECT)

    _measure(f"{count:,} emulators with their doors open, one after the other", count, work)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("calls", nargs="?", type=int, default=CALLS, help="fewer take less time")
    calls = parser.parse_args().calls
    _calls(calls)
    _emulators(min(EMULATORS, calls // 10))


if __name__ == "__main__":
    main()
