"""Two processes that change the same item: each sees what the other has done, or comes first."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cpanel_emu import Emulator, resources
from cpanel_emu.call import Answer, Data, Printed, Rows
from cpanel_emu.certificates.item_changes import ItemChanges
from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.functions.dispatch import UNUSABLE
from tests.functions.caller import EXAMPLE

_TIME_TO_COME_BETWEEN = 0.2
"""Seconds; too few would let a defect pass, and never make a right program fail."""
HOST = "example.com"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Emulator, Emulator]]:
    with ExitStack() as stack:
        yield (
            stack.enter_context(Emulator(root=tmp_path)),
            stack.enter_context(Emulator(root=tmp_path)),
        )


SUBJECT = {"city": "Houston", "company": "cPanel", "country": "US", "state": "Texas"}
UAPI_SUBJECT = {
    "countryName": "US",
    "domains": HOST,
    "localityName": "Houston",
    "organizationName": "cPanel",
    "stateOrProvinceName": "Texas",
}

CALLS = [
    pytest.param(2, ("gencsr",), {"host": HOST, **SUBJECT}, id="make a CSR"),
    pytest.param(2, ("gencrt",), {"host": HOST, **SUBJECT}, id="make a certificate"),
    pytest.param(3, ("generate_csr",), UAPI_SUBJECT, id="make a CSR with a key"),
    pytest.param(3, ("generate_cert",), UAPI_SUBJECT, id="make a certificate with a key"),
    pytest.param(1, ("deletekey", HOST), {}, id="delete all of a host"),
    pytest.param(3, ("delete_key",), {"friendly_name": HOST}, id="delete one"),
    pytest.param(
        3,
        ("set_key_friendly_name",),
        {"friendly_name": HOST, "new_friendly_name": "other"},
        id="rename",
    ),
]


@pytest.mark.parametrize(("api", "call", "named"), CALLS)
def test_what_another_has_deleted_meanwhile_is_not_there(
    two: tuple[Emulator, Emulator], api: int, call: tuple[str, ...], named: dict[str, str]
) -> None:
    one, other = two
    answers: list[Answer] = []
    function, *positional = call
    # To open the account waits for changes of others too; only what comes later is of interest.
    with other.ssl_manager("user") as manager:
        (key,) = manager.directory.all_of(ItemKind.KEY)
    if function.startswith("generate"):
        named = {**named, "key_id": key.id}

    def ask() -> None:
        answers.append(other.call("SSL", function, *positional, user="user", api=api, **named))

    asking = threading.Thread(target=ask)

    def delete(items: ItemChanges) -> None:
        asking.start()
        time.sleep(_TIME_TO_COME_BETWEEN)
        for item in list(items.newest_first(ItemKind.KEY, HOST)):
            items.remove(item)

    with one.ssl_manager("user") as manager:
        manager.directory.change(delete)
    asking.join()
    (outcome,) = (answer.outcome for answer in answers)
    assert isinstance(outcome, Data | Printed | Rows)
    told = "".join(outcome.errors) if isinstance(outcome, Data) else outcome.error
    assert told in {
        f'No key is stored for "{HOST}".',
        f'No key matches "{HOST}".',
        f'No key matches "{key.id}".',
        f'You must install a key for "{HOST}" before you generate a certificate.',
        f'You must install a key for "{HOST}" before you generate a certificate signing request.',
    }


LOOKS = [
    pytest.param(1, ("showkey", HOST), id="show the newest"),
    pytest.param(2, ("listcrts",), id="list certificates with their texts"),
    pytest.param(2, ("fetchinfo",), id="fetch what there is for a host"),
]


@pytest.mark.parametrize(("api", "call"), LOOKS)
def test_nobody_sees_one_of_two_deleted(
    two: tuple[Emulator, Emulator], api: int, call: tuple[str, ...]
) -> None:
    one, other = two
    for division in ("one", "two"):
        one.call("SSL", "gencrt", user="user", host=HOST, companydivision=division, **SUBJECT)
    one.call("SSL", "genkey", user="user", host=HOST, keysize="1024")
    with other.ssl_manager("user"):
        pass
    answers: list[Answer] = []
    function, *positional = call
    named = {"domain": HOST} if function == "fetchinfo" else {}

    def ask() -> None:
        answers.append(other.call("SSL", function, *positional, user="user", api=api, **named))

    asking = threading.Thread(target=ask)

    def delete(items: ItemChanges) -> None:
        found = [
            list(items.newest_first(kind, HOST)) for kind in (ItemKind.KEY, ItemKind.CERTIFICATE)
        ]
        for newest, _ in found:
            items.remove(newest)
        asking.start()
        time.sleep(_TIME_TO_COME_BETWEEN)
        for _, older in found:
            items.remove(older)

    with one.ssl_manager("user") as manager:
        manager.directory.change(delete)
    asking.join()
    (outcome,) = (answer.outcome for answer in answers)
    assert isinstance(outcome, Printed | Rows)
    nothing = {f'No key is stored for "{HOST}".', f'No certificate is stored for "{HOST}".'}
    assert outcome.error in nothing or outcome == Rows([])


@pytest.mark.parametrize("is_open", [True, False])
def test_an_account_that_a_newer_release_has_taken_over(tmp_path: Path, *, is_open: bool) -> None:
    """A refusal, whether the older one had opened it before or not; nothing that is lost later."""
    Emulator(root=tmp_path, emulate_version="11.32", liveapi="off").close()
    with Emulator(root=tmp_path, emulate_version="11.32", liveapi="off") as old:
        if is_open:
            assert old.call("SSL", "listkeys", user="user").outcome == Rows(
                [{"host": "example.com"}]
            )
        with Emulator(root=tmp_path, emulate_version="docs", liveapi="off") as new:
            new.call("SSL", "listkeys", user="user")
            for function in ("gencsr", "listkeys"):
                answer = old.call("SSL", function, user="user", **EXAMPLE)
                assert isinstance(answer.outcome, Rows)
                assert answer.outcome.error == UNUSABLE
            assert new.call("SSL", "listcsrs", user="user").outcome == Rows([])


def test_a_key_of_the_pool_that_the_account_has_is_passed_over(tmp_path: Path) -> None:
    pool = resources.fixtures() / "keys" / "pool"
    for host in ("a.example", "b.example"):
        # Each program on the command line begins the pool anew.
        with Emulator(root=tmp_path, key_pool=pool) as emulator:
            emulator.call("SSL", "genkey", user="user", host=host)
    with Emulator(root=tmp_path) as emulator:
        listed = emulator.call("SSL", "listkeys", user="user").outcome
    assert isinstance(listed, Rows)
    assert list(listed.rows) == [
        {"host": "a.example"},
        {"host": "b.example"},
        {"host": "example.com"},
    ]
