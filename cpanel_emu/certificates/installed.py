"""The SSL hosts of an account: which certificate, key and CA bundle serve which domain.

Each host is one file ``ssl/installed/<host>.pem`` with the key, the certificate and the bundle
one after the other, as web servers read it. So a host changes as a whole or not at all, in
every layout, and no index is needed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cpanel_emu.certificates import pem
from cpanel_emu.certificates.directory import put_back
from cpanel_emu.root import store_errors, write_atomically

_SUFFIX = ".pem"
_WILDCARD = "_wildcard_"


@dataclass(frozen=True, slots=True)
class InstalledHost:
    """What serves one domain; all PEM without final line end, *bundle* may be empty."""

    domain: str
    key: str
    certificate: str
    bundle: str = ""


@dataclass(frozen=True, slots=True)
class InstalledHosts:
    """The SSL hosts in one folder, which need not exist.

    Every method raises `StoreError` if the folder cannot be read or written. Domains must have
    passed `values.canonical_host`.
    """

    folder: Path

    def _path(self, domain: str) -> Path:
        return self.folder / f"{domain.replace('*', _WILDCARD)}{_SUFFIX}"

    def domains(self) -> list[str]:
        """Return the installed domains, sorted by code point."""
        with store_errors("read", self.folder):
            try:
                names = [path.name for path in self.folder.iterdir() if path.suffix == _SUFFIX]
            except FileNotFoundError:
                names = []
        return sorted(name.removesuffix(_SUFFIX).replace(_WILDCARD, "*") for name in names)

    def get(self, domain: str) -> InstalledHost | None:
        """Return the host that serves exactly *domain*, if there is one."""
        path = self._path(domain)
        with store_errors("read", path):
            try:
                text = path.read_text("ascii", errors="replace")
            except FileNotFoundError:
                return None
        blocks = pem.blocks(text)
        if len(blocks) < 2:  # somebody damaged the file: as if nothing were installed
            return None
        key, certificate, *bundle = blocks
        return InstalledHost(domain, key, certificate, "\n".join(bundle))

    def all(self) -> Iterator[InstalledHost]:
        """Yield every installed host, sorted by domain."""
        for domain in self.domains():
            host = self.get(domain)
            if host is not None:
                yield host

    def put(self, host: InstalledHost, undo: contextlib.ExitStack, *, fsync: bool = False) -> None:
        """Install *host* in place of what served its domain.

        Args:
            host: the host.
            undo: takes the step that puts back what was there.
            fsync: survive a loss of power.
        """
        path = self._path(host.domain)
        with store_errors("make", self.folder):
            self.folder.mkdir(mode=0o700, exist_ok=True)
        with store_errors("read", path):
            before = path.read_bytes() if path.exists() else None
        undo.callback(put_back, path, before)
        parts = [part for part in (host.key, host.certificate, host.bundle) if part]
        write_atomically(path, "".join(f"{part}\n" for part in parts).encode("ascii"), fsync=fsync)

    def remove(self, domain: str) -> bool:
        """Remove the host that serves *domain*; return False if there is none."""
        path = self._path(domain)
        with store_errors("remove", path):
            try:
                path.unlink()
            except FileNotFoundError:
                return False
        return True
