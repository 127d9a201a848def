"""``ssl.db``: the view of an account's items for people and old tools (``ssl §5`` rule 3).

Derived from the index. Read back only for files that the index does not know, so that an
account copied from elsewhere, or one whose index was lost, keeps its friendly names and hosts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cpanel_emu.call import Tree
from cpanel_emu.certificates.items import Item, ItemKind
from cpanel_emu.lazy import LazyModule
from cpanel_emu.own_folder import folder_of
from cpanel_emu.tongues import yaml_cli

if TYPE_CHECKING:
    import yaml
else:
    yaml = LazyModule("yaml")

_T = TypeVar("_T")

_DEEPEST = 10
_END = object()
_EPOCH = re.compile(r"[0-9]{1,15}")

_ITEMS_BETWEEN_PAUSES = 20
_PIECES_BETWEEN_PAUSES = 200


@dataclass(frozen=True, slots=True)
class Remembered:
    """What ``ssl.db`` tells about an item beyond its file."""

    friendly_name: str
    host: str | None
    created: int | None


def database_text(
    items: Mapping[ItemKind, Iterable[Item]], pause: Callable[[], None] = lambda: None
) -> str:
    """Return the text of ``ssl.db`` for *items*, as the era's YAML.

    Args:
        items: all items of the account.
        pause: called every quarter of a millisecond or so, to let others work.
    """
    files: dict[str, Tree] = {}
    uniques: dict[str, Tree] = {}
    indexes: dict[str, Tree] = {}
    for kind, found in items.items():
        listed = list(_paced(found, _ITEMS_BETWEEN_PAUSES, pause))
        files[kind.value] = {item.id: _record(item) for item in listed}
        unique: dict[str, Tree] = {
            "friendly_name": {item.friendly_name: item.id for item in listed}
        }
        if kind is ItemKind.KEY:
            unique["modulus"] = {item.modulus: item.id for item in listed}
        else:
            name = "commonName" if kind is ItemKind.CSR else "subject.commonName"
            indexes[kind.value] = {
                name: _grouped((item.common_name, item.id) for item in listed),
                "modulus": _grouped((item.modulus, item.id) for item in listed),
            }
        uniques[kind.value] = unique
    tree = {"files": files, "indexes": indexes, "uniques": uniques}
    return "".join(_paced(yaml_cli.pieces(tree), _PIECES_BETWEEN_PAUSES, pause))


def _paced(things: Iterable[_T], number: int, pause: Callable[[], None]) -> Iterator[_T]:
    """Yield *things*, with a pause after every so many."""
    for count, thing in enumerate(things, start=1):
        yield thing
        if count % number == 0:
            pause()


def _grouped(pairs: Iterable[tuple[str, str]]) -> Tree:
    groups: dict[str, dict[str, Tree]] = {}
    for value, item_id in pairs:
        groups.setdefault(value, {})[item_id] = None
    return groups


def _record(item: Item) -> Tree:
    record: dict[str, Tree] = {
        "created": str(item.created),
        "friendly_name": item.friendly_name,
        "host": item.host if item.has_host else None,
        "id": item.id,
        "modulus": item.modulus,
    }
    if item.kind is ItemKind.KEY:
        record["modulus_length"] = item.details.get("bits")
    elif item.kind is ItemKind.CSR:
        record["commonName"] = item.common_name
        record["domains"] = item.details.get("domains")
    else:
        record["domains"] = item.details.get("domains")
        record["not_after"] = str(item.details.get("not_after"))
        record["subject.commonName"] = item.common_name
    return record


def remembered(path: Path) -> Mapping[tuple[ItemKind, str], Remembered]:
    """Return what the ``ssl.db`` at *path* tells, by kind and id; nothing if it is unreadable."""
    try:
        content, _ = folder_of(path).read(path.name)
        data = _tree(yaml.parse(content, yaml.BaseLoader))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return {}
    files = data.get("files") if isinstance(data, dict) else None
    found: dict[tuple[ItemKind, str], Remembered] = {}
    for kind in ItemKind:
        records = files.get(kind.value) if isinstance(files, dict) else None
        for item_id, record in records.items() if isinstance(records, dict) else ():
            if isinstance(record, dict):
                found[kind, str(item_id)] = _remembered(record, str(item_id))
    return found


def _tree(events: Iterator[yaml.Event], depth: int = 0) -> object:
    """Return what the next node is: hashes, lists and texts; an alias is nothing.

    By hand, because no loader of PyYAML bounds the depth. Every scalar is a text: a name such as
    1e5 must not become a number.

    Raises:
        yaml.YAMLError: it is no YAML, or nested deeper than any ``ssl.db``.
    """
    if depth > _DEEPEST:
        raise yaml.YAMLError("nested too deep")
    for event in events:
        if isinstance(event, yaml.ScalarEvent):
            return event.value
        if isinstance(event, yaml.AliasEvent):
            return None
        if isinstance(event, yaml.SequenceStartEvent):
            return list(_nodes(events, depth))
        if isinstance(event, yaml.MappingStartEvent):
            nodes = _nodes(events, depth)
            return {str(key): next(nodes, None) for key in nodes}
        if isinstance(event, yaml.CollectionEndEvent):
            return _END
    return _END


def _nodes(events: Iterator[yaml.Event], depth: int) -> Iterator[object]:
    """Yield the nodes of the collection that has begun."""
    while (node := _tree(events, depth + 1)) is not _END:
        yield node


def _remembered(record: Mapping[object, object], item_id: str) -> Remembered:
    host, created = record.get("host"), str(record.get("created", ""))
    return Remembered(
        friendly_name=str(record.get("friendly_name") or item_id),
        host=None if host in {None, "", "~"} else str(host),
        created=int(created) if _EPOCH.fullmatch(created) else None,
    )
