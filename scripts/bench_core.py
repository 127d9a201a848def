"""gencsr in-process against the bare signature of the same library in the same run.

Bounds: at least 0.90 of the signature's rate without storage, at least 0.60 with it. Where the
system keeps a folder in memory, ``/dev/shm``, one emulator has its root there and another one where
temporary files are, so that the disk's part shows.
Each figure is the median of rounds that alternate between all candidates, so that a drifting
machine does not favour one of them. The ratio by processor time stands beside the one by the
clock: other programs on the machine change it less.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import itertools
import platform
import statistics
import sysconfig
import time
from collections.abc import Callable

import roots
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.certificates.keys import KeyCache
from cpanel_emu.certificates.request import create_request
from cpanel_emu.certificates.values import SubjectValues, checked_values
from cpanel_emu.emulator import Emulator

WITHOUT_STORAGE = "gencsr without storage"
ROUNDS = 15
CALLS = 150
FIELDS = {
    "city": "Houston",
    "companydivision": "Documentation",
    "country": "US",
    "email": "user@example.com",
    "host": "example.com",
    "state": "Texas",
    "password": "12345luggage",
}


def _build() -> str:
    """Return how the interpreter was built, which the figures depend on."""
    options = sysconfig.get_config_var("CONFIG_ARGS") or ""
    is_optimised = "--enable-optimizations" in options
    return f"built {'with' if is_optimised else 'without'} profile-guided optimisation"


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that a call takes, by the clock and of this thread's processor time."""
    started, before = time.perf_counter(), time.thread_time()
    for _ in range(CALLS):
        work()
    spent = time.thread_time() - before
    return (time.perf_counter() - started) / CALLS, spent / CALLS


def main() -> None:
    """Run the rounds and print the table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    numbers = itertools.count()
    with contextlib.ExitStack() as running:
        folders = {place: running.enter_context(roots.root(place)) for place in roots.places()}
        emulators = {
            place: running.enter_context(Emulator(folder)) for place, folder in folders.items()
        }
        emulator = next(iter(emulators.values()))
        manager = running.enter_context(emulator.ssl_manager("user"))
        path = manager.directory.newest_path(ItemKind.KEY, "example.com")
        assert path is not None
        cache = KeyCache()
        key = cache.load(path)
        private = key.private_key
        assert isinstance(private, rsa.RSAPrivateKey)
        message, scheme, digest = b"x" * 530, padding.PKCS1v15(), hashes.SHA256()

        def without_storage() -> object:
            values = SubjectValues(
                city="Houston",
                company=f"cPanel {next(numbers)}",
                companydivision="Documentation",
                country="US",
                email="user@example.com",
                hosts=("example.com",),
                state="Texas",
                password="12345luggage",
            )
            return create_request(checked_values(values), cache.load(path), emulator.release)

        def with_storage(emulator: Emulator) -> object:
            company = f"cPanel {next(numbers)}"
            return emulator.call("SSL", "gencsr", user="user", company=company, **FIELDS)

        candidates: dict[str, Callable[[], object]] = {
            "RSA-2048 signature alone": lambda: private.sign(message, scheme, digest),
            WITHOUT_STORAGE: without_storage,
            **{
                f"gencsr, stored, root in {place}": functools.partial(with_storage, one)
                for place, one in emulators.items()
            },
        }
        for work in candidates.values():
            _seconds(work)
        rounds = [
            {name: _seconds(work) for name, work in candidates.items()} for _ in range(ROUNDS)
        ]
    print(f"Python {platform.python_version()}, {_build()}")
    reference = next(iter(candidates))
    print(f"{'':34}{'µs a call':>12}{'µs CPU':>8}{'by CPU':>8}{'ratio':>8}{'bound':>8}")
    for name in candidates:
        bound = "" if name == reference else "0.90" if name == WITHOUT_STORAGE else "0.60"
        clock, cpu = (statistics.median(one[name][by] for one in rounds) * 1e6 for by in (0, 1))
        ratio, by_cpu = (
            statistics.median(one[reference][by] / one[name][by] for one in rounds) for by in (0, 1)
        )
        print(f"{name:34}{clock:12.0f}{cpu:8.0f}{by_cpu:8.2f}{ratio:8.2f}{bound:>8}")


if __name__ == "__main__":
    main()
