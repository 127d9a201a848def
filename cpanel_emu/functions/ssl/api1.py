"""API 1 module SSL, as old theme pages call it (``ssl §7``)."""

from __future__ import annotations

from cpanel_emu.call import Api, Arguments, Printed, Result
from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.certificates.pem import with_line_end
from cpanel_emu.certificates.request_text import request_text
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function
from cpanel_emu.functions.ssl import arguments as read
from cpanel_emu.functions.ssl.api2 import KEY_GENERATED, KEY_UPLOADED, REQUEST_GENERATED


def gencsr(context: Context, arguments: Arguments) -> Result:
    """Generate a CSR from positional arguments."""
    named = read.by_position(
        arguments,
        "host",
        "country",
        "state",
        "city",
        "company",
        "companydivision",
        "email",
        "pass",
    )
    context.ssl.generate_request_for_host(read.subject_values(named))
    return Printed(REQUEST_GENERATED)


def genkey(context: Context, arguments: Arguments) -> Result:
    """Generate a private key from host and key size."""
    named = read.by_position(arguments, "host", "keysize")
    host = read.host(named)
    kind = read.key_kind(named.get("keysize", ""))
    context.ssl.generate_key(kind, host=host, friendly_name=host)
    return Printed(KEY_GENERATED)


def uploadkey(context: Context, arguments: Arguments) -> Result:
    """Store a private key from the form's named fields."""
    read.require(arguments.named, "key", "host")
    host = read.host(arguments.named)
    context.ssl.upload_key(arguments.get("key"), host=host, friendly_name=host)
    return Printed(KEY_UPLOADED)


def showcsr(context: Context, arguments: Arguments) -> Result:
    """Print the newest CSR of a host as PEM, or in text mode its text form."""
    named = read.by_position(arguments, "host", "textmode")
    text = context.ssl.newest_text(ItemKind.CSR, read.host(named))
    if named.get("textmode", "0") not in {"", "0"}:
        return Printed(request_text(text))
    return Printed(with_line_end(text))


def showkey(context: Context, arguments: Arguments) -> Result:
    """Print the newest key of a host as PEM."""
    named = read.by_position(arguments, "host", "textmode")
    text = context.ssl.newest_text(ItemKind.KEY, read.host(named))
    return Printed(with_line_end(text))


def deletekey(context: Context, arguments: Arguments) -> Result:
    """Delete all keys of a host."""
    host = read.host(read.by_position(arguments, "host"))
    context.ssl.delete_host(ItemKind.KEY, host)
    return Printed()


def deletecsr(context: Context, arguments: Arguments) -> Result:
    """Delete all CSRs of a host."""
    host = read.host(read.by_position(arguments, "host"))
    context.ssl.delete_host(ItemKind.CSR, host)
    return Printed()


FUNCTIONS = tuple(
    Function(Api.API1, "SSL", run.__name__, run, feature="sslmanager", role_rule=True)
    for run in (deletecsr, deletekey, gencsr, genkey, showcsr, showkey, uploadkey)
)
"""The table of this module (``ssl §7``)."""
