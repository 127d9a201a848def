"""The syntax tree inside tags: expressions and conditions.

Text with variables is an `Expression`: a tuple of parts that are printed one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

# --- Expressions (tags §3.4 to §3.6, §5.1, §2.4) ---


@dataclass(frozen=True, slots=True)
class Literal:
    """Text that prints itself."""

    text: str


@dataclass(frozen=True, slots=True)
class Hash:
    """``$NAME{'key'}`` with a known NAME; the key may hold a placeholder (``tags §3.6``)."""

    name: str
    key: Expression
    raw: str


@dataclass(frozen=True, slots=True)
class ScalarVariable:
    """``$name`` with a known name."""

    name: str


@dataclass(frozen=True, slots=True)
class UnknownVariable:
    """A ``$name`` or ``$NAME{key}`` that stays as written; in conditions it is empty."""

    raw: str


@dataclass(frozen=True, slots=True)
class Field:
    """A value of the row at hand (``tags §3.4``); ``prefix`` is one of ``^ * @ & +`` or empty.

    ``index`` is the position that the name means in a row which is no hash, or None.
    """

    name: str
    prefix: str = ""
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Parity:
    """``*num``: ``odd`` for the first row, ``even`` for the second, and so on."""


@dataclass(frozen=True, slots=True)
class Choice:
    """``name=value?yes:no``."""

    subject: Field | Parity
    value: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, slots=True)
class NestedList:
    """``key:open:item:close``; nothing is printed for an empty list."""

    key: Field
    before: Expression
    item: Expression
    after: Expression


@dataclass(frozen=True, slots=True)
class Bracket:
    """A bracket method whose result depends on values: boolean, quant, numerate, numf, list."""

    method: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """``maketext('text',a,b)``: the text as written, its arguments, and what it prints."""

    text: str
    arguments: tuple[Expression, ...]
    parts: Expression


Part: TypeAlias = (
    "Literal | Hash | ScalarVariable | UnknownVariable | Field | Parity | Choice | NestedList"
    " | Bracket | Phrase"
)
Expression: TypeAlias = tuple[Part, ...]


def literal_text(expression: Expression) -> str | None:
    """Return the text of an expression without variables, None for any other."""
    texts = [part.text for part in expression if isinstance(part, Literal)]
    return "".join(texts) if len(texts) == len(expression) else None


# --- Conditions (tags §4) ---


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a comparison; the value of an unquoted one is trimmed."""

    expression: Expression
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Truth:
    """A bare value: true if it is neither empty nor ``0``."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands and ``==``, ``=et=``, ``=gt=``, ``=gtet=``, ``=lt=`` or ``=ltet=``."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class AtLeast:
    """``version-11.40``: the emulated release is that or newer."""

    number: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Feature:
    """The account has the feature of this name."""

    name: Operand


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    """Conditions joined by ``&&``."""

    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Conditions joined by ``||``."""

    conditions: tuple[Condition, ...]


Condition: TypeAlias = "Truth | Comparison | AtLeast | Feature | Not | AllOf | AnyOf"
