"""The account's domains: modules DomainLookup and Email."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpanel_emu.call import Api, Arguments, Printed, Result, Row, Rows
from cpanel_emu.errors import Failure
from cpanel_emu.functions.context import Context
from cpanel_emu.functions.registry import Function
from cpanel_emu.lazy import LazyModule

if TYPE_CHECKING:
    import html
else:
    html = LazyModule("html")

_DOCUMENT_ROOT = "public_html"


def listmaildomains(context: Context, arguments: Arguments) -> Result:
    """Return the mail domains, the main one first unless ``skipmain`` leaves it out.

    Sets ``maildomainscount`` (``tags §2.5``).
    """
    domains = _domains(context)
    if arguments.get("skipmain") not in {"", "0"}:
        domains = domains[1:]
    return Rows(
        [{"domain": domain} for domain in domains],
        variables={"maildomainscount": str(len(domains))},
    )


def printdomainoptions(context: Context, _arguments: Arguments) -> Result:
    """Print an HTML option for each domain (``tags §7``)."""
    names = (html.escape(domain) for domain in _domains(context))
    return Printed("".join(f'<option value="{name}">{name}</option>' for name in names))


def getbasedomains(context: Context, _arguments: Arguments) -> Result:
    """Return the account's domains, the main one first."""
    return Rows([{"domain": domain} for domain in _domains(context)])


def getdocroots(context: Context, _arguments: Arguments) -> Result:
    """Return every domain with its document root."""
    return Rows([_document_root(context, domain) for domain in _domains(context)])


def getdocroot(context: Context, arguments: Arguments) -> Result:
    """Return the document root of ``domain``, by default of the main domain.

    Raises:
        Failure: the account has no such domain.
    """
    domain = arguments.get("domain").strip().lower().rstrip(".") or context.account.domain
    if domain not in _domains(context):
        raise Failure(f'This account has no domain "{domain}".')
    return Rows((_document_root(context, domain),))


def _domains(context: Context) -> list[str]:
    return list(dict.fromkeys((context.account.domain, *context.account.domains)))


def _document_root(context: Context, domain: str) -> Row:
    """Return the row of a domain: the main one's root is ``public_html``, others lie in it."""
    main = domain == context.account.domain
    relative = _DOCUMENT_ROOT if main else f"{_DOCUMENT_ROOT}/{domain}"
    docroot = f"/home/{context.account.user}/{relative}"
    return {"domain": domain, "docroot": docroot, "reldocroot": relative}


FUNCTIONS = (
    Function(Api.API2, "DomainLookup", "getbasedomains", getbasedomains),
    Function(Api.API2, "DomainLookup", "getdocroot", getdocroot),
    Function(Api.API2, "DomainLookup", "getdocroots", getdocroots),
    Function(Api.API2, "Email", "listmaildomains", listmaildomains),
    Function(Api.API1, "Email", "printdomainoptions", printdomainoptions),
)
"""What pages ask about domains."""
