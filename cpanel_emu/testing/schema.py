"""Check parsed TOML against a JSON Schema, without a dependency.

The schemas beside this module are the one description of the golden folder format; people may
feed them to any JSON Schema program. This checker knows the keywords that they use and refuses
a schema that uses another one, so that nothing is ever left unchecked by accident.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import resources
from typing import Any

Node = Mapping[str, Any]
"""One schema, or one of its parts."""

_TYPES: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
}


@functools.cache
def load_schema(name: str) -> Node:
    """Return the schema in the file *name* beside this module."""
    text = (resources.files("cpanel_emu.testing") / name).read_text(encoding="utf-8")
    schema: Node = json.loads(text)
    return schema


def violations(value: object, schema: Node) -> list[str]:
    """Return what is wrong with *value*, one line for each fault, empty when nothing is."""
    return list(_check(value, schema, "", schema))


def _check(value: object, node: Node, place: str, root: Node) -> Iterator[str]:
    for keyword, setting in node.items():
        if keyword in _IGNORED:
            continue
        yield from _KEYWORDS[keyword](value, setting, _Spot(place, node, root))


class _Spot:
    """Where in the document and in the schema a check stands."""

    def __init__(self, place: str, node: Node, root: Node) -> None:
        self.place = place
        self.node = node
        self.root = root

    def below(self, step: str) -> str:
        return f"{self.place}.{step}" if self.place else step

    def fault(self, text: str) -> str:
        return f"{self.place or 'document'}: {text}"


def _is_type(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, _TYPES[name])


def _type(value: object, name: str, spot: _Spot) -> Iterator[str]:
    if not _is_type(value, name):
        yield spot.fault(f"must be of type {name}")


def _required(value: object, names: list[str], spot: _Spot) -> Iterator[str]:
    if isinstance(value, dict):
        for name in names:
            if name not in value:
                yield spot.fault(f'lacks "{name}"')


def _properties(value: object, nodes: Mapping[str, Node], spot: _Spot) -> Iterator[str]:
    if isinstance(value, dict):
        for name, node in nodes.items():
            if name in value:
                yield from _check(value[name], node, spot.below(name), spot.root)


def _additional(value: object, setting: bool | Node, spot: _Spot) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    for name in value:
        if name in spot.node.get("properties", {}):
            continue
        if setting is False:
            yield spot.fault(f'has an unknown member "{name}"')
        elif isinstance(setting, Mapping):
            yield from _check(value[name], setting, spot.below(name), spot.root)


def _property_names(value: object, node: Node, spot: _Spot) -> Iterator[str]:
    if isinstance(value, dict):
        for name in value:
            yield from _check(name, node, spot.below(name), spot.root)


def _items(value: object, node: Node, spot: _Spot) -> Iterator[str]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _check(item, node, f"{spot.place}[{index}]", spot.root)


def _min_items(value: object, least: int, spot: _Spot) -> Iterator[str]:
    if isinstance(value, list) and len(value) < least:
        yield spot.fault(f"must have {least} item(s) or more")


def _unique_items(value: object, setting: bool, spot: _Spot) -> Iterator[str]:
    if setting and isinstance(value, list) and any(value.count(item) > 1 for item in value):
        yield spot.fault("names an item twice")


def _enum(value: object, allowed: list[object], spot: _Spot) -> Iterator[str]:
    # Python takes True for 1; JSON Schema does not.
    if not any(value == item and type(value) is type(item) for item in allowed):
        yield spot.fault(f"must be one of {', '.join(str(item) for item in allowed)}")


def _pattern(value: object, pattern: str, spot: _Spot) -> Iterator[str]:
    if isinstance(value, str) and re.search(pattern, value) is None:
        yield spot.fault(f"{value!r} does not match {pattern}")


def _minimum(value: object, least: int, spot: _Spot) -> Iterator[str]:
    if isinstance(value, int) and not isinstance(value, bool) and value < least:
        yield spot.fault(f"must be {least} or more")


def _one_of(value: object, nodes: list[Node], spot: _Spot) -> Iterator[str]:
    results = [list(_check(value, node, spot.place, spot.root)) for node in nodes]
    if sum(not faults for faults in results) != 1:
        best = min(results, key=len)
        yield from best or [spot.fault("fits more than one of its alternatives")]


def _ref(value: object, reference: str, spot: _Spot) -> Iterator[str]:
    definition = spot.root["$defs"][reference.removeprefix("#/$defs/")]
    yield from _check(value, definition, spot.place, spot.root)


_IGNORED = frozenset({"$schema", "$id", "$defs", "title", "description", "default", "examples"})
_KEYWORDS: Mapping[str, Callable[[object, Any, _Spot], Iterator[str]]] = {
    "type": _type,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _property_names,
    "items": _items,
    "minItems": _min_items,
    "uniqueItems": _unique_items,
    "enum": _enum,
    "pattern": _pattern,
    "minimum": _minimum,
    "oneOf": _one_of,
    "$ref": _ref,
}
