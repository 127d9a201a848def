"""Typed reading of the tables of a TOML or JSON document that people write by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NoReturn, TypeVar, cast

from cpanel_emu.errors import ConfigurationError
from cpanel_emu.suggest import shown, unknown

_T = TypeVar("_T")


class Table:
    """One table, checked as it is read.

    A method that reads a key raises `ConfigurationError` when the value has another type than
    asked for; the text names the document, the key and the mend, and never shows the value,
    which may be secret.
    """

    def __init__(self, source: str, values: object, name: str = "") -> None:
        """Take the table *values*.

        Args:
            source: what messages call the document, such as its path.
            values: what the parser gave.
            name: the dotted name of the table, ``""`` for the whole document.

        Raises:
            ConfigurationError: it is no table.
        """
        self.source = source
        self.name = name
        if not isinstance(values, dict):
            raise ConfigurationError(f"{source}: {name or 'it'} must be a table of keys.")
        self._values = cast("Mapping[str, object]", values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def only(self, known: Iterable[str]) -> Table:
        """Return this table, all of whose keys must be *known*."""
        names = list(known)
        for key in self._values:
            if key not in names:
                raise ConfigurationError(f"{self._place(key)}: {unknown(key, names)}")
        return self

    def fail(self, key: str, mend: str) -> NoReturn:
        """Raise the error that *key* is wrong; *mend* says what to do."""
        raise ConfigurationError(f"{self._place(key)} {mend}.")

    def fail_table(self, mend: str) -> NoReturn:
        """Raise the error that the table as a whole, or its name, is wrong."""
        raise ConfigurationError(f"{self.source}: {self.name} {mend}.")

    def require(self, key: str, example: str) -> None:
        """Make sure that *key* is there."""
        if key not in self._values:
            self.fail(key, f"is missing; write such a line: {key} = {example}")

    def table(self, key: str) -> Table:
        """Return the table under *key*, an empty one if there is none."""
        return Table(self.source, self._values.get(key, {}), self._full(key))

    def text(self, key: str, default: str = "") -> str:
        """Return the text under *key*."""
        return self._typed(key, default, str, "must be a text in quotes")

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Return the Boolean under *key*."""
        return self._typed(key, default, bool, "must be true or false, without quotes")

    def number(self, key: str, default: int) -> int:
        """Return the whole number under *key*."""
        value = self._typed(key, default, int, "must be a whole number")
        return self.fail(key, "must be a whole number") if isinstance(value, bool) else value

    def value(self, key: str) -> object:
        """Return what stands under *key*, of whatever type, or ``None``."""
        return self._values.get(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of texts under *key*."""
        values = self._values.get(key, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            self.fail(key, 'must be a list of texts, such as ["one", "two"]')
        return tuple(values)

    def all_texts(self) -> dict[str, str]:
        """Return this table, whose values must all be texts."""
        return {key: self.text(key) for key in self._values}

    def all_flags(self) -> dict[str, bool]:
        """Return this table, whose values must all be Booleans."""
        return {key: self.flag(key) for key in self._values}

    def _typed(self, key: str, default: _T, kind: type[_T], mend: str) -> _T:
        value = self._values.get(key, default)
        return value if isinstance(value, kind) else self.fail(key, mend)

    def _full(self, key: str) -> str:
        word = key if key.isprintable() else shown(key)
        return f"{self.name}.{word}" if self.name else word

    def _place(self, key: str) -> str:
        return f"{self.source}: {self._full(key)}"
