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
from cpanel_emu.own_folder import OwnFolder
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

    @property
    def _own(self) -> OwnFolder:
        ssl = self.folder.parent
        return OwnFolder(ssl.parent, ssl.name, self.folder.name)

    def domains(self) -> list[str]:
        """Return the installed domains, sorted by code point."""
        with store_errors("read", self.folder):
            found = self._own.names()
        names = [name for name in found if name.endswith(_SUFFIX) and name != _SUFFIX]
        return sorted(name.removesuffix(_SUFFIX).replace(_WILDCARD, "*") for name in names)

    def get(self, domain: str) -> InstalledHost | None:
        """Return the host that serves exactly *domain*, if there is one."""
        path = self._path(domain)
        with store_errors("read", path):
            content = self._own.content(path.name)
        if content is None:
            return None
        text = content.decode("ascii", errors="replace")
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
        own = self._own
        with store_errors("make", self.folder):
            own.make()
        with store_errors("read", path):
            before = own.content(path.name)
        undo.callback(put_back, own, path.name, before)
        parts = [part for part in (host.key, host.certificate, host.bundle) if part]
        content = "".join(f"{part}\n" for part in parts).encode("ascii")
        with store_errors("write", path), own.opened() as folder:
            write_atomically(path, content, fsync=fsync, folder=folder)

    def remove(self, domain: str) -> bool:
        """Remove the host that serves *domain*; return False if there is none."""
        path = self._path(domain)
        with store_errors("remove", path):
            return self._own.remove(path.name)
