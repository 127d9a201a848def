"""The certificate directory: layouts, names, crashes, other processes, upgrades (``ssl §5``)."""

from __future__ import annotations

import contextlib
import os
import random
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cpanel_emu.certificates import keys, reading
from cpanel_emu.certificates.certificate import create_certificate
from cpanel_emu.certificates.database_file import database_text
from cpanel_emu.certificates.directory import CertificateDirectory
from cpanel_emu.certificates.index import Index
from cpanel_emu.certificates.item_changes import ItemChanges
from cpanel_emu.certificates.items import Item, ItemKind, NewItem
from cpanel_emu.certificates.request import create_request
from cpanel_emu.errors import ConfigurationError, StoreError
from cpanel_emu.releases import RELEASES, Layout
from tests.certificates.examples import PLAIN, key

OLD, NEW = "11.32", "docs"
NOW = 1767603600


@dataclass
class Home:
    """An account's ``ssl`` directory that can be opened again and again."""

    folder: Path
    changes: int = 0

    @property
    def ssl(self) -> Path:
        return self.folder / "ssl"

    @contextlib.contextmanager
    def open(
        self, release: str = NEW, stored: Callable[[str], None] = lambda _path: None
    ) -> Iterator[CertificateDirectory]:
        directory = CertificateDirectory(
            self.ssl, self.folder / "index.sqlite", RELEASES[release], reading.read_item,
            changed=self._count, stored=stored,
        )  # fmt: skip
        with contextlib.closing(directory):
            yield directory

    def _count(self) -> None:
        self.changes += 1

    def lose_index(self) -> None:
        for path in self.folder.glob("index.sqlite*"):
            path.unlink()

    def files(self) -> list[str]:
        found = (path for path in self.ssl.rglob("*") if path.is_file())
        return sorted(str(path.relative_to(self.ssl)) for path in found)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def a_key(
    name: str = "example.com", host: str | None = "example.com", created: int = NOW
) -> NewItem:
    pair = key(name)
    return reading.key_item(
        pair, keys.to_pem(pair.private_key), created=created, host=host,
        friendly_name=host or pair.id,
    )  # fmt: skip


def a_csr(
    city: str = "Houston", host: str | None = "example.com", created: int = NOW, release: str = NEW
) -> NewItem:
    name = host or "example.com"
    values = replace(PLAIN, city=city, hosts=(name,))
    request = create_request(values, key(), RELEASES[release])
    return reading.request_item(
        request.pem, item_id=request.id, modulus=key().modulus, key_id=key().id, hosts=values.hosts,
        created=created, host=host, friendly_name=name,
    )  # fmt: skip


def a_crt(host: str = "example.com", now: int = NOW) -> NewItem:
    values = replace(PLAIN, hosts=(host,))
    text = create_certificate(values, key(), RELEASES[NEW], now=now, serial=1)
    return reading.read_certificate(text, created=NOW, host=host)


def remove(directory: CertificateDirectory, *items: Item) -> None:
    def work(changes: ItemChanges) -> None:
        for item in items:
            changes.remove(item)

    directory.change(work)


def rename(directory: CertificateDirectory, item: Item, name: str) -> bool:
    return directory.change(lambda changes: changes.rename(item, name))


ALL: list[Callable[[], NewItem]] = [a_key, a_csr, a_crt]


def test_old_layout(home: Home) -> None:
    with home.open(OLD) as directory:
        for make in ALL:
            directory.add(make())
        directory.add(a_key("pool/rsa-2048-1", "*.example.com"))
    assert home.files() == [
        "certs/example.com.crt",
        "certs/example.com.csr",
        "private/_wildcard_.example.com.key",
        "private/example.com.key",
    ]
    for name in home.files():
        path = home.ssl / name
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert path.read_text().endswith("-----\n")


def test_new_layout(home: Home) -> None:
    items = [make() for make in ALL]
    with home.open() as directory:
        stored = [directory.add(item) for item in items]
    key_item, csr, crt = items
    assert home.files() == sorted(
        [f"certs/{crt.id}.crt", f"csrs/{csr.id}.csr", f"keys/{key_item.id}.key"]
    )
    for name in home.files():
        assert (home.ssl / name).read_text().endswith("-----")
    assert [item.id for item in stored] == [item.id for item in items]


