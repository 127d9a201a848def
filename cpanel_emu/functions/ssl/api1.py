"""API 1 module SSL, as old theme pages call it (``ssl §7``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cpanel_emu.call import Api, Arguments, Printed, Result
from cpanel_emu.certificates import keys
from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.certificates.manager import nothing_stored
from cpanel_emu.certificates.pem import with_line_end
from cpanel_emu.errors import Failure
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function, Run, Status
from cpanel_emu.functions.ssl import api2
from cpanel_emu.functions.ssl import arguments as read
from cpanel_emu.lazy import LazyModule

if TYPE_CHECKING:
    import html

    from cpanel_emu.certificates import chains, installing, key_text, request_text
else:
    html = LazyModule("html")
    chains = LazyModule("cpanel_emu.certificates.chains")
    installing = LazyModule("cpanel_emu.certificates.installing")
    key_text = LazyModule("cpanel_emu.certificates.key_text")
    request_text = LazyModule("cpanel_emu.certificates.request_text")

_HOST_REMOVED = " <br />The SSL host was successfully removed.\n"
_SUBJECT = ("host", "country", "state", "city", "company", "companydivision", "email")


def gencsr(context: Context, arguments: Arguments) -> Result:
    """Generate a CSR from positional arguments."""
    named = read.by_position(arguments, *_SUBJECT, "pass")
    context.ssl.generate_request_for_host(read.subject_values(named))
    return Printed(api2.REQUEST_GENERATED)


def genkey(context: Context, arguments: Arguments) -> Result:
    """Generate a private key from host and key size."""
    named = read.by_position(arguments, "host", "keysize")
    host = read.host(named)
    kind = read.key_kind(named.get("keysize", ""))
    context.ssl.generate_key(kind, host=host, friendly_name=host)
    return Printed(api2.KEY_GENERATED)


def gencrt(context: Context, arguments: Arguments) -> Result:
    """Generate a self-signed certificate from positional arguments."""
    named = read.by_position(arguments, *_SUBJECT)
    context.ssl.generate_certificate_for_host(read.subject_values(named, password=False))
    return Printed(api2.CERTIFICATE_GENERATED)


def uploadkey(context: Context, arguments: Arguments) -> Result:
    """Store a private key from the form's named fields."""
    read.require(arguments.named, "key", "host")
    host = read.host(arguments.named)
    context.ssl.upload_key(arguments.get("key"), host=host, friendly_name=host)
    return Printed(api2.KEY_UPLOADED)


def uploadcrt(context: Context, arguments: Arguments) -> Result:
    """Store a certificate from the form's named fields."""
    return Printed(api2.upload_certificate(context, arguments.named))


def install(context: Context, arguments: Arguments) -> Result:
    """Install a certificate with its key on a host."""
    named = read.by_position(arguments, "domain", "crt", "key", "cabundle")
    read.require(named, "domain", "crt", "key")
    api2.install(context, named)
    return Printed(api2.INSTALLED)


def delete(context: Context, arguments: Arguments) -> Result:
    """Remove an installed host, but no file of the certificate directory."""
    domain = read.host(read.by_position(arguments, "domain"), "domain")
    installing.uninstall(context.ssl, domain)
    return Printed(_HOST_REMOVED)


def showcsr(context: Context, arguments: Arguments) -> Result:
    """Print the newest CSR of a host as PEM, or in text mode its text form."""
    return _show(context, arguments, ItemKind.CSR, request_text.request_text)


def showkey(context: Context, arguments: Arguments) -> Result:
    """Print the newest key of a host as PEM, or in text mode its text form."""
    return _show(context, arguments, ItemKind.KEY, _key_text)


def _key_text(text: str) -> str:
    return key_text.key_text(keys.parse(text, trusted=True))


def showcrt(context: Context, arguments: Arguments) -> Result:
    """Print the newest certificate of a host as PEM, or in text mode its text form."""
    return _show(context, arguments, ItemKind.CERTIFICATE, chains.certificate_text)


