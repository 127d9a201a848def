"""What a root holds, looked at in two ways that must agree: through the store, and on disk."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cpanel_emu.accounts.preferences import Preferences
from cpanel_emu.certificates import chains, keys
from cpanel_emu.certificates.database_file import remembered
from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.certificates.reading import read_item
from cpanel_emu.emulator import Emulator
from cpanel_emu.errors import EmulatorError, Failure
from cpanel_emu.root import Root

USER = "user"
"""The account that is tortured."""

_SUFFIXES = {".key": ItemKind.KEY, ".csr": ItemKind.CSR, ".crt": ItemKind.CERTIFICATE}


@dataclass(slots=True)
class State:
    """Everything that calls can change, as text by name, and what is wrong with it."""

    things: dict[str, str] = field(default_factory=dict)
    defects: list[str] = field(default_factory=list)

    def put(self, name: str, *parts: object) -> None:
        """Put down that *name* is there; *parts* are what it consists of."""
        self.things[name] = "\n".join(str(part) for part in parts)


def state_of(emulator: Emulator) -> State:
    """Return what *emulator* tells of itself, each item read and checked."""
    state = State()
    for account in emulator.accounts.all():
        tokens = sorted(account.api_tokens)
        state.put(f"account {account.user}", account.domain, account.domains, tokens)
        for name, value in Preferences(emulator.root, account.user).items():
            state.put(f"preference {account.user} {name}", value)
        _put_items(state, emulator, account.user)
    for path in sorted(emulator.root.sessions.glob("[!.]*")):
        state.put(f"session {path.name}", path.read_text("ascii"))
    return state


def _put_items(state: State, emulator: Emulator, user: str) -> None:
    with emulator.ssl_manager(user) as manager:
        for kind in ItemKind:
            for item in manager.directory.all_of(kind):
                name = f"{user} {kind.value} {item.friendly_name}"
                try:
                    text = manager.directory.read(item)
                    found = read_item(kind, text, item.host, 0)
                except (EmulatorError, ValueError) as error:
                    state.defects.append(f"{name}: {error}")
                    continue
                if found.id != item.id:
                    state.defects.append(f"{name}: the record is of {item.id}, the file {found.id}")
                if found.key_id != item.key_id or found.modulus != item.modulus:
                    state.defects.append(f"{name}: the record's key is not the file's")
                state.put(name, item.id, item.host, item.has_host, text)
        for domain in manager.installed.domains():
            host = manager.installed.get(domain)
            if host is None:
                state.defects.append(f"{user} installed {domain}: damaged")
                continue
            try:
                pair = keys.parse(host.key)
                if not chains.key_matches(host.certificate, pair):
                    state.defects.append(f"{user} installed {domain}: key and certificate differ")
            except Failure as error:
                state.defects.append(f"{user} installed {domain}: {error}")
            state.put(f"{user} installed {domain}", host.key, host.certificate, host.bundle)


def left_over(root: Path) -> list[str]:
    """Return the files below *root* that are no one's: what was being written."""
    return sorted(
        str(path.relative_to(root))
        for path in _files(root)
        if path.name.startswith(".") and path.name not in {".cpanel"}
    )


def _files(folder: Path) -> Iterator[Path]:
    for where, _folders, names in os.walk(folder):
        for name in names:
            yield Path(where, name)


def disagreements(root: Root, user: str = USER) -> list[str]:
    """Return where files, index and ``ssl.db`` tell different things; after a clean end, nowhere.

    Looks at the files themselves, without the product's help but for reading one item.
    """
    folder = root.home(user) / "ssl"
    index = root.path / "var" / "cpanel" / "ssl-index" / f"{user}.sqlite"
    files = dict(_items_on_disk(folder))
    records = _records(index)
    found = [
        f"{user}: {name} is a file, not in the index" for name in files.keys() - records.keys()
    ]
    found += [f"{user}: {name} is in the index, no file" for name in records.keys() - files.keys()]
    for name in files.keys() & records.keys():
        if files[name] != records[name][0]:
            found.append(f"{user}: {name} holds {files[name]}, its record {records[name][0]}")
    database = remembered(folder / "ssl.db")
    told = {(kind.value, name): row.friendly_name for (kind, name), row in database.items()}
    known = {(kind, item): friendly for (kind, _), (item, friendly) in records.items()}
    if records and told != known:
        found.append(f"{user}: ssl.db tells {len(told)} items, the index {len(known)}")
    return found


def _items_on_disk(folder: Path) -> Iterator[tuple[tuple[str, str], str]]:
    by_host = (folder / "private").is_dir() and not (folder / "keys").is_dir()
    for path in _files(folder):
        kind = _SUFFIXES.get(path.suffix)
        if kind is None or path.name.startswith("."):
            continue
        if not by_host and path.parent.name == "private":
            continue
        try:
            item = read_item(kind, path.read_text("ascii"), None, 0)
            found = item.id
        except (Failure, UnicodeDecodeError):
            found = "nothing that can be read"
        if by_host or path.stem == found:
            yield (kind.value, path.stem), found


def _records(index: Path) -> Mapping[tuple[str, str], tuple[str, str]]:
    if not index.exists():
        return {}
    with sqlite3.connect(f"file:{index}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT kind, name, id, friendly_name FROM item").fetchall()
    database.close()
    return {(kind, name): (item_id, friendly) for kind, name, item_id, friendly in rows}
