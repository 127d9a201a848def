"""UAPI module SSL (``ssl §8``)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from cpanel_emu.call import Api, Arguments, Data, Result, Tree
from cpanel_emu.certificates import keys, reading
from cpanel_emu.certificates.items import Item, ItemKind
from cpanel_emu.certificates.keys import KeyKind, KeyPair
from cpanel_emu.errors import Failure
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function, Run
from cpanel_emu.functions.ssl import api2
from cpanel_emu.functions.ssl import arguments as read
from cpanel_emu.functions.ssl import uapi_arguments as uapi
from cpanel_emu.functions.ssl.records import (
    certificate_record,
    key_record,
    listed_items,
    request_record,
)
from cpanel_emu.functions.ssl.uapi_arguments import find
from cpanel_emu.lazy import LazyModule

if TYPE_CHECKING:
    from cpanel_emu.certificates import installing, key_text, request_text
else:
    installing = LazyModule("cpanel_emu.certificates.installing")
    key_text = LazyModule("cpanel_emu.certificates.key_text")
    request_text = LazyModule("cpanel_emu.certificates.request_text")

HOST_REMOVED = "The SSL host was successfully removed."
_CERTIFICATE_GENERATED = "Certificate generated"
_UNPARSED = "The system could not parse the certificate because of an error: "
_SEPARATORS = re.compile("[|,]")


def generate_csr(context: Context, arguments: Arguments) -> Result:
    """Generate a CSR for one or more domains with a stored key."""
    wanted = uapi.request_arguments(arguments.named)
    item, text = context.ssl.store_request(
        wanted.values,
        lambda: _loaded(context, wanted.key_id),
        host=None,
        friendly_name=wanted.friendly_name,
    )
    data = {**request_record(item, context.release), "text": text}
    return Data(data, messages=(api2.REQUEST_GENERATED,))


def generate_cert(context: Context, arguments: Arguments) -> Result:
    """Generate a self-signed certificate for one or more domains with a stored key."""
    wanted = uapi.request_arguments(arguments.named)
    item, text = context.ssl.make_certificate(
        wanted.values,
        lambda: _loaded(context, wanted.key_id),
        host=None,
        friendly_name=wanted.friendly_name,
    )
    data = {**certificate_record(item, context.release), "text": text}
    return Data(data, messages=(_CERTIFICATE_GENERATED,))


def _loaded(context: Context, key_id: str) -> KeyPair:
    """Return the stored key with this id.

    Raises:
        Failure: there is none that can be read.
    """
    directory = context.ssl.directory
    item = directory.with_id(ItemKind.KEY, key_id)
    if item is None:
        raise Failure(uapi.no_match(ItemKind.KEY, key_id))
    return context.ssl.load_key(directory.path(ItemKind.KEY, item.name))


def generate_key(context: Context, arguments: Arguments) -> Result:
    """Generate a private key."""
    kind = uapi.key_kind(arguments.named, context.release)
    name = _key_name(context, arguments.named, kind)
    item, text = context.ssl.generate_key(kind, host=None, friendly_name=name)
    return Data({**key_record(item, context.release), "text": text})


def upload_key(context: Context, arguments: Arguments) -> Result:
    """Store a private key."""
    uapi.require(arguments.named, "key")
    pair = context.ssl.read_key(arguments.get("key"))
    name = _key_name(context, arguments.named, pair.kind)
    item = context.ssl.upload_key(arguments.get("key"), host=None, friendly_name=name)
    return Data([key_record(item, context.release)])


def _key_name(context: Context, named: Mapping[str, str], kind: KeyKind) -> str:
    return uapi.friendly_name(named) or uapi.default_key_name(kind, context.clock.epoch())


def list_csrs(context: Context, _arguments: Arguments) -> Result:
    """List every CSR."""
    items = context.ssl.directory.all_of(ItemKind.CSR)
    return Data([request_record(item, context.release) for item in items])


def list_keys(context: Context, _arguments: Arguments) -> Result:
    """List every key."""
    items = context.ssl.directory.all_of(ItemKind.KEY)
    return Data([key_record(item, context.release) for item in items])


def show_csr(context: Context, arguments: Arguments) -> Result:
    """Return a CSR as PEM and as text, with what its subject says."""
    item, pem = _found(context, ItemKind.CSR, arguments.named)
    try:
        text, subject = request_text.request_text(pem), request_text.subject_of(pem)
    except ValueError:  # somebody damaged the file
        raise Failure(uapi.no_match(ItemKind.CSR, item.id)) from None
    details: dict[str, Tree] = {
        **request_record(item, context.release),
        "countryName": subject.get("C", ""),
        "emailAddress": subject.get("emailAddress", ""),
        "localityName": subject.get("L", ""),
        "organizationName": subject.get("O", ""),
        "organizationalUnitName": subject.get("OU", ""),
        "stateOrProvinceName": subject.get("ST", ""),
    }
    for name in ("ecdsa_curve_name", "ecdsa_public"):
        details.pop(name, None)
    return Data({"csr": pem, "details": details, "text": text})


def show_key(context: Context, arguments: Arguments) -> Result:
    """Return a key as PEM and as text."""
    item, pem = _found(context, ItemKind.KEY, arguments.named)
    details = {**key_record(item, context.release), "key": pem}
    return Data({"details": details, "text": key_text.key_text(keys.parse(pem, trusted=True))})


def _found(context: Context, kind: ItemKind, named: Mapping[str, str]) -> tuple[Item, str]:
    """Return the item that the arguments name, and its PEM.

    Raises:
        Failure: there is none that can be read.
    """

    def one(read: Callable[[Item], str | None]) -> tuple[Item, str | None]:
        item = find(context.ssl.directory, kind, named)
        return item, read(item)

    item, pem = context.ssl.directory.look(one)
    if pem is None:
        raise Failure(uapi.no_match(kind, item.id))
    return item, pem


def delete_csr(context: Context, arguments: Arguments) -> Result:
    """Delete a CSR."""
    items = _delete(context, ItemKind.CSR, arguments.named)
    return Data([request_record(item, context.release) for item in items])


def delete_key(context: Context, arguments: Arguments) -> Result:
    """Delete a key."""
    items = _delete(context, ItemKind.KEY, arguments.named)
    return Data([key_record(item, context.release) for item in items])


def _delete(context: Context, kind: ItemKind, named: Mapping[str, str]) -> Sequence[Item]:
    return context.ssl.delete(kind, lambda items: [find(items, kind, named)])


def find_csrs_for_key(context: Context, arguments: Arguments) -> Result:
    """List the CSRs that were made with a key."""
    key = find(context.ssl.directory, ItemKind.KEY, arguments.named)
    items = context.ssl.directory.of_key(ItemKind.CSR, key.id)
    return Data([request_record(item, context.release) for item in items])


def find_certificates_for_key(context: Context, arguments: Arguments) -> Result:
    """List the certificates that belong to a key."""
    key = find(context.ssl.directory, ItemKind.KEY, arguments.named)
    items = context.ssl.directory.of_key(ItemKind.CERTIFICATE, key.id)
    return Data([certificate_record(item, context.release) for item in items])


def set_csr_friendly_name(context: Context, arguments: Arguments) -> Result:
    """Rename a CSR."""
    return _rename(context, arguments.named, ItemKind.CSR)


def set_key_friendly_name(context: Context, arguments: Arguments) -> Result:
    """Rename a key."""
    return _rename(context, arguments.named, ItemKind.KEY)


def _rename(context: Context, named: Mapping[str, str], kind: ItemKind) -> Result:
    if not named.get("id"):
        uapi.require(named, "friendly_name", called="id")
    uapi.require(named, "new_friendly_name")
    new_name = uapi.friendly_name(named, "new_friendly_name")
    renamed = context.ssl.rename(new_name, lambda items: find(items, kind, named))
    if not renamed:
        raise Failure('"new_friendly_name" is already in use.')
    return Data()


def list_ssl_items(context: Context, arguments: Arguments) -> Result:
    """List the stored items of the asked domains; without any, of all."""
    words = _SEPARATORS.split(arguments.get("item") or "key")
    domains = None
    if arguments.get("domains"):
        domains = read.hosts_among(_SEPARATORS.split(arguments.get("domains")))
    found = listed_items(context.ssl, domains, words)
    return Data([{"host": item.host, "id": item.id, "type": word} for word, item in found])


def install_ssl(context: Context, arguments: Arguments) -> Result:
    """Install a certificate with its key on a host."""
    named = arguments.named
    uapi.require(named, "domain", "cert", "key")
    domain = read.host(named, "domain")
    try:
        done = installing.install(
            context.ssl,
            certificate=named["cert"],
            key=named["key"],
            bundle=named.get("cabundle", ""),
            domain=domain,
        )
    except reading.UnreadableCertificate as failure:
        raise Failure(f"{_UNPARSED}{failure}") from None
    data: dict[str, Tree] = {
        "cert_id": done.certificate.id,
        "domain": done.host.domain,
        "ip": context.server.ip,
        "key_id": done.key.id,
        "user": context.account.user,
    }
    return Data(data, messages=(api2.INSTALLED,))


def delete_ssl(context: Context, arguments: Arguments) -> Result:
    """Remove an installed host, but no file of the certificate directory."""
    uapi.require(arguments.named, "domain")
    installing.uninstall(context.ssl, read.host(arguments.named, "domain"))
    return Data(messages=(HOST_REMOVED,))


def _function(
    run: Run,
    *,
    feature: str = "sslmanager",
    role_rule: bool = True,
    changes: bool = False,
    post_only: bool = False,
) -> Function:
    return Function(
        Api.UAPI,
        "SSL",
        run.__name__,
        run,
        feature=feature,
        role_rule=role_rule,
        changes=changes,
        post_only=post_only,
    )


FUNCTIONS = (
    _function(delete_csr, changes=True),
    _function(delete_key, changes=True),
    _function(delete_ssl, feature="sslinstall", changes=True),
    _function(find_certificates_for_key, role_rule=False),
    _function(find_csrs_for_key, role_rule=False),
    _function(generate_cert, changes=True),
    _function(generate_csr, changes=True),
    _function(generate_key, changes=True),
    _function(install_ssl, feature="sslinstall", changes=True),
    _function(list_csrs),
    _function(list_keys),
    _function(list_ssl_items),
    _function(set_csr_friendly_name, changes=True),
    _function(set_key_friendly_name, changes=True),
    _function(show_csr),
    _function(show_key),
    _function(upload_key, changes=True, post_only=True),
)
"""The table of this module: all under the five-role rule but the two that find."""
