"""Puts the LiveAPI classes where pages include them from (``liveapi_cli §1``)."""

from __future__ import annotations

from pathlib import Path

from cpanel_emu.root import TEMPORARY_PREFIX, Root, store_errors, write_atomically

_CLASSES = Path(__file__).parent / "classes"
_LOCK = "liveapi-classes"
_PLACES = {"php/cpanel.php": "php/cpanel.php", "perl/Cpanel/LiveAPI.pm": "Cpanel/LiveAPI.pm"}


def install_classes(root: Root) -> None:
    """Write the PHP class and the Perl module below what pages know as ``/usr/local/cpanel``.

    Files that are already the same stay untouched, so any number of processes may do this. What one
    that was killed meanwhile left unfinished goes.

    Raises:
        StoreError: the root cannot be read or written.
    """
    for source, place in _PLACES.items():
        content = (_CLASSES / source).read_bytes()
        target = root.local_cpanel / place
        folder = root.make_directory(target.parent)
        if not _is_done(folder, target.name, content):
            with root.lock(_LOCK):
                for unfinished in folder.glob(f"{TEMPORARY_PREFIX}*"):
                    root.remove(unfinished)
                write_atomically(folder / target.name, content)


def _is_done(folder: Path, name: str, content: bytes) -> bool:
    target = folder / name
    with store_errors("read", target):
        is_same = target.is_file() and target.read_bytes() == content
        return is_same and not any(folder.glob(f"{TEMPORARY_PREFIX}*"))
