"""API 2 module SSL (``ssl §6``)."""

from __future__ import annotations

from cpanel_emu.call import Api, Arguments, Result, Rows
from cpanel_emu.certificates.items import ItemKind
from cpanel_emu.certificates.pem import with_line_end
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function
from cpanel_emu.functions.ssl import arguments as read

REQUEST_GENERATED = "Certificate Signing Request generated!"
KEY_GENERATED = "Private key generated!"
KEY_UPLOADED = "The key was uploaded."


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
                "modulus_length": item.details["bits"],
                "output": KEY_UPLOADED,
                "result": 1,
            },
        )
    )


def listcsrs(context: Context, _arguments: Arguments) -> Result:
    """List the hosts that have a CSR, one row each (``ssl §6.2``)."""
    return Rows([{"host": host} for host in context.ssl.hosts(ItemKind.CSR)])


def listkeys(context: Context, _arguments: Arguments) -> Result:
    """List the hosts that have a key, one row each (``ssl §6.2``)."""
    return Rows([{"host": host} for host in context.ssl.hosts(ItemKind.KEY)])


FUNCTIONS = tuple(
    Function(Api.API2, "SSL", run.__name__, run, feature="sslmanager", role_rule=True)
    for run in (gencsr, genkey, listcsrs, listkeys, uploadkey)
)
"""The table of this module: what ``sslmanager`` gates, all under the five-role rule."""
