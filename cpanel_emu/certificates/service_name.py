"""Under which name a service shows a certificate that fits (``ssl §6.2``, getcnname)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cpanel_emu.certificates import reading
from cpanel_emu.certificates.installed import InstalledHost
from cpanel_emu.certificates.items import NewItem
from cpanel_emu.errors import Failure


@dataclass(frozen=True, slots=True)
class ServiceName:
    """A name for a service, and the installed certificate that covers it, if there is one."""

    name: str
    method: str
    """``exact``, ``exact-wildcard``, ``mail-wildcard``; ``hostname`` if nothing covers it."""
    certificate: NewItem | None


def service_name(
    installed: Iterable[InstalledHost], domain: str, hostname: str, *, mail: bool
) -> ServiceName:
    """Return the name that a client of *domain* should use for a service.

    Args:
        installed: the SSL hosts of the account.
        domain: a checked domain.
        hostname: the server's own name, which always works.
        mail: try ``mail.<domain>`` before the domain itself.
    """
    certificates = list(_certificates(installed))
    candidates = [(domain, "exact")]
    if mail and not domain.startswith(("mail.", "*.")):
        candidates.insert(0, (f"mail.{domain}", "mail"))
    for name, word in candidates:
        found = _newest(one for one in certificates if name in one.domains)
        if found is not None:
            return ServiceName(name, "exact", found)
        wildcard = f"*.{name.partition('.')[2]}"
        found = _newest(one for one in certificates if wildcard in one.domains)
        if found is not None:
            return ServiceName(name, f"{word}-wildcard", found)
    return ServiceName(hostname, "hostname", None)


def _certificates(installed: Iterable[InstalledHost]) -> Iterator[NewItem]:
    for host in installed:
        try:
            yield reading.read_certificate(host.certificate, created=0, host=host.domain)
        except Failure:
            continue


def _newest(certificates: Iterable[NewItem]) -> NewItem | None:
    return max(certificates, key=lambda one: one.number("not_after"), default=None)
