"""A bounded cache that forgets what was unused longest."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class BoundedCache(Generic[Key, Value]):
    """At most *entries* values that together weigh at most *weight*; thread-safe.

    A value that alone weighs more is not kept.
    """

    def __init__(self, entries: int, weight: int) -> None:
        self._max_entries = entries
        self._max_weight = weight
        self._weight = 0
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key) -> Value | None:
        """Return the value of *key*, if it is there."""
        with self._lock:
            found = self._values.get(key)
            if found is None:
                return None
            self._values.move_to_end(key)
            return found[0]

    def put(self, key: Key, value: Value, weight: int) -> None:
        """Keep *value*, which replaces an older one of the same key."""
        with self._lock:
            _, old_weight = self._values.pop(key, (None, 0))
            self._weight -= old_weight
            if weight > self._max_weight:
                return
            self._values[key] = (value, weight)
            self._weight += weight
            while len(self._values) > self._max_entries or self._weight > self._max_weight:
                _, (_, dropped) = self._values.popitem(last=False)
                self._weight -= dropped

    def __len__(self) -> int:
        return len(self._values)
