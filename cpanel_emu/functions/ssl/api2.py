"""API 2 module SSL, and SSLInfo, its second name for one function (``ssl §6``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from cpanel_emu.call import Api, Arguments, Result, Rows
from cpanel_emu.certificates import reading
from cpanel_emu.certificates.items import Item, ItemKind
from cpanel_emu.certificates.pem import with_line_end
from cpanel_emu.certificates.values import required
from cpanel_emu.errors import Failure
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function, Run
from cpanel_emu.functions.ssl import arguments as read
from cpanel_emu.functions.ssl.records import certificate_date, listed_items
from cpanel_emu.lazy import LazyModule

if TYPE_CHECKING:
    from cpanel_emu.certificates import chains, installing, service_name
else:
    chains = LazyModule("cpanel_emu.certificates.chains")
    installing = LazyModule("cpanel_emu.certificates.installing")
    service_name = LazyModule("cpanel_emu.certificates.service_name")

REQUEST_GENERATED = "Certificate Signing Request generated!"
KEY_GENERATED = "Private key generated!"
KEY_UPLOADED = "The key was uploaded."
CERTIFICATE_GENERATED = "Certificate generated!"
INSTALLED = "Your SSL certificate has been successfully installed to your site."


def gencsr(context: Context, arguments: Arguments) -> Result:
    """Generate a CSR with the host's installed key and store it (``ssl §1``, ``ssl §2``)."""
    values = read.subject_values(arguments.named)
    context.ssl.generate_request_for_host(values)
    return Rows(({"output": REQUEST_GENERATED, "result": 1},))


def genkey(context: Context, arguments: Arguments) -> Result:
    """Generate a private key for a host and store it (``ssl §6.2``)."""
    host = read.host(arguments.named)
    kind = read.key_kind(arguments.get("keysize"))
    _, text = context.ssl.generate_key(kind, host=host, friendly_name=host)
    return Rows(({"key": with_line_end(text), "output": KEY_GENERATED, "result": 1},))


def gencrt(context: Context, arguments: Arguments) -> Result:
    """Generate a self-signed certificate with the host's key and store it (``ssl §6.2``)."""
    values = read.subject_values(arguments.named, password=False)
    context.ssl.generate_certificate_for_host(values)
    return Rows(({"output": CERTIFICATE_GENERATED, "result": 1},))


def uploadkey(context: Context, arguments: Arguments) -> Result:
    """Store a private key for a host (``ssl §6.2``)."""
    read.require(arguments.named, "key", "host")
    host = read.host(arguments.named)
    item = context.ssl.upload_key(arguments.get("key"), host=host, friendly_name=host)
    return Rows(
        (
            {
                "created": item.created,
                "friendly_name": item.friendly_name,
                "id": item.id,
                "modulus": item.modulus,
                "modulus_length": item.number("bits"),
                "output": KEY_UPLOADED,
                "result": 1,
            },
        )
    )


def uploadcrt(context: Context, arguments: Arguments) -> Result:
    """Store a certificate for the host that it names (``ssl §6.2``)."""
    output = upload_certificate(context, arguments.named)
    return Rows(({"output": output, "result": 1},))


def upload_certificate(context: Context, named: Mapping[str, str]) -> str:
    """Store the certificate among the arguments; return the sentence about it.

    Raises:
        Failure: an argument is missing or wrong, or saving failed.
    """
    # The documentation's sample calls the certificate key.
    text = named.get("crt") or named.get("key")
    if not text:
        raise Failure(required("crt"))
    if named.get("host"):
        read.host(named)
    item = context.ssl.upload_certificate(text)
    return f"{item.host} (auto-detected) "


def installssl(context: Context, arguments: Arguments) -> Result:
    """Install a certificate with its key on a host (``ssl §6.2``)."""
    read.require(arguments.named, "crt", "key")
    install(context, arguments.named)
    return Rows(({"output": INSTALLED, "result": 1},))


def install(context: Context, named: Mapping[str, str]) -> None:
    """Install what the arguments ``crt``, ``key``, ``cabundle`` and ``domain`` say.

    Raises:
        Failure: something is wrong with them, or saving failed.
    """
    domain = read.host(named, "domain") if named.get("domain") else ""
    installing.install(
        context.ssl,
        certificate=named["crt"],
        key=named["key"],
        bundle=named.get("cabundle", ""),
        domain=domain,
    )


def fetchinfo(context: Context, arguments: Arguments) -> Result:
    """Return certificate, key and CA bundle of a domain (``ssl §6.2``)."""
    domain = read.host(arguments.named, "domain")
    host = installing.host_for(context.ssl, domain)
    return Rows(
        (
            {
                "cab": with_line_end(host.bundle) if host.bundle else "",
                "crt": with_line_end(host.certificate),
                "domain": domain,
                "ip": context.server.ip,
                "key": with_line_end(host.key) if host.key else "",
                "result": 1,
                "user": context.account.user,
            },
        )
    )


