"""The store against a model of a few lines (Hypothesis, stateful)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cpanel_emu.certificates import keys, reading
from cpanel_emu.certificates.directory import CertificateDirectory
from cpanel_emu.certificates.item_changes import ItemChanges
from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.releases import RELEASES
from tests.certificates.examples import key

NAMES = ("example.com", "rsa-1024", "pool/rsa-2048-1", "ecdsa-prime256v1")
HOSTS = ("a.example", "b.example")


class Store(RuleBasedStateMachine):
    """The keys of an account; the model maps each id to its host and friendly name."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="torture-"))
        self.model: dict[str, tuple[str, str]] = {}
        self.with_own_host: set[str] = set()
        self.opened: list[CertificateDirectory] = []

    def teardown(self) -> None:
        for directory in self.opened:
            directory.close()
        shutil.rmtree(self.folder)

    def open(self) -> CertificateDirectory:
        return CertificateDirectory(
            self.folder / "ssl", self.folder / "index.sqlite", RELEASES["docs"], reading.read_item
        )

    @initialize()
    def two_processes(self) -> None:
        self.opened = [self.open(), self.open()]

    @rule(which=st.integers(0, 1), name=st.sampled_from(NAMES), host=st.sampled_from(HOSTS))
    def add(self, which: int, name: str, host: str) -> None:
        pair = key(name)
        new = reading.key_item(
            pair, keys.to_pem(pair.private_key), created=1, host=host, friendly_name=host
        )
        item = self.opened[which].add(new)
        if new.id in self.model:
            assert (item.host, item.friendly_name) == self.model[new.id], "the first record stays"
        else:
            taken = {friendly for _, friendly in self.model.values()}
            assert item.friendly_name not in taken
            assert item.friendly_name == host or host in taken
            self.model[new.id] = (host, item.friendly_name)
            self.with_own_host.add(new.id)

    @rule(which=st.integers(0, 1), host=st.sampled_from(HOSTS))
    def remove_all_of_a_host(self, which: int, host: str) -> None:
        def remove(items: ItemChanges) -> None:
            for item in list(items.newest_first(ItemKind.KEY, host)):
                items.remove(item)

        self.opened[which].change(remove)
        self.model = {one: kept for one, kept in self.model.items() if kept[0] != host}
        self.with_own_host &= self.model.keys()

    @rule(which=st.integers(0, 1), old=st.sampled_from(NAMES), new=st.sampled_from(["x", *HOSTS]))
    def rename(self, which: int, old: str, new: str) -> None:
        directory, item_id = self.opened[which], key(old).id
        item = directory.with_id(ItemKind.KEY, item_id)
        assert (item is not None) == (item_id in self.model)
        if item is None:
            return
        holders = [one for one, (_, friendly) in self.model.items() if friendly == new]
        assert directory.change(lambda items: items.rename(item, new)) == (
            holders in ([], [item_id])
        )
        if not holders:
            # ssl §5 rule 4: a key without a host of its own counts for its friendly name.
            host = self.model[item_id][0] if item_id in self.with_own_host else new
            self.model[item_id] = (host, new)

    @rule(which=st.integers(0, 1))
    def end_and_start(self, which: int) -> None:
        self.opened[which].close()
        self.opened[which] = self.open()

    @rule()
    def lose_the_index(self) -> None:
        """Hosts and friendly names go with it; the keys themselves stay."""
        for path in self.folder.glob("index.sqlite*"):
            path.unlink()
        for directory in self.opened:
            directory.close()
        self.opened = [self.open(), self.open()]
        items = {item.id: item for item in self.opened[0].all_of(ItemKind.KEY)}
        assert items.keys() == self.model.keys()
        self.model = {one: (item.host, item.friendly_name) for one, item in items.items()}
        self.with_own_host.clear()

    @invariant()
    def both_tell_what_the_model_has(self) -> None:
        for directory in self.opened:
            items = list(directory.all_of(ItemKind.KEY))
            assert {item.id: (item.host, item.friendly_name) for item in items} == self.model
            hosts = sorted({host for host, _ in self.model.values()})
            assert directory.hosts(ItemKind.KEY) == hosts
        files = {path.stem for path in (self.folder / "ssl").glob("keys/*.key")}
        assert files == self.model.keys()


TestStore = Store.TestCase
TestStore.settings = settings(max_examples=15, stateful_step_count=15, deadline=None)