def test_no_file_is_named_after_what_a_caller_sent(home: Home) -> None:
    """Hosts are checked before; this is the second line."""
    with home.open(OLD) as directory, pytest.raises(StoreError):
        directory.add(a_key(host="../../x"))
    assert home.files() == []
    assert not (home.folder.parent / "x.key").exists()


def test_the_old_layout_keeps_one_per_host(home: Home) -> None:
    with home.open(OLD) as directory:
        directory.add(a_csr("Houston", release=OLD))
        second = directory.add(a_csr("Dallas", release=OLD))
        found = list(directory.newest_first(ItemKind.CSR, "example.com"))
        assert [item.id for item in found] == [second.id]
        assert found[0].friendly_name == "example.com"
        assert directory.read(found[0]) == a_csr("Dallas", release=OLD).pem


def test_the_new_layout_keeps_several(home: Home) -> None:
    with home.open() as directory:
        for city in ("Houston", "Dallas", "Austin"):
            directory.add(a_csr(city))
        names = [item.friendly_name for item in directory.all_of(ItemKind.CSR)]
        assert names == ["example.com", f"example.com {NOW}.0", f"example.com {NOW}.1"]
        assert directory.hosts(ItemKind.CSR) == ["example.com"]


def test_friendly_names_are_unique_for_each_kind(home: Home) -> None:
    with home.open() as directory:
        assert [directory.add(make()).friendly_name for make in ALL] == ["example.com"] * 3


def test_an_identical_item_keeps_the_first_record(home: Home) -> None:
    with home.open() as directory:
        first = directory.add(a_key())
        changes = home.changes
        assert directory.add(a_key(host="example.org", created=NOW + 5)) == first
        assert home.changes == changes
        assert len(list(directory.all_of(ItemKind.KEY))) == 1


def test_an_identical_item_comes_back_if_its_file_is_gone(home: Home) -> None:
    with home.open() as directory:
        item = directory.add(a_key())
        directory.path(ItemKind.KEY, item.name).unlink()
        directory.add(a_key())
        assert directory.read(item) == a_key().pem


