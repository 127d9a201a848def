"""Where the packaged data folders lie, installed or in a checkout.

A wheel carries `fixtures/` and `templates/` inside the package; in a checkout they lie beside
it. Both are plain folders on disk, so a path is all that their users need.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def fixtures() -> Path:
    """Return the folder of golden cases, seeds and published test keys."""
    return _folder("fixtures")


def templates() -> Path:
    """Return the folder of the demo theme and of the project's own pages."""
    return _folder("templates")


def _folder(name: str) -> Path:
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name
