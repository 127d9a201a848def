"""What one side gave for a page in a state. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a page gave and what it left behind."""

    body: bytes = b""
    kind: str = "text/html"
    """The media type."""
    status: int = 200
    warnings: tuple[str, ...] = ()
    stored: Mapping[str, str] = field(default_factory=dict)
    """Files of the account that the page made, changed or removed, and digests of their content."""
    variables: Mapping[str, str] = field(default_factory=dict)
    missing: bool = False
    """There is no such page."""