def test_newest_first(home: Home) -> None:
    with home.open() as directory:
        for number in range(40):
            directory.add(a_csr(f"City {number}", created=NOW + number // 2))
        found = list(directory.newest_first(ItemKind.CSR, "example.com"))
    order = [(item.created, item.id) for item in found]
    assert len(order) == 40
    assert order == sorted(order, reverse=True)


def test_items_without_a_host(home: Home) -> None:
    """``ssl §5`` rule 4: a key counts for its friendly name, a CSR for its common name."""
    with home.open() as directory:
        directory.add(replace(a_key(host=None), friendly_name="example.net"))
        directory.add(replace(a_csr(host=None), friendly_name="my request"))
        assert directory.hosts(ItemKind.KEY) == ["example.net"]
        assert directory.hosts(ItemKind.CSR) == ["example.com"]


def test_look_ups(home: Home) -> None:
    with home.open() as directory:
        items = [directory.add(make()) for make in ALL]
        for item in items:
            assert directory.with_id(item.kind, item.id) == item
            assert directory.with_friendly_name(item.kind, "example.com") == item
            assert list(directory.of_key(item.kind, items[0].id)) == [item]
            assert directory.with_id(item.kind, "x") is None
            assert directory.with_friendly_name(item.kind, "x") is None


def test_remove(home: Home) -> None:
    with home.open() as directory:
        remove(directory, directory.add(a_key()), directory.add(a_csr()))
        assert directory.hosts(ItemKind.KEY) == []
        assert home.files() == []
        assert directory.add(a_csr()).friendly_name == "example.com", "the name is free again"


def test_rename(home: Home) -> None:
    with home.open() as directory:
        own = directory.add(a_key())
        guest = directory.add(a_key("pool/rsa-2048-1", host=None))
        assert rename(directory, guest, "example.net")
        assert rename(directory, own, "mine")
        assert not rename(directory, own, "example.net")
        assert rename(directory, own, "mine"), "to its own name is no clash"
        assert directory.hosts(ItemKind.KEY) == ["example.com", "example.net"]
    with home.open() as directory:
        names = [item.friendly_name for item in directory.all_of(ItemKind.KEY)]
        assert names == ["example.net", "mine"]


def test_several_together_or_none(home: Home) -> None:
    def fail(changes: ItemChanges) -> None:
        changes.put(a_key())
        changes.put(a_crt())
        raise StoreError("no")

    with home.open() as directory:
        with pytest.raises(StoreError):
            directory.change(fail)
        assert home.files() == []
        assert directory.hosts(ItemKind.KEY) == []
        directory.change(lambda changes: [changes.put(a_key()), changes.put(a_crt())])
        assert len(home.files()) == 2


def test_a_replaced_file_is_put_back(home: Home) -> None:
    def fail(changes: ItemChanges) -> None:
        changes.put(a_csr("Dallas", release=OLD))
        raise StoreError("no")

    with home.open(OLD) as directory:
        first = directory.add(a_csr("Houston", release=OLD))
        with pytest.raises(StoreError):
            directory.change(fail)
        assert directory.read(first) == a_csr("Houston", release=OLD).pem
        assert directory.with_id(ItemKind.CSR, first.id) == first


# What a crash or a person leaves behind.


def test_half_written_files_are_swept(home: Home) -> None:
    with home.open() as directory:
        directory.add(a_key())
    for place in ("keys", "installed"):
        (home.ssl / place).mkdir(exist_ok=True)
        (home.ssl / place / ".writing-00112233").write_text("half")
    with home.open() as directory:
        assert len(list(directory.all_of(ItemKind.KEY))) == 1
    assert home.files() == [f"keys/{a_key().id}.key"]


def test_a_file_without_a_record_is_taken_in(home: Home) -> None:
    """The crash came between the file and the index."""
    with home.open() as directory:
        directory.add(a_key())
    csr = a_csr()
    (home.ssl / "csrs" / f"{csr.id}.csr").write_text(csr.pem)
    with home.open() as directory:
        (item,) = directory.all_of(ItemKind.CSR)
        assert (item.id, item.host, item.friendly_name) == (csr.id, "example.com", "example.com")


def test_a_record_without_a_file_is_dropped(home: Home) -> None:
    with home.open() as directory:
        directory.add(a_key())
    (home.ssl / "keys" / f"{a_key().id}.key").unlink()
    with home.open() as directory:
        assert directory.hosts(ItemKind.KEY) == []


def test_a_file_that_went_comes_back_in_place_of_its_record(home: Home) -> None:
    with home.open() as directory:
        first = directory.add(a_key())
        (home.ssl / "keys" / f"{first.id}.key").unlink()
        again = directory.add(a_key(created=NOW + 1))
        assert (again.created, again.friendly_name) == (NOW + 1, "example.com")
        assert list(directory.all_of(ItemKind.KEY)) == [again]
        assert directory.read(again) == a_key().pem


@pytest.mark.parametrize("name", ["notes.txt", "x.csr", ".hidden.csr"])
def test_foreign_files_stay_and_do_not_count(home: Home, name: str) -> None:
    with home.open():
        pass
    (home.ssl / "csrs" / name).write_text("x")
    with home.open() as directory:
        assert directory.hosts(ItemKind.CSR) == []
    assert home.files() == [f"csrs/{name}"]


def test_a_name_that_is_not_the_id_does_not_count(home: Home) -> None:
    with home.open():
        pass
    (home.ssl / "csrs" / "example_com_x.csr").write_text(a_csr().pem)
    with home.open() as directory:
        assert directory.hosts(ItemKind.CSR) == []


def test_the_old_layout_reads_what_people_put_there(home: Home) -> None:
    with home.open(OLD) as directory:
        directory.add(a_key())
    (home.ssl / "private" / "example.com.key").write_text(a_key("pool/rsa-2048-1").pem)
    (home.ssl / "private" / "_wildcard_.example.com.key").write_text(a_key().pem)
    with home.open(OLD) as directory:
        found = {item.host: item.id for item in directory.all_of(ItemKind.KEY)}
    assert found == {
        "example.com": a_key("pool/rsa-2048-1").id,
        "*.example.com": a_key().id,
    }


def test_a_lost_index_is_rebuilt(home: Home) -> None:
    with home.open() as directory:
        for make in ALL:
            directory.add(make())
        directory.add(a_csr("Dallas"))
        before = {kind: list(directory.all_of(kind)) for kind in ItemKind}
        (home.ssl / "ssl.db").write_text(database_text(before))
    home.lose_index()
    with home.open() as directory:
        after = {kind: list(directory.all_of(kind)) for kind in ItemKind}
    assert after == before


def test_an_index_whose_damage_shows_late_is_rebuilt(home: Home) -> None:
    """It can be opened, and only the record itself cannot be read."""
    with home.open() as directory:
        item = directory.add(a_key())
    with contextlib.closing(sqlite3.connect(home.folder / "index.sqlite")) as database:
        database.execute("UPDATE item SET modulus = CAST(x'61ff' AS TEXT)")
        database.commit()
    with home.open() as directory:
        assert [one.id for one in directory.all_of(ItemKind.KEY)] == [item.id]


def test_whatever_is_overwritten_in_the_index_the_items_are_told(home: Home) -> None:
    path = home.folder / "index.sqlite"
    with home.open() as directory:
        for number in range(12):
            directory.add(a_csr(f"City {number}"))
        ids = {item.id for item in directory.all_of(ItemKind.CSR)}
    generator = random.Random(1)
    for _ in range(40):
        data = bytearray(path.read_bytes())
        for _ in range(64):
            data[generator.randrange(len(data))] = generator.randrange(256)
        path.write_bytes(data)
        with home.open() as directory:
            assert {item.id for item in directory.all_of(ItemKind.CSR)} == ids
            directory.change(lambda changes: changes.put(a_csr("City 1")))


def test_without_ssl_db_the_names_come_from_the_files(home: Home) -> None:
    with home.open() as directory:
        directory.add(replace(a_csr(), friendly_name="my request"))
    home.lose_index()
    with home.open() as directory:
        (item,) = directory.all_of(ItemKind.CSR)
        assert (item.friendly_name, item.host) == ("example.com", "example.com")


@pytest.mark.parametrize("text", ["", "%", "files: 1", "files: {key: [1]}", "- [", "\x00"])
def test_a_damaged_ssl_db_does_no_harm(home: Home, text: str) -> None:
    with home.open() as directory:
        directory.add(a_key())
    (home.ssl / "ssl.db").write_text(text)
    home.lose_index()
    with home.open() as directory:
        assert [item.id for item in directory.all_of(ItemKind.KEY)] == [a_key().id]


# Upgrades.


def test_an_upgrade_copies_the_old_files_in_and_leaves_them(home: Home) -> None:
    with home.open(OLD) as directory:
        for make in ALL:
            directory.add(make())
        directory.add(a_key("pool/rsa-2048-1", "*.example.com"))
    old = home.files()
    with home.open(NEW) as directory:
        found = {kind: list(directory.all_of(kind)) for kind in ItemKind}
        assert {
            kind: [(item.friendly_name, item.host) for item in items]
            for kind, items in found.items()
        } == {
            ItemKind.KEY: [("*.example.com",) * 2, ("example.com",) * 2],
            ItemKind.CSR: [("example.com",) * 2],
            ItemKind.CERTIFICATE: [("example.com",) * 2],
        }
        for items in found.values():
            for item in items:
                assert directory.read(item).endswith("-----")
    new = [f"keys/{a_key().id}.key", f"keys/{a_key('pool/rsa-2048-1').id}.key",
           f"csrs/{a_csr().id}.csr", f"certs/{a_crt().id}.crt"]  # fmt: skip
    assert home.files() == sorted(old + new)


def test_an_upgrade_keeps_the_time_at_which_an_item_was_made(home: Home) -> None:
    with home.open(OLD) as directory:
        for make in ALL:
            directory.add(make())
    for name in home.files():
        os.utime(home.ssl / name, (1, 1))
    changes = home.changes
    with home.open(NEW) as directory:
        made = {item.created for kind in ItemKind for item in directory.all_of(kind)}
    assert made == {NOW}
    assert home.changes == changes + 1, "ssl.db is to be written"
    home.open(NEW).__enter__().close()
    assert home.changes == changes + 1


def test_an_upgrade_without_the_old_index_takes_the_files_times(home: Home) -> None:
    with home.open(OLD) as directory:
        directory.add(a_key())
    os.utime(home.ssl / "private" / "example.com.key", (NOW - 5, NOW - 5))
    home.lose_index()
    with home.open(NEW) as directory:
        (item,) = directory.all_of(ItemKind.KEY)
    assert item.created == NOW - 5


def test_an_upgrade_happens_once(home: Home) -> None:
    with home.open(OLD) as directory:
        directory.add(a_key())
    with home.open(NEW) as directory:
        remove(directory, *directory.all_of(ItemKind.KEY))
    with home.open(NEW) as directory:
        assert directory.hosts(ItemKind.KEY) == []


@pytest.mark.parametrize("release", [name for name, one in RELEASES.items()
                                     if one.layout is Layout.BY_HOST])  # fmt: skip
def test_there_is_no_way_back(home: Home, release: str) -> None:
    with home.open(NEW) as directory:
        directory.add(a_key())
    files = home.files()
    with pytest.raises(ConfigurationError, match=r"11\.40 or later.*--emulate-version"):
        home.open(release).__enter__()
    assert home.files() == files


def test_what_a_newer_release_has_taken_over_is_refused_to_an_older_one(home: Home) -> None:
    """It copied what there was, so what came later would be stored, and listed nowhere."""
    with home.open(OLD) as old:
        old.add(a_csr(release=OLD))
        assert old.is_current
        with home.open(NEW) as new:
            files = home.files()
            assert not old.is_current
            with pytest.raises(StoreError, match=r"11\.40 or later.*--emulate-version"):
                old.add(a_csr("Dallas", release=OLD))
            assert home.files() == files
            assert len(list(new.all_of(ItemKind.CSR))) == 1


@pytest.mark.parametrize("name", [name for name, one in RELEASES.items()
                                  if one.layout is Layout.BY_ID])  # fmt: skip
def test_new_releases_share_the_layout(home: Home, name: str) -> None:
    with home.open(NEW) as directory:
        item = directory.add(a_key())
    with home.open(name) as directory:
        assert list(directory.all_of(ItemKind.KEY)) == [item]


# Other processes.

_ADDER = """
    import sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[3])
    from tests.certificates.test_directory import Home, a_csr
    with Home(Path(sys.argv[1])).open() as directory:
        for number in range(25):
            directory.add(a_csr(f"{sys.argv[2]} {number}"))
"""


def test_two_processes_on_one_directory(home: Home) -> None:
    with home.open():
        pass
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", textwrap.dedent(_ADDER), str(home.folder)]
    running = [
        subprocess.Popen([*command, word, root], env={**os.environ, "PYTHONPATH": root})
        for word in ("one", "two")
    ]
    assert [process.wait() for process in running] == [0, 0]
    with home.open() as directory:
        items = list(directory.all_of(ItemKind.CSR))
        assert len(items) == 50
        assert len({item.friendly_name for item in items}) == 50
        assert len(home.files()) == 50


def test_a_list_is_of_one_moment(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = ["a.example", "b.example"]
    of_host = Index.of_host
    with home.open() as directory, home.open() as other:
        for host in hosts:
            directory.add(a_csr("Houston", host=host))
            directory.add(a_csr("Dallas", host=host))

        def interrupted(index: Index, kind: ItemKind, host: str) -> Iterator[Item]:
            found = list(of_host(index, kind, host))
            yield from found[:1]
            remove(other, *other.newest_first(kind, "b.example"))
            yield from found[1:]

        monkeypatch.setattr(Index, "of_host", interrupted)
        found = directory.of_hosts([ItemKind.CSR], hosts)
        monkeypatch.undo()
        assert [item.host for item in found] == ["a.example"] * 2 + ["b.example"] * 2
        assert [item.host for item in directory.of_hosts([ItemKind.CSR])] == ["a.example"] * 2


def test_a_change_by_another_is_seen_at_once(home: Home) -> None:
    with home.open() as one, home.open() as two:
        item = one.add(a_key())
        assert two.with_id(ItemKind.KEY, item.id) == item
        remove(two, item)
        assert one.with_id(ItemKind.KEY, item.id) is None


def test_what_cannot_be_made(home: Home) -> None:
    home.ssl.write_text("a file")
    with pytest.raises(StoreError):
        home.open().__enter__()


@pytest.mark.parametrize("harm", ["removed", "overwritten"])
def test_an_index_that_is_harmed_while_it_is_open(home: Home, harm: str) -> None:
    """The files tell everything: nobody notices but the disk."""
    with home.open() as directory:
        for number in range(60):
            directory.add(a_csr(f"City {number}"))
        index = home.folder / "index.sqlite"
        if harm == "removed":
            home.lose_index()
        else:
            with contextlib.closing(sqlite3.connect(index)) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            data = bytearray(index.read_bytes())
            data[4096:] = b"\xff" * (len(data) - 4096)
            index.write_bytes(data)
        directory.add(a_key())
        assert len(list(directory.all_of(ItemKind.CSR))) == 60
        assert directory.hosts(ItemKind.KEY) == ["example.com"]
    with home.open() as directory:
        assert len(list(directory.all_of(ItemKind.CSR))) == 60
