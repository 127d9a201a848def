"""The SSL hosts of an account: which certificate, key and CA bundle serve which domain.

Each host is one file ``ssl/installed/<host>.pem`` with the key, the certificate and the bundle
one after the other, as web servers read it. So a host changes as a whole or not at all, in
every layout, and no index is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cpanel_emu.certificates import pem
from cpanel_emu.certificates.file_changes import FileChanges
from cpanel_emu.own_folder import OwnFolder
from cpanel_emu.root import store_errors

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

    def put(self, host: InstalledHost, files: FileChanges) -> None:
        """Install *host* in place of what served its domain.

        Args:
            host: the host.
            files: what changes files, within the change that this belongs to.
        """
        parts = [part for part in (host.key, host.certificate, host.bundle) if part]
        data = "".join(f"{part}\n" for part in parts).encode("ascii")
        path = self._path(host.domain)
        with store_errors("write", path):
            self._own.make(fsync=files.fsync)
            files.write(self._own, path.name, data)

    def remove(self, domain: str, files: FileChanges) -> bool:
        """Remove the host that serves *domain*; return False if there is none.

        Args:
            domain: the host.
            files: as in `put`.
        """
        path = self._path(domain)
        with store_errors("remove", path):
            return files.remove(self._own, path.name)