def fetchcabundle(context: Context, arguments: Arguments) -> Result:
    """Return the CA bundle, of those on the account, that goes with a certificate."""
    read.require(arguments.named, "crt")
    certificate = reading.read_certificate(arguments.get("crt"), created=0, host=None)
    bundle = installing.bundle_for(context.ssl, certificate.pem)
    return Rows(({"cab": with_line_end(bundle) if bundle else "", "result": 1},))


def listcsrs(context: Context, _arguments: Arguments) -> Result:
    """List the hosts that have a CSR, one row each (``ssl §6.2``)."""
    return Rows([{"host": host} for host in context.ssl.hosts(ItemKind.CSR)])


def listkeys(context: Context, _arguments: Arguments) -> Result:
    """List the hosts that have a key, one row each (``ssl §6.2``)."""
    return Rows([{"host": host} for host in context.ssl.hosts(ItemKind.KEY)])


def listcrts(context: Context, _arguments: Arguments) -> Result:
    """List every stored certificate by host, then expiry, with its text (``ssl §6.2``)."""
    directory = context.ssl.directory

    def texts(read: Callable[[Item], str | None]) -> list[tuple[Item, str | None]]:
        items = sorted(directory.all_of(ItemKind.CERTIFICATE), key=_host_and_expiry)
        return [(item, read(item)) for item in items]

    rows = []
    for item, pem in directory.look(texts):
        try:
            text = chains.certificate_text(pem or "")
        except ValueError:
            continue  # somebody took the file away or damaged it
        rows.append(
            {
                "expiredate": certificate_date(item.number("not_after")),
                "host": item.host,
                "issuer": str(item.details.get("issuer", "")),
                "ssltxt": text,
            }
        )
    return Rows(rows)


def _host_and_expiry(item: Item) -> tuple[str, int, str]:
    return item.host, item.number("not_after"), item.id


def listsslitems(context: Context, arguments: Arguments) -> Result:
    """List which of the asked items the asked domains have, one row each (``ssl §6.2``)."""
    domains = read.hosts_among(arguments.get("domains").split("|"))
    kinds = arguments.get("items").split("|")
    found = listed_items(context.ssl, domains, kinds)
    rows = dict.fromkeys((item.host, word) for word, item in found)
    return Rows([{"host": host, "type": word} for host, word in rows])


def getcnname(context: Context, arguments: Arguments) -> Result:
    """Return the name under which a service shows a fitting certificate (``ssl §6.2``)."""
    read.require(arguments.named, "domain", "service")
    domain = read.host(arguments.named, "domain")
    mail = read.flag(arguments.named, "add_mail_subdomain")
    hosts = context.ssl.installed.all()
    found = service_name.service_name(hosts, domain, context.server.hostname, mail=mail)
    now = context.clock.epoch()
    certificate = found.certificate
    valid = certificate is not None and (
        certificate.number("not_before") <= now <= certificate.number("not_after")
    )
    return Rows(
        (
            {
                "cert_match_method": found.method,
                "cert_valid_not_after": certificate.number("not_after") if certificate else None,
                "is_currently_valid": int(valid),
                "is_self_signed": int(
                    certificate is not None and bool(certificate.details.get("self_signed"))
                ),
                "is_wild_card": int(found.method.endswith("wildcard")),
                "ssldomain": found.name,
                "ssldomain_matches_cert": int(certificate is not None),
            },
        )
    )


def _function(run: Run, feature: str | None, *, changes: bool = False) -> Function:
    return Function(
        Api.API2, "SSL", run.__name__, run, feature=feature, role_rule=True, changes=changes
    )


FUNCTIONS = (
    _function(fetchcabundle, "sslmanager"),
    _function(fetchinfo, "sslinstall"),
    _function(gencrt, "sslmanager", changes=True),
    _function(gencsr, "sslmanager", changes=True),
    _function(genkey, "sslmanager", changes=True),
    Function(Api.API2, "SSL", "getcnname", getcnname),
    _function(installssl, "sslinstall", changes=True),
    _function(listcrts, "sslmanager"),
    _function(listcsrs, "sslmanager"),
    _function(listkeys, "sslmanager"),
    _function(listsslitems, "sslmanager"),
    _function(uploadcrt, "sslmanager", changes=True),
    _function(uploadkey, "sslmanager", changes=True),
    Function(Api.API2, "SSLInfo", "fetchinfo", fetchinfo, feature="sslinstall", role_rule=True),
)
"""The tables of SSL and SSLInfo, with the gates of ``ssl §6.1``."""
