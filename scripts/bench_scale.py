"""An account with 50,000 items against one with ten (``ssl §5`` rule 7).

Bounds: gencsr takes at most 1.2 times as long; listcsrs takes as long per item with 50,000 as
with 10,000 (linear time); a call leaves no memory behind. The ratio of gencsr is the median of
rounds that alternate between both accounts, and listcsrs is measured in processor time, so that a
busy machine favours neither.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import statistics
import sys
import time
from collections.abc import Callable

from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.certificates.manager import SslManager
from cpanel_emu.certificates.values import SubjectValues
from cpanel_emu.emulator import Emulator
from cpanel_emu.resources import fixtures

ITEMS = 50_000
STEP = 10_000
ROUNDS = 25
CALLS = 40
LIST_ROUNDS = 7
LARGE, SMALL = "user", "username"
FIELDS = {
    "city": "Houston",
    "companydivision": "Documentation",
    "country": "US",
    "email": "user@example.com",
    "host": "example.com",
    "state": "Texas",
    "password": "12345luggage",
}


def _seconds(work: Callable[[], object], calls: int = 1) -> float:
    started = time.perf_counter()
    for _ in range(calls):
        work()
    return (time.perf_counter() - started) / calls


def _megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _fill(emulator: Emulator, first: int, last: int) -> None:
    """Add CSRs: one half for one host, whose names clash, the other for a host each."""
    with emulator.ssl_manager(LARGE) as manager:
        key = manager.read_key((fixtures() / "keys" / "rsa-1024.key").read_text("ascii"))
        for number in range(first, last):
            host = "example.org" if number % 2 else f"host{number}.example.org"
            values = SubjectValues(
                city=f"City {number}", company="cPanel", country="US", hosts=(host,), state="Texas"
            )
            manager.store_request(values, lambda: key, host=host, friendly_name=host)


def _row(name: str, value: str, bound: str = "") -> None:
    print(f"{name:44}{value:>14}{bound:>10}")


def _lists(emulator: Emulator) -> float:
    """Return the seconds of processor time that one listcsrs of the large account takes."""
    rounds = []
    for _ in range(LIST_ROUNDS):
        started = time.thread_time()
        emulator.call("SSL", "listcsrs", user=LARGE)
        rounds.append(time.thread_time() - started)
    return min(rounds)


def _compare(emulator: Emulator) -> float:
    """Print gencsr in both accounts; return the median ratio of the large one."""
    numbers = itertools.count()

    def gencsr(user: str) -> float:
        def call() -> None:
            emulator.call("SSL", "gencsr", user=user, company=f"cPanel {next(numbers)}", **FIELDS)

        return _seconds(call, CALLS)

    rounds = []
    with emulator.ssl_manager(SMALL) as manager:
        for _ in range(ROUNDS):
            # The small account stays small.
            _keep_ten(manager)
            rounds.append({user: gencsr(user) for user in (SMALL, LARGE)})
    for user, many in ((SMALL, "ten"), (LARGE, f"{ITEMS:,}")):
        microseconds = statistics.median(one[user] for one in rounds) * 1e6
        _row(f"gencsr in the account with {many}, µs", f"{microseconds:,.0f}")
    return statistics.median(one[LARGE] / one[SMALL] for one in rounds)


def _keep_ten(manager: SslManager) -> None:
    surplus = list(manager.directory.all_of(ItemKind.CSR))[10:]
    manager.delete(ItemKind.CSR, lambda _items: surplus)


def main() -> int:
    """Fill an account step by step and print the table; 1 if a bound is passed."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with Emulator() as emulator:
        _row("", "figure", "bound")
        _row("memory at the start, MB", f"{_megabytes():,.0f}")
        per_item = []
        for filled in range(STEP, ITEMS + 1, STEP):
            started = time.perf_counter()
            _fill(emulator, filled - STEP, filled)
            making = (time.perf_counter() - started) / STEP
            _row(f"to make one of items up to {filled:,}, µs", f"{making * 1e6:,.0f}")
            listing = _lists(emulator)
            per_item.append(listing / filled)
            _row(f"listcsrs with {filled:,} items, ms of processor", f"{listing * 1e3:,.1f}")
        ratio = _compare(emulator)
        linear = per_item[-1] / per_item[0]
        _row("gencsr, ratio of the two accounts", f"{ratio:.2f}", "1.20")
        _row("listcsrs per item, ratio of last to first", f"{linear:.2f}", "1.50")
        for lists in (5, 20):
            for _ in range(lists):
                emulator.call("SSL", "list_csrs", user=LARGE, api=3)
            _row(f"highest memory after {lists} more lists, MB", f"{_megabytes():,.0f}")
    return int(ratio > 1.2 or linear > 1.5)


if __name__ == "__main__":
    sys.exit(main())