def _show(
    context: Context, arguments: Arguments, kind: ItemKind, text_form: Callable[[str], str]
) -> Result:
    named = read.by_position(arguments, "host", "textmode")
    host = read.host(named)
    text = context.ssl.newest_text(kind, host)
    if named.get("textmode", "") in {"", "0"}:
        return Printed(with_line_end(text))
    try:
        return Printed(text_form(text))
    except ValueError:  # somebody damaged the file
        raise Failure(nothing_stored(kind, host)) from None


def deletekey(context: Context, arguments: Arguments) -> Result:
    """Delete all keys of a host."""
    return _delete(context, arguments, ItemKind.KEY)


def deletecsr(context: Context, arguments: Arguments) -> Result:
    """Delete all CSRs of a host."""
    return _delete(context, arguments, ItemKind.CSR)


def deletecrt(context: Context, arguments: Arguments) -> Result:
    """Delete all certificates of a host."""
    return _delete(context, arguments, ItemKind.CERTIFICATE)


def _delete(context: Context, arguments: Arguments, kind: ItemKind) -> Result:
    context.ssl.delete_host(kind, read.host(read.by_position(arguments, "host")))
    return Printed()


def listkeysopt(context: Context, _arguments: Arguments) -> Result:
    """Print an HTML option for each host that has a key."""
    # A key made through UAPI counts for its friendly name, which may be any text.
    hosts = (html.escape(host) for host in context.ssl.hosts(ItemKind.KEY))
    return Printed("".join(f'<option value="{host}">{host}</option>' for host in hosts))


def installedhost(context: Context, _arguments: Arguments) -> Result:
    """Set ``sslhost``: the installed host, the main domain first; without one, the main domain."""
    main = context.account.domain
    domains = context.ssl.installed.domains()
    host = main if main in domains or not domains else domains[0]
    return Printed(variables={"sslhost": host})


def checksharedcrt(_context: Context, _arguments: Arguments) -> Result:
    """Set ``hassharedcrt`` and ``sharedsslhost``: the server shares no certificate."""
    return Printed(variables={"hassharedcrt": "0", "sharedsslhost": ""})


def sslsharedstatus(_context: Context, _arguments: Arguments) -> Result:
    """Set ``sslsharedstatus``: sharing is off."""
    return Printed(variables={"sslsharedstatus": "0"})


def _nothing(_context: Context, _arguments: Arguments) -> Result:
    return Printed()


def _function(run: Run, feature: str, *, changes: bool = False) -> Function:
    return Function(
        Api.API1, "SSL", run.__name__, run, feature=feature, role_rule=True, changes=changes
    )


def _stub(name: str, feature: str | None) -> Function:
    return Function(
        Api.API1,
        "SSL",
        name,
        _nothing,
        feature=feature,
        role_rule=name != "getcnname",
        status=Status.STUBBED,
    )


FUNCTIONS = (
    _function(checksharedcrt, "sslinstall"),
    _function(delete, "sslinstall", changes=True),
    _function(deletecrt, "sslmanager", changes=True),
    _function(deletecsr, "sslmanager", changes=True),
    _function(deletekey, "sslmanager", changes=True),
    _function(gencrt, "sslmanager", changes=True),
    _function(gencsr, "sslmanager", changes=True),
    _function(genkey, "sslmanager", changes=True),
    _function(install, "sslinstall", changes=True),
    _function(installedhost, "sslinstall"),
    _function(listkeysopt, "sslmanager"),
    _function(showcrt, "sslmanager"),
    _function(showcsr, "sslmanager"),
    _function(showkey, "sslmanager"),
    _function(sslsharedstatus, "sslinstall"),
    _function(uploadcrt, "sslmanager", changes=True),
    _function(uploadkey, "sslmanager", changes=True),
    _stub("getcabundle", "sslmanager"),
    _stub("getcnname", None),
    _stub("getsslinfo", "sslinstall"),
    _stub("installssl", "sslinstall"),
    _stub("listcrts", "sslmanager"),
    _stub("listcsrs", "sslmanager"),
    _stub("listkeys", "sslmanager"),
    _stub("setsslshare", "sslinstall"),
)
"""The table of this module (``ssl §7``), with the gates of its API 2 twins."""
