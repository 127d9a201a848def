"""An application over the demo accounts, and one over accounts that own others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.server.wsgi import CLOCK, Client

if TYPE_CHECKING:
    from cpanel_emu import Emulator

SEED = """
[whm.root]
password = "12345luggage"
access_hash = "0123456789abcdef\\nfedcba9876543210"
api_tokens = { ci = "ROOTTOKEN" }
[accounts.user]
domain = "example.com"
password = "12345luggage"
api_tokens = { ci = "USERTOKEN" }
[accounts.seller]
domain = "seller.example"
password = "12345luggage"
access_hash = "aaaabbbb"
api_tokens = { ci = "SELLERTOKEN" }
[accounts.bought]
domain = "bought.example"
password = "12345luggage"
owner = "seller"
theme = "paper_lantern"
[accounts.away]
domain = "away.example"
password = "12345luggage"
suspended = true
"""


@pytest.fixture(scope="session")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a seed file: user, the reseller seller with bought, and the suspended away."""
    path = tmp_path_factory.mktemp("seed") / "seed.toml"
    path.write_text(SEED)
    return path


@pytest.fixture
def server(seed: Path) -> Iterator[Emulator]:
    """Return an emulator with a frozen clock that a test may change."""
    from cpanel_emu import Emulator

    with Emulator(seed=seed, clock=CLOCK) as emulator:
        yield emulator


@pytest.fixture
def client(server: Emulator) -> Client:
    """Return a client of `server`."""
    return client_of(server)


@pytest.fixture(scope="module")
def shared_server(seed: Path) -> Iterator[Emulator]:
    """Return an emulator for tests that change nothing."""
    from cpanel_emu import Emulator

    with Emulator(seed=seed, clock=CLOCK) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def reader(shared_server: Emulator) -> Client:
    """Return a client of `shared_server`."""
    return client_of(shared_server)


def client_of(emulator: Emulator) -> Client:
    """Return a client of *emulator*."""
    from cpanel_emu.server.app import Application

    return Client(Application(emulator))
